"""Records in Parquet files, a row group at a time, written and read without holding a shard."""

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.implementations.local import LocalFileSystem

from elsa_data.errors import BuildError
from elsa_data.shards.commit import explained
from elsa_data.shards.directory import storage_errors
from elsa_data.shards.schema import Record, arrow_schema, from_table, to_table

Item = TypeVar("Item")

HEAVY_ROWS: Final = 64
HEAVY_BYTES: Final = 24_000_000
"""Row groups with audio or impulse responses: at most 64 rows, and as much as fits into memory that
a process keeps for the next; a reader who wants one row reads no more than this."""

_PAGE_BYTES: Final = 1 << 16
"""Less than a sound, and more than all else that a row group says in one column."""


def write_records(
    records: Iterable[Record], path: Path, record_type: type[Record], *, row_group_rows: int
) -> int:
    """Write records of one type to a local file; return how many.

    Raises:
        TypeError: a value is not what its field says.
        BuildError: the disk refuses.
    """
    tables = (to_table(batch, record_type) for batch in in_batches(records, rows=row_group_rows))
    return write_tables(tables, path, arrow_schema(record_type))


def read_records(
    url: str, fs: fsspec.AbstractFileSystem, record_type: type[Record]
) -> Iterator[Record]:
    """Yield the records of a file in order, holding one row group.

    Raises:
        BuildError: the file is missing, damaged, or of another type.
    """
    for table in read_tables(url, fs):
        with readable(url):
            records = from_table(table, record_type)
        yield from records


def read_rows(
    url: str, fs: fsspec.AbstractFileSystem, record_type: type[Record], rows: Sequence[int]
) -> list[Record]:
    """Return the records of these row numbers, in their order, reading only their row groups.

    Raises:
        BuildError: the file is missing, damaged, of another type, or shorter than that.
    """
    wanted = np.unique(np.asarray(rows, dtype=np.int64))
    found: dict[int, Record] = {}
    with readable(url), fs.open(url, "rb") as file, pq.ParquetFile(file) as parquet:
        metadata = parquet.metadata
        if wanted.size and not 0 <= wanted[0] <= wanted[-1] < metadata.num_rows:
            raise ValueError(f"no row {wanted[-1]}: it has {metadata.num_rows} rows")
        start = 0
        for group in range(metadata.num_row_groups):
            end = start + metadata.row_group(group).num_rows
            inside = wanted[(wanted >= start) & (wanted < end)]
            if inside.size:
                table = parquet.read_row_group(group).take(pa.array(inside - start))
                found.update(zip(inside.tolist(), from_table(table, record_type), strict=True))
            start = end
    return [found[row] for row in rows]


def write_tables(
    tables: Iterable[pa.Table],
    path: Path,
    schema: pa.Schema,
    *,
    as_is: Collection[str] = (),
) -> int:
    """Write each table as one row group of a local file; return the rows.

    ``as_is`` names the leaf columns (``audio.bytes``) whose bytes will not compress: they are
    neither compressed nor compared nor put into a dictionary.

    Raises:
        BuildError: the disk refuses.
    """
    leaves = [leaf for field in schema for leaf in leaves_of(field.type, field.name)]
    said = [leaf for leaf in leaves if leaf not in as_is]
    options: dict[str, Any] = {
        "compression": {leaf: "ZSTD" if leaf in said else "NONE" for leaf in leaves},
        "use_dictionary": said,
        "write_statistics": said,
        "write_page_index": True,
        # A page holds one sound: who wants one reads no others, shards that share sounds share
        # bytes in a store that removes duplicates, whatever lies between them, and the system
        # takes one large write several times as long as many small ones.
        "write_batch_size": 1 if as_is else None,
        "data_page_size": _PAGE_BYTES if as_is else None,
    }
    rows = 0
    with contextlib.ExitStack() as stack:
        with explained(path):
            writer = pq.ParquetWriter(path, schema, **options)
        stack.callback(_close, writer, path)
        for table in tables:
            with explained(path):
                writer.write_table(table, row_group_size=max(1, table.num_rows))
            rows += table.num_rows
    return rows


def read_tables(
    url: str, fs: fsspec.AbstractFileSystem, columns: Sequence[str] | None = None
) -> Iterator[pa.Table]:
    """Yield the row groups of a file as tables, all columns or only these.

    Raises:
        BuildError: the file is missing or damaged.
    """
    with readable(url), _opened(url, fs) as file, pq.ParquetFile(file) as parquet:
        for group in range(parquet.num_row_groups):
            yield parquet.read_row_group(group, columns=columns)


def _opened(url: str, fs: fsspec.AbstractFileSystem) -> Any:
    # Arrow reads a local file by itself without the copies that a file of Python costs.
    return pa.OSFile(fs._strip_protocol(url)) if isinstance(fs, LocalFileSystem) else fs.open(url)


def read_matching(
    url: str,
    fs: fsspec.AbstractFileSystem,
    column: str,
    values: Collection[str],
    columns: Sequence[str] | None = None,
) -> Iterator[pa.Table]:
    """Yield the rows whose ``column`` is one of some values, a table for each row group with any.

    The other columns, all or only ``columns``, are read of those row groups alone.

    Raises:
        BuildError: the file is missing or damaged, or has no such column.
    """
    with readable(url), fs.open(url, "rb") as file, pq.ParquetFile(file) as parquet:
        for group in range(parquet.num_row_groups):
            names = parquet.read_row_group(group, columns=[column])
            if column not in names.column_names:
                raise ValueError(f"no column {column}")
            rows = [at for at, value in enumerate(names[column].to_pylist()) if value in values]
            if rows:
                yield parquet.read_row_group(group, columns=columns).take(pa.array(rows))


@contextlib.contextmanager
def readable(url: str) -> Iterator[None]:
    """Turn a file that cannot be read into one line that says what to do.

    Raises:
        BuildError: instead of the OSError or ValueError of the block.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise BuildError(f"{url} is not there: run the stage that makes it") from error
    except (ValueError, *storage_errors()) as error:
        line = " ".join(str(error).split())
        raise BuildError(
            f"cannot read {url}: {line}; if it is damaged, remove it and run its stage again"
        ) from error


def in_batches(
    items: Iterable[Item],
    *,
    rows: int,
    most_bytes: int = HEAVY_BYTES,
    size: Callable[[Item], int] = lambda _: 0,
) -> Iterator[list[Item]]:
    """Yield runs of items: at most ``rows``, and at most ``most_bytes`` unless one item is more."""
    batch: list[Item] = []
    held = 0
    for item in items:
        more = size(item)
        if batch and (len(batch) == rows or held + more > most_bytes):
            yield batch
            batch, held = [], 0
        batch.append(item)
        held += more
    if batch:
        yield batch


def leaves_of(kind: pa.DataType, at: str) -> Iterator[str]:
    """Yield the Parquet paths of the leaf columns of a type: ``parts.list.element.clip_id``."""
    if pa.types.is_struct(kind):
        for field in kind:
            yield from leaves_of(field.type, f"{at}.{field.name}")
    elif pa.types.is_list(kind):
        yield from leaves_of(kind.value_type, f"{at}.list.element")
    else:
        yield at


def with_metadata(schema: pa.Schema, metadata: Mapping[str, str]) -> pa.Schema:
    """Return the schema with these entries, in the order of their names."""
    return schema.with_metadata({name: metadata[name] for name in sorted(metadata)})


def _close(writer: pq.ParquetWriter, path: Path) -> None:
    with explained(path):
        writer.close()
