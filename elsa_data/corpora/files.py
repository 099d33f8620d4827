"""The rows of a CSV, JSONL or Parquet file, one at a time, in constant memory."""

import csv
import io
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from elsa_data.corpora.cells import audio_field
from elsa_data.corpora.uris import filesystem_of, is_remote, local_path, row_uri
from elsa_data.errors import ClipError, ManifestError

Row = Mapping[str, object]

NumberedRow = tuple[int, "Row | ClipError"]
"""Its number, and the row or what is wrong with it.

CSV and JSONL rows are numbered as an editor numbers their lines, Parquet rows from 1.
"""

LOOK_AHEAD_ROWS: Final = 100
"""JSONL has no header: its keys are those of this many rows."""

_BATCH_ROWS: Final = 4096


def csv_rows(location: str) -> tuple[list[str], Iterator[NumberedRow]]:
    """Return the header and the rows of a CSV file.

    Raises:
        ManifestError: the file cannot be read or has no header.
    """
    file = _opened(location, "surrogateescape")
    # Strict, because a stray quote would otherwise swallow the rows after it without a word.
    reader = csv.reader(file, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise ManifestError(f"{location}: {error}; the first line must name the columns") from None
    if not header:
        raise ManifestError(f"{location}: empty; the first line must name the columns")
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise ManifestError(f"{location}: columns {repeated} appear twice; rename one of each")
    return header, _csv_rows(reader, header, file)


def _csv_rows(reader: Any, header: list[str], file: IO[str]) -> Iterator[NumberedRow]:
    width = len(header)
    with file:
        while True:
            line = reader.line_num + 1
            try:
                values = next(reader, None)
            except csv.Error as error:
                cure = "quote texts that hold commas or quotes, and double inner quotes"
                yield line, ClipError("bad-row", f"not CSV ({error}); {cure}")
                continue
            if values is None:
                return
            if len(values) == width:
                yield line, dict(zip(header, values, strict=True))
            elif values:
                found = f"{len(values)} cells where the header has {width}"
                cure = "quote captions that hold commas"
                yield line, ClipError("bad-row", f"{found}: {values[:3]}...; {cure}")


def jsonl_rows(location: str) -> tuple[list[str], Iterator[NumberedRow]]:
    """Return the keys of the first rows, and the rows, of a file of JSON objects, one a line.

    Raises:
        ManifestError: the file cannot be read.
    """
    rows = _jsonl_rows(_opened(location, "surrogateescape"))
    first = list(itertools.islice(rows, LOOK_AHEAD_ROWS))
    keys = dict.fromkeys(key for _, row in first if isinstance(row, dict) for key in row)
    return list(keys), itertools.chain(first, rows)


def _jsonl_rows(file: IO[str]) -> Iterator[NumberedRow]:
    with file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (json.JSONDecodeError, RecursionError) as error:
                yield number, ClipError("bad-row", f"not JSON ({error}): {line[:80]!r}; mend it")
                continue
            if isinstance(row, dict):
                yield number, row
            else:
                yield number, ClipError("bad-row", f"{line[:80]!r}: wanted an object {{...}}")


def parquet_rows(location: str) -> tuple[list[str], Iterator[NumberedRow]]:
    """Return the column names and the rows of a Parquet file.

    A column of encoded audio (a struct with ``bytes`` and ``path``, or binary) is not read: its
    cells become addresses of this file's rows under the name ``audio``.

    Raises:
        ManifestError: the file cannot be read.
    """
    try:
        if is_remote(location):
            filesystem, path = filesystem_of(location)
            parquet = pq.ParquetFile(filesystem.open(path, "rb"))
        else:
            parquet = pq.ParquetFile(local_path(location))
    except (pa.ArrowException, OSError, ClipError) as error:
        raise ManifestError(f"{location}: not a Parquet file that can be read ({error})") from None
    blob = audio_field(parquet.schema_arrow)
    names = [name for name in parquet.schema_arrow.names if name != blob]
    columns = [*names, "audio"] if blob else names
    return columns, _parquet_rows(parquet, location, names, blob)


def _parquet_rows(
    parquet: pq.ParquetFile, location: str, names: list[str], blob: str | None
) -> Iterator[NumberedRow]:
    number = 0
    with parquet:
        for group in range(parquet.num_row_groups):
            position = 0
            try:
                for batch in parquet.iter_batches(_BATCH_ROWS, row_groups=[group], columns=names):
                    for row in batch.to_pylist():
                        number += 1
                        if blob:
                            row["audio"] = row_uri(location, group, position)
                        position += 1
                        yield number, row
            except (pa.ArrowException, OSError) as error:
                message = f"{location}: damaged after row {number} ({error}); write it again"
                raise ManifestError(message) from None


def _opened(location: str, errors: str) -> IO[str]:
    """Return a file of text; bytes that are not UTF-8 come out as lone surrogates."""
    try:
        if is_remote(location):
            filesystem, path = filesystem_of(location)
            raw = cast("IO[bytes]", filesystem.open(path, "rb"))
            return io.TextIOWrapper(raw, encoding="utf-8-sig", errors=errors, newline="")
        return local_path(location).open(encoding="utf-8-sig", errors=errors, newline="")
    except FileNotFoundError:
        raise ManifestError(f"{location}: no such file") from None
    except (OSError, ClipError) as error:
        raise ManifestError(f"{location}: cannot be read ({error})") from None
