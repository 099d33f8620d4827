"""A build directory: where everything in it lives, and what does not belong there.

    BUILD/ build.json lock.json README.md
           plan/ rirs/ captions/             {split}-00007-of-00064.parquet
           data/                             {split}-00007-of-00064.parquet or .tar
           done/{stage}/ rejects/{stage}/    {split}-00007-of-00064.json
           answers/ batches/ progress/ tmp/

The list is closed. A build is a local path or any URL that fsspec knows.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import fsspec

from elsa_data.errors import BuildError, ConfigError, did_you_mean
from elsa_data.records import ShardRef

FOLDERS: Final = {
    "read": "plan",
    "probe": "plan",
    "assign": "plan",
    "plan": "plan",
    "simulate": "rirs",
    "caption": "captions",
    "render": "data",
}
"""The folder of each stage's output."""

EXTENSIONS: Final = {
    "plan": ("parquet",),
    "rirs": ("parquet",),
    "captions": ("parquet",),
    "data": ("parquet", "tar"),
}

TOP_FILES: Final = ("build.json", "lock.json", "README.md")
FREE_FOLDERS: Final = ("answers", "batches", "progress")
"""Folders whose file names are the business of who writes them."""

_REF = re.compile(r"(?P<split>[a-z][a-z0-9_]*)-(?P<index>\d{5,})-of-(?P<count>\d{5,})")


@dataclass(frozen=True, slots=True)
class Directory:
    """A build directory; every method returns a URL inside it (a plain path when it is local)."""

    url: str

    @property
    def local(self) -> Path | None:
        """The absolute path of a local build, None for a remote one."""
        path = local_path(self.url)
        return None if path is None else path.absolute()

    @property
    def fs(self) -> fsspec.AbstractFileSystem:
        """The file system that opens these URLs. It caches no listing: others write here too.

        Raises:
            ConfigError: nothing is known of the URL's protocol, or its package is not installed.
        """
        return _file_system(self.url if self.local is None else "file://")

    def path(self, *parts: str) -> str:
        """Return the URL of a file or folder by its path from the root of the build."""
        local = self.local
        if local is not None:
            return str(local.joinpath(*parts))
        return "/".join((self.url.rstrip("/"), *parts))

    def shard(self, stage: str, ref: ShardRef, ext: str = "parquet") -> str:
        """Return where a stage's output of a shard is."""
        return self.path(FOLDERS[_known(stage)], f"{ref}.{ext}")

    def mark(self, stage: str, ref: ShardRef) -> str:
        """Return where the done mark of a shard is."""
        return self.path("done", _known(stage), f"{ref}.json")

    def rejects(self, stage: str, ref: ShardRef) -> str:
        """Return where the rejects of a shard are."""
        return self.path("rejects", _known(stage), f"{ref}.json")

    def progress(self, stage: str, ref: ShardRef) -> str:
        """Return where a worker says how far it is."""
        return self.path("progress", f"{_known(stage)}-{ref}.json")

    def tmp(self) -> str:
        """Return the folder of unfinished files."""
        return self.path("tmp")

    def state(self) -> str:
        """Return where the resolved configuration is."""
        return self.path("build.json")

    def lock(self) -> str:
        """Return where the owner of the build says that it is alive."""
        return self.path("lock.json")

    def relative(self, url: str) -> str:
        """Return the path of one of these URLs from the root, as marks name their outputs."""
        return url.removeprefix(self.path("")).lstrip("/")

    def files(self, folder: str = "") -> list[str]:
        """Return every file under a folder, as sorted paths from the root of the build.

        Raises:
            ConfigError: the Hub has no such set, or none that this login may see.
            BuildError: the storage cannot be reached.
        """
        fs, root = self.fs, self.path()
        start = str(fs._strip_protocol(root)).rstrip("/") + "/"
        try:
            found = fs.find(self.path(folder) if folder else root)
        except FileNotFoundError as error:  # other stores list nothing where nothing is
            raise ConfigError(f"cannot read {self.url}: {error}") from error
        except storage_errors() as error:
            raise BuildError(
                f"cannot reach {self.url}: {error}; check the line and the address, then run the "
                "same command again"
            ) from error
        # Leading slashes differ between file systems' listings; both sides lose theirs.
        return sorted(path.lstrip("/").removeprefix(start.lstrip("/")) for path in found)

    def unexpected(self) -> list[str]:
        """Return the files that have no place in a build, as sorted paths from its root.

        What lies in ``tmp/`` is no error; see `leftovers`.
        """
        return [path for path in self.files() if not _belongs(path.split("/"))]

    def leftovers(self) -> list[str]:
        """Return the files that killed attempts left in ``tmp/``."""
        return self.files("tmp")


def local_path(url: str) -> Path | None:
    """Return the path a URL means on this machine, or None when it is elsewhere."""
    if url.startswith("file://"):
        return Path(url.removeprefix("file://"))
    return None if "://" in url else Path(url)


def shard_ref(name: str) -> ShardRef | None:
    """Return the shard that a name such as ``train-00007-of-00064`` stands for, else None."""
    match = _REF.fullmatch(name)
    if match is None:
        return None
    ref = ShardRef(split=match["split"], index=int(match["index"]), count=int(match["count"]))
    return ref if str(ref) == name and ref.index < ref.count else None


def data_files(directory: Directory) -> dict[str, list[str]]:
    """Return the URLs of the published shards of each split, in order, from ``data/``."""
    files: dict[str, list[str]] = {}
    for path in directory.files("data"):
        stem, _, ext = path.removeprefix("data/").partition(".")
        ref = shard_ref(stem)
        if ref is not None and ext in EXTENSIONS["data"]:
            files.setdefault(ref.split, []).append(directory.path(*path.split("/")))
    return files


def storage_errors() -> tuple[type[Exception], ...]:
    """Return what a storage raises when it refuses or cannot be reached.

    s3fs lets the connection errors of botocore through, and the Hub's file system those of its
    HTTP client, which are no OSError; they exist only where they are loaded.
    """
    places = (("botocore.exceptions", "BotoCoreError"), ("huggingface_hub.errors", "HTTPError"))
    loaded = ((sys.modules.get(module), name) for module, name in places)
    return (OSError, *(getattr(module, name) for module, name in loaded if module is not None))


def free_bytes(url: str) -> int | None:
    """Return the free bytes where a build is or will be; None for a remote one."""
    path = local_path(url)
    if path is None:
        return None
    return shutil.disk_usage(next(_existing(path.absolute()))).free


def _existing(path: Path) -> Iterator[Path]:
    yield from (folder for folder in (path, *path.parents) if folder.exists())


def _belongs(parts: list[str]) -> bool:
    match parts:
        case [name]:
            return name in TOP_FILES
        case ["tmp", *_]:
            return True
        case ["done" | "rejects", stage, name]:
            return stage in FOLDERS and _names_shard(name, ("json",))
        case [folder, name] if folder in EXTENSIONS:
            return _names_shard(name, EXTENSIONS[folder])
        case [folder, *_]:
            return folder in FREE_FOLDERS
    return False


def _names_shard(name: str, extensions: tuple[str, ...]) -> bool:
    stem, _, ext = name.partition(".")
    return ext in extensions and shard_ref(stem) is not None


def _known(stage: str) -> str:
    if stage not in FOLDERS:
        raise ValueError(
            f"no stage {stage!r}: one of {', '.join(FOLDERS)}.{did_you_mean(stage, FOLDERS)}"
        )
    return stage


def _file_system(url: str) -> fsspec.AbstractFileSystem:
    try:
        if url == "file://":
            return fsspec.filesystem("file", auto_mkdir=True, use_listings_cache=False)
        return fsspec.core.url_to_fs(url, use_listings_cache=False)[0]
    except ImportError as error:
        protocol = url.partition("://")[0]
        raise ConfigError(
            f"{url}: {error}; for s3:// `pip install 'elsa-data[s3]'`, "
            f"else the fsspec package of {protocol}://"
        ) from error
    except ValueError as error:
        raise ConfigError(f"{url}: {error}; give a local path or an fsspec URL") from error
