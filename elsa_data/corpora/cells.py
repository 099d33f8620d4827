"""Audio that is stored as a cell of a Parquet or Arrow file."""

import io
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from elsa_data.corpora.uris import Address, filesystem_of, is_remote, local_path, require_file
from elsa_data.errors import ClipError


def open_cell(parsed: Address) -> Path | io.BytesIO:
    """Return the audio of one row: its bytes, or the file it names.

    Raises:
        ClipError: ``bad-container``, ``bad-uri``, ``empty-file``, or what the named file lacks.
    """
    where = f"{parsed.file}#{parsed.first}/{parsed.second}"
    if not is_remote(parsed.file):
        require_file(local_path(parsed.file))
    try:
        column = _audio_column(parsed.file, parsed.first, _version(parsed.file))
    except (pa.ArrowException, OSError, IndexError, EOFError) as error:
        message = f"{where}: {error}; fetch the file again"
        raise ClipError("bad-container", message) from None
    if parsed.second >= len(column):
        found = f"row group {parsed.first} has {len(column)} rows"
        raise ClipError("bad-uri", f"{where}: {found}; plan again from the present file")
    value = column[parsed.second].as_py()
    if isinstance(value, dict):
        data, name = value.get("bytes"), value.get("path")
    else:
        data, name = value, None
    if data:
        return io.BytesIO(data)
    if name:
        path = local_path(parsed.file).parent / name
        require_file(path)
        return path
    raise ClipError("empty-file", f"{where}: neither bytes nor a path; drop the row")


def _version(file: str) -> tuple[int, int]:
    if is_remote(file):
        return (0, 0)
    status = local_path(file).stat()
    return (status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=2)
def _audio_column(file: str, group: int, _version: tuple[int, int]) -> pa.ChunkedArray:
    """Return the audio of a row group: kept, because a shard's clips come in runs of one."""
    if file.lower().endswith(".arrow"):
        with pa.memory_map(file) as source, pa.ipc.open_stream(source) as stream:
            for _ in range(group):
                stream.read_next_batch()
            table = pa.Table.from_batches([stream.read_next_batch()])
    else:
        filesystem, path = filesystem_of(file)
        with filesystem.open(path, "rb") as opened, pq.ParquetFile(opened) as parquet:
            name = audio_field(parquet.schema_arrow)
            if name is None or group >= parquet.num_row_groups:
                raise IndexError(f"no row group {group} with an audio column")
            table = parquet.read_row_group(group, columns=[name])
    name = audio_field(table.schema)
    if name is None:
        raise IndexError("no audio column")
    return table.column(name)


def audio_field(schema: pa.Schema) -> str | None:
    """Return the column that holds encoded audio: a struct with ``bytes``, else binary."""
    structs = [
        f.name
        for f in schema
        if pa.types.is_struct(f.type) and f.type.get_field_index("bytes") >= 0
    ]
    plain = [
        f.name for f in schema if pa.types.is_binary(f.type) or pa.types.is_large_binary(f.type)
    ]
    return next((n for n in structs if n == "audio"), next(iter(structs + plain), None))
