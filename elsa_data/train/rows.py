"""What training reads of a data row, the same from Parquet and WebDataset, local or remote."""

import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import fsspec
import numpy as np
import pyarrow
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

from elsa_data.shards.tables import readable

Row = dict[str, Any]
"""The columns asked for; ``audio`` is a view of FLAC bytes: of the shard itself where it can be."""

AUDIO: Final = "audio"
TOGETHER: Final = 4
"""Rows of Parquet that are decoded together: so few that their memory is lent again at once."""

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
    with readable(url), _mapped(url, fs) as file, pq.ParquetFile(file) as parquet:
        for group in range(parquet.num_row_groups):
            for batch in parquet.iter_batches(TOGETHER, [group], leaves, use_threads=False):
                yield from _batch_rows(batch)


def _batch_rows(batch: pyarrow.RecordBatch) -> Iterator[Row]:
    if AUDIO not in batch.schema.names:
        yield from batch.to_pylist()
        return
    sounds = _views(batch.column(AUDIO))
    for row, sound in zip(batch.drop_columns([AUDIO]).to_pylist(), sounds, strict=True):
        yield {**row, AUDIO: sound}


def _views(chunk: pyarrow.StructArray) -> Iterator[pyarrow.Buffer]:
    """Yield each sound as a view of the table's own memory; Arrow's scalars would be copies."""
    sounds = chunk.field("bytes").cast(pyarrow.large_binary())
    _, edges, held = sounds.buffers()
    starts = np.frombuffer(edges, np.int64)[sounds.offset :][: len(sounds) + 1]
    yield from (held.slice(low, high - low) for low, high in pairwise(starts.tolist()))


def _mapped(url: str, fs: fsspec.AbstractFileSystem) -> pyarrow.NativeFile:
    """Return an open file, whose bytes are copied only where it is remote."""
    if isinstance(fs, LocalFileSystem):
        return pyarrow.memory_map(fs._strip_protocol(url))
    return pyarrow.PythonFile(fs.open(url), mode="r")


def _tar_rows(url: str, fs: fsspec.AbstractFileSystem, columns: Sequence[str]) -> Iterator[Row]:
    top = [name for name in columns if name != AUDIO and "." not in name]
    inner = [name.removeprefix("parts.") for name in columns if name.startswith("parts.")]
    with readable(url), _mapped(url, fs) as file:
        try:
            with tarfile.open(fileobj=file, mode="r:") as tar:
                sound: dict[str, tarfile.TarInfo] = {}
                for member in tar:
                    key, _, extension = member.name.partition(".")
                    if extension == "flac":
                        sound = {key: member}
                    elif extension == "json":
                        fields = json.loads(_buffer(file, member).to_pybytes())
                        row = {name: fields[name] for name in top}
                        row["parts"] = [{n: part[n] for n in inner} for part in fields["parts"]]
                        if AUDIO in columns:
                            row[AUDIO] = _buffer(file, sound[key])
                        yield row
        except (tarfile.TarError, KeyError) as error:
            raise ValueError(f"no data rows: {error}") from error


def _buffer(file: pyarrow.NativeFile, member: tarfile.TarInfo) -> pyarrow.Buffer:
    file.seek(member.offset_data)
    return file.read_buffer(member.size)


def sources_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the recordings a row holds, sorted."""
    return tuple(sorted(part["source_id"] for part in row["parts"]))
