"""Files appear whole or not at all: scratch folders, atomic commits, and disks that refuse."""

import contextlib
import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from elsa_data.errors import BuildError
from elsa_data.shards.directory import Directory, local_path, storage_errors

_CURES: Final = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the quota is used up: free some space",
    errno.EFBIG: "files may not grow this large here: raise the limit (ulimit -f) or the quota",
    errno.EROFS: "the file system is read-only: build into a directory that can be written",
    errno.EACCES: "no permission to write there: change it, or build elsewhere",
    errno.EPERM: "no permission to write there: change it, or build elsewhere",
    errno.ENOENT: "the folder or bucket is not there: make it first",
    errno.ENOTDIR: "a file stands where a folder should: move it away",
    errno.EISDIR: "a folder stands where the file should: move it away",
    errno.ENAMETOOLONG: "the path is too long: build into a shorter one",
}
_OTHER_CURE: Final = "check the storage"

# File systems other than the local one raise these without an error number.
_NUMBERS: Final = {FileNotFoundError: errno.ENOENT, PermissionError: errno.EACCES}


@contextlib.contextmanager
def explained(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn a storage that refuses to be written into one line that says what to do.

    Raises:
        BuildError: instead of the error of the storage in the block.
    """
    try:
        yield
    except storage_errors() as error:
        number = getattr(error, "errno", None) or _NUMBERS.get(type(error), 0)
        cure = _CURES.get(number, f"{error}; {_OTHER_CURE}")
        raise BuildError(f"cannot write {path}: {cure}, then run the same command again") from error


@contextlib.contextmanager
def scratch(directory: Directory, ref: object) -> Iterator[Path]:
    """Return a local folder that belongs to this attempt alone, removed afterwards.

    It lies in the ``tmp/`` of a local build, so that commits are renames; for a remote build it
    lies in the system's temporary folder.

    Raises:
        BuildError: the folder cannot be made.
    """
    parent = None
    with explained(directory.tmp() if directory.local else tempfile.gettempdir()):
        if directory.local is not None:
            parent = directory.local / "tmp"
            parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{ref}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def commit(local_file: Path, url: str) -> None:
    """Put a finished file where it belongs, whole.

    Local: synced to the disk, then renamed over whatever was there; the file has moved. Remote:
    one whole object, which a store shows when it is complete.

    Raises:
        BuildError: the storage refuses.
    """
    target = local_path(url)
    with explained(url):
        if target is None:
            Directory(url).fs.put_file(str(local_file), url)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync(local_file)
        local_file.replace(target)
        _sync(target.parent)


@contextlib.contextmanager
def fetched(directory: Directory, url: str) -> Iterator[Path]:
    """Return a file of the build on this machine: itself when it is local, else a passing copy.

    Raises:
        BuildError: there is no room for the copy.
    """
    if directory.local is not None:
        yield Path(url)
        return
    with scratch(directory, "fetched") as folder:
        with explained(folder):
            directory.fs.get_file(url, str(folder / "file"))
        yield folder / "file"


def withdraw(url: str) -> None:
    """Remove a file for good before what follows; nothing happens where there is none.

    Raises:
        BuildError: the storage refuses.
    """
    target = local_path(url)
    with explained(url), contextlib.suppress(FileNotFoundError):
        Directory(url).fs.rm_file(url)
        if target is not None:
            _sync(target.parent)


def write_json(directory: Directory, url: str, value: Any) -> None:
    """Write a value as readable JSON with sorted keys, whole or not at all.

    Raises:
        BuildError: the storage refuses.
    """
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    with scratch(directory, "json") as folder:
        file = folder / "file.json"
        with explained(file):
            file.write_text(text + "\n", encoding="utf-8")
        commit(file, url)


def sweep(directory: Directory) -> None:
    """Remove what killed attempts left in ``tmp/``; for the owner of the lock, before it starts."""
    if directory.local is not None:
        shutil.rmtree(directory.local / "tmp", ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
