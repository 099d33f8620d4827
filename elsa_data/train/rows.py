"""What training reads of a data row, the same from Parquet and WebDataset, local or remote."""

import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any, Final

import fsspec
import numpy as np
import pyarrow

from elsa_data.shards.tables import read_tables, readable

Row = dict[str, Any]
"""The columns asked for; ``audio`` is any buffer of FLAC bytes."""

AUDIO: Final = "audio"
LIGHT: Final = ("group_id", "spatial", "captions", "parts.source_id")
"""Enough to put rows in an order and to learn a vocabulary; reading it leaves the sound alone."""

FULL: Final = (
    AUDIO,
    "example_id",
    "spatial",
    "captions",
    "floor_area_m2",
    "volume_m3",
    "room_size",
    "reverberation",
    *(
        f"parts.{name}"
        for name in (
            "source_id",
            "labels",
            "direction",
            "elevation",
            "distance",
            "azimuth_deg",
            "elevation_deg",
            "distance_m",
            "drr_db",
            "t30_s",
            "t30_mid_s",
        )
    ),
)


def read_rows(url: str, fs: fsspec.AbstractFileSystem, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a shard in order, only these columns; ``parts.x`` is x of every source.

    Raises:
        BuildError: the file is missing, damaged, or holds no data rows.
    """
    yield from (_tar_rows if url.endswith(".tar") else _parquet_rows)(url, fs, columns)


def _parquet_rows(url: str, fs: fsspec.AbstractFileSystem, columns: Sequence[str]) -> Iterator[Row]:
    stored = {AUDIO: "audio.bytes"}
    leaves = [stored.get(name, name.replace("parts.", "parts.list.element.")) for name in columns]
    for table in read_tables(url, fs, leaves):
        if AUDIO not in columns:
            yield from table.to_pylist()
            continue
        plain = table.drop_columns([AUDIO]).to_pylist()
        sounds = chain.from_iterable(map(_views, table.column(AUDIO).chunks))
        yield from ({**row, AUDIO: sound} for row, sound in zip(plain, sounds, strict=True))


def _views(chunk: pyarrow.StructArray) -> Iterator[pyarrow.Buffer]:
    """Yield each sound as a view of the table's own memory; Arrow's scalars would be copies."""
    sounds = chunk.field("bytes").cast(pyarrow.large_binary())
    _, edges, held = sounds.buffers()
    starts = np.frombuffer(edges, np.int64)[sounds.offset :][: len(sounds) + 1]
    yield from (held.slice(low, high - low).to_pybytes() for low, high in pairwise(starts.tolist()))


def _tar_rows(url: str, fs: fsspec.AbstractFileSystem, columns: Sequence[str]) -> Iterator[Row]:
    top = [name for name in columns if name != AUDIO and "." not in name]
    inner = [name.removeprefix("parts.") for name in columns if name.startswith("parts.")]
    with readable(url):
        file: Any = fs.open(url, "rb")
        try:
            with file, tarfile.open(fileobj=file, mode="r:") as tar:
                sound: dict[str, tarfile.TarInfo] = {}
                for member in tar:
                    key, _, extension = member.name.partition(".")
                    if extension == "flac":
                        sound = {key: member}
                    elif extension == "json":
                        fields = json.loads(_bytes(tar, member))
                        row = {name: fields[name] for name in top}
                        row["parts"] = [{n: part[n] for n in inner} for part in fields["parts"]]
                        if AUDIO in columns:
                            row[AUDIO] = _bytes(tar, sound[key])
                        yield row
        except (tarfile.TarError, KeyError) as error:
            raise ValueError(f"no data rows: {error}") from error


def _bytes(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    if file is None:
        raise tarfile.TarError(f"{member.name} is no file")
    return file.read()


def sources_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the recordings a row holds, sorted."""
    return tuple(sorted(part["source_id"] for part in row["parts"]))
