"""The published shards in either format: one way to write them, one way to read them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from elsa_data.examples import Example
from elsa_data.records import ShardRef
from elsa_data.shards import parquet, webdataset
from elsa_data.shards.directory import Directory

EXTENSION: Final[Mapping[str, str]] = {"parquet": "parquet", "webdataset": "tar"}
_MODULES: Final = {"parquet": parquet, "webdataset": webdataset}


def write_data(format_name: str, examples: Iterable[Example], path: Path) -> int:
    """Return how many rows were written to a local file in the format of this name."""
    return _MODULES[format_name].write_examples(examples, path, metadata={})


def read_data(directory: Directory, ref: ShardRef) -> Iterator[Example]:
    """Yield the rows of a shard of ``data/``, whichever format it is in; none when it is absent."""
    for name, extension in EXTENSION.items():
        url = directory.shard("render", ref, extension)
        if directory.fs.exists(url):
            yield from _MODULES[name].read_examples(url, directory.fs)


def read_fields(
    directory: Directory, url: str, names: Sequence[str]
) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """Yield these fields of the rows of a shard, batch by batch, and the bytes of each batch."""
    yield from _module(url).read_fields(url, directory.fs, names)


def read_some(directory: Directory, url: str, ids: Collection[str]) -> Iterator[Example]:
    """Yield the rows of these ids from a shard, reading little of the others."""
    yield from _module(url).read_some(url, directory.fs, ids)


def read_columns(
    directory: Directory, url: str, names: Sequence[str]
) -> Iterator[list[dict[str, Any]]]:
    """Yield fields of the rows of a shard, batch by batch, without the sound.

    A name may be one of a leaf (``parts.list.element.azimuth_deg``); a tar then gives its field.
    """
    yield from _module(url).read_columns(url, directory.fs, names)


def remove_other_formats(directory: Directory, ref: ShardRef, format_name: str) -> None:
    """Remove the shard in every other format, so that ``data/`` holds each row once."""
    for name, extension in EXTENSION.items():
        url = directory.shard("render", ref, extension)
        if name != format_name and directory.fs.exists(url):
            directory.fs.rm(url)


def _module(url: str) -> ModuleType:
    return webdataset if url.endswith(".tar") else parquet
