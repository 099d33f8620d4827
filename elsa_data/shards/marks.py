"""Done marks: what a shard was made from, what came out, and whether it still stands.

A mark is written after everything it names. A reader trusts marks and nothing else.
"""

import dataclasses
import functools
import hashlib
import importlib.metadata
import json
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import soundfile

from elsa_data.records import Reject, ShardRef
from elsa_data.shards.commit import commit, scratch, withdraw, write_json
from elsa_data.shards.directory import Directory, shard_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One file of a shard: sha256 and size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is known of a finished shard.

    Attributes:
        inputs: digest of each mark this shard was made from.
        outputs: each file by its path from the root of the build.
        counts: named numbers of the stage's own.
        audio_fingerprint: what the encoded audio depends on, where a stage encodes any.
        seconds: how long it took; like ``host`` and ``versions`` it is recorded, never compared.
    """

    stage: str
    shard: str
    fingerprint: str
    inputs: dict[str, str]
    outputs: dict[str, Output]
    rows: int
    rejects: int
    counts: dict[str, int] = field(default_factory=dict)
    audio_fingerprint: str | None = None
    device: str | None = None
    seconds: float = 0.0
    host: str = ""
    versions: dict[str, str] = field(default_factory=dict)


def fingerprint(**named: Any) -> str:
    """Return the sha256 of named JSON values, whatever their order.

    Raises:
        TypeError: a value is not JSON.
    """
    text = json.dumps(named, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(mark: Mark) -> str:
    """Return the sha256 of all that a later stage can see of a shard: not of hosts and seconds."""
    outputs = {name: dataclasses.asdict(output) for name, output in mark.outputs.items()}
    return fingerprint(
        stage=mark.stage,
        shard=mark.shard,
        fingerprint=mark.fingerprint,
        inputs=mark.inputs,
        outputs=outputs,
        counts=mark.counts,
    )


def read_mark(directory: Directory, stage: str, ref: ShardRef) -> Mark | None:
    """Return the mark of a shard, or None when it has none that can be read: it is not done."""
    try:
        plain = json.loads(directory.fs.cat_file(directory.mark(stage, ref)))
        outputs = {name: Output(**output) for name, output in plain.pop("outputs").items()}
        return Mark(outputs=outputs, **plain)
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        # Marks are written whole, so a broken one was damaged later; the shard is made again.
        return None


def read_marks(directory: Directory, stage: str) -> list[Mark]:
    """Return every mark of a stage, in the order of their names."""
    return list(each_mark(directory, stage))


def each_mark(directory: Directory, stage: str) -> Iterator[Mark]:
    """Yield every mark of a stage, in the order of their names, one in memory at a time."""
    folder = f"done/{stage}/"
    for path in directory.files(folder):
        ref = shard_ref(path.removeprefix(folder).removesuffix(".json"))
        mark = None if ref is None else read_mark(directory, stage, ref)
        if mark is not None:
            yield mark


def read_rejects(directory: Directory, stage: str, ref: ShardRef) -> list[Reject]:
    """Return the rejects of a finished shard."""
    plain = json.loads(directory.fs.cat_file(directory.rejects(stage, ref)))
    return [Reject(**reject) for reject in plain]


def is_current(
    directory: Directory,
    stage: str,
    ref: ShardRef,
    fingerprint: str,
    inputs: Mapping[str, str],
    *,
    rehash: bool = False,
) -> bool:
    """Return whether a shard stands as it would be made now.

    Its mark has this fingerprint and these inputs, and each output is there with its size; with
    ``rehash`` also with its bytes.
    """
    mark = read_mark(directory, stage, ref)
    if mark is None or mark.fingerprint != fingerprint or mark.inputs != dict(inputs):
        return False
    if not directory.fs.exists(directory.rejects(stage, ref)):
        return False
    return all(
        _intact(directory.fs, directory.path(name), output, rehash=rehash)
        for name, output in mark.outputs.items()
    )


def finish(
    directory: Directory,
    *,
    stage: str,
    ref: ShardRef,
    fingerprint: str,
    inputs: Mapping[str, str],
    files: Mapping[str, Path],
    rejects: Sequence[Reject],
    rows: int,
    counts: Mapping[str, int] | None = None,
    audio_fingerprint: str | None = None,
    device: str | None = None,
    seconds: float = 0.0,
    versions: Mapping[str, str] | None = None,
) -> Mark:
    """Commit the files of a shard, then its rejects, then its mark; return the mark.

    ``files`` maps each URL to the local file that belongs there, which may be moved.

    Raises:
        BuildError: the storage refuses; the shard is not done.
    """
    mark = Mark(
        stage=stage,
        shard=str(ref),
        fingerprint=fingerprint,
        inputs=dict(inputs),
        outputs={directory.relative(url): output_of(file) for url, file in files.items()},
        rows=rows,
        rejects=len(rejects),
        counts=dict(counts or {}),
        audio_fingerprint=audio_fingerprint,
        device=device,
        seconds=round(seconds, 3),
        host=platform.node(),
        versions=_versions() | dict(versions or {}),
    )
    standing = read_mark(directory, stage, ref)
    if standing is not None and standing.outputs != mark.outputs:
        # Killed from here on, the shard is not done: no mark vouches for bytes it never saw.
        withdraw(directory.mark(stage, ref))
    with scratch(directory, ref) as folder:
        for number, (url, file) in enumerate(files.items()):
            commit(_beside(file, folder, f"{number}"), url)
    rejected = [dataclasses.asdict(reject) for reject in rejects]
    write_json(directory, directory.rejects(stage, ref), rejected)
    write_json(directory, directory.mark(stage, ref), dataclasses.asdict(mark))
    return mark


def output_of(file: Path) -> Output:
    """Return the sha256 and size of a local file."""
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return Output(sha256=sha256, size=file.stat().st_size)


def _intact(fs: fsspec.AbstractFileSystem, url: str, output: Output, *, rehash: bool) -> bool:
    try:
        if fs.info(url)["size"] != output.size:
            return False
        if not rehash:
            return True
        opened: Any = fs.open(url, "rb")
        with opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == output.sha256
    except FileNotFoundError:
        return False


def _beside(file: Path, folder: Path, name: str) -> Path:
    """Return the file on the file system of the folder: a rename cannot cross to another one."""
    if file.stat().st_dev == folder.stat().st_dev:
        return file
    return Path(shutil.copyfile(file, folder / name))


@functools.cache
def _versions() -> dict[str, str]:
    try:
        own = importlib.metadata.version("elsa-data")
    except importlib.metadata.PackageNotFoundError:
        own = "source"
    return {
        "elsa-data": own,
        "python": platform.python_version(),
        "pyarrow": pa.__version__,
        "libsndfile": soundfile.__libsndfile_version__,
    }
