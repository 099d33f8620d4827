"""Data rows in Parquet, as the Hub and `datasets` read them: the audio column types itself."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import fsspec
import pyarrow as pa

from elsa_data.conventions import CONVENTIONS
from elsa_data.examples import Example
from elsa_data.shards.schema import arrow_schema, from_table, to_table
from elsa_data.shards.tables import (
    HEAVY_ROWS,
    in_batches,
    read_matching,
    read_tables,
    readable,
    with_metadata,
    write_tables,
)

AUDIO: Final = "audio"
_STORED: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_DTYPES: Final = {"double": "float64"}
"""Where the name of an Arrow type is not the one `datasets` uses."""


def write_examples(
    examples: Iterable[Example], path: Path, *, metadata: Mapping[str, str] | None = None
) -> int:
    """Write data rows to a local file; return how many. Equal rows give equal bytes.

    The schema carries the conventions, the features `datasets` reads, and ``metadata``.

    Raises:
        TypeError: a value is not what its field says.
        BuildError: the disk refuses.
    """
    batches = in_batches(examples, rows=HEAVY_ROWS, size=lambda example: len(example.audio))
    schema = example_schema(metadata or {})
    as_is = (f"{AUDIO}.bytes",)
    return write_tables(map(_stored, batches), path, schema, as_is=as_is)


def read_examples(url: str, fs: fsspec.AbstractFileSystem) -> Iterator[Example]:
    """Yield the data rows of a file in order, holding one row group.

    Raises:
        BuildError: the file is missing, damaged, or holds no data rows.
    """
    for table in read_tables(url, fs):
        with readable(url):
            examples = from_table(_plain(table), Example)
        yield from examples


def read_some(url: str, fs: fsspec.AbstractFileSystem, ids: Collection[str]) -> Iterator[Example]:
    """Yield the data rows of these ids, in the order of the file, reading only their row groups.

    Raises:
        BuildError: the file is missing, damaged, or holds no data rows.
    """
    for table in read_matching(url, fs, "example_id", ids):
        with readable(url):
            examples = from_table(_plain(table), Example)
        yield from examples


def read_columns(
    url: str, fs: fsspec.AbstractFileSystem, names: Sequence[str]
) -> Iterator[list[dict[str, Any]]]:
    """Yield these fields of the rows, batch by batch, without reading the sound.

    A name may be one of a leaf, such as ``parts.list.element.azimuth_deg``: the others of its
    kind are left out.

    Raises:
        BuildError: the file is missing, damaged, or holds no data rows.
    """
    for table in read_tables(url, fs, names):
        with readable(url):
            wanted = dict.fromkeys(name.partition(".")[0] for name in names)
            if missing := [name for name in wanted if name not in table.column_names]:
                raise ValueError(f"no column {', '.join(missing)}: it holds no data rows")
        yield table.to_pylist()


def read_fields(
    url: str, fs: fsspec.AbstractFileSystem, names: Sequence[str]
) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """Yield these fields of the rows, batch by batch, and the bytes of the whole batch in memory.

    Their sum is what `datasets` calls the size of a split.

    Raises:
        BuildError: the file is missing, damaged, or holds no data rows.
    """
    for table in read_tables(url, fs):
        with readable(url):
            if missing := [name for name in names if name not in table.column_names]:
                raise ValueError(f"no column {', '.join(missing)}: it holds no data rows")
            fields = _plain(table).select(list(names))
        yield fields.to_pylist(), table.nbytes


def example_schema(metadata: Mapping[str, str]) -> pa.Schema:
    """Return the schema of data rows, with everything a reader is told about them."""
    plain = arrow_schema(Example)
    stored = plain.set(plain.get_field_index(AUDIO), pa.field(AUDIO, _STORED))
    told = {
        "conventions": json.dumps(CONVENTIONS),
        "huggingface": json.dumps({"info": {"features": features(stored)}}),
    }
    return with_metadata(stored, {**metadata, **told})


def features(schema: pa.Schema) -> dict[str, Any]:
    """Return the columns in the JSON of `datasets`, the audio column as Audio."""
    named = {field.name: _feature(field.type) for field in schema}
    return named | {AUDIO: {"_type": "Audio"}}


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    return {"dtype": _DTYPES.get(str(kind), str(kind)), "_type": "Value"}


def _stored(examples: list[Example]) -> pa.Table:
    table = to_table(examples, Example)
    names = pa.array([f"{example.example_id}.flac" for example in examples])
    (audio,) = table[AUDIO].chunks
    stored = pa.StructArray.from_arrays([audio, names], fields=list(_STORED))
    return table.set_column(table.schema.get_field_index(AUDIO), AUDIO, stored)


def _plain(table: pa.Table) -> pa.Table:
    at = table.schema.get_field_index(AUDIO)
    if at < 0 or table.schema.field(at).type != _STORED:
        raise ValueError(f"no column {AUDIO} of type {_STORED}: it holds no data rows")
    streams = [chunk.field("bytes") for chunk in table[AUDIO].chunks]
    return table.set_column(at, AUDIO, pa.chunked_array(streams, pa.binary()))
