"""Arrow tables from the frozen records of `elsa_data.records`, and the same records back.

The dataclass is the schema: str, int, float, bool and bytes are columns of that kind, a tuple is a
list, a record inside a record is a struct. A `Codec` is derived once per type and works on whole
columns, never on one row at a time: that is what makes 200,000 groups a matter of seconds.
"""

import dataclasses
import functools
import itertools
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

import pyarrow as pa

Record = TypeVar("Record")

_LEAVES: dict[Any, tuple[pa.DataType, Any]] = {
    str: (pa.string(), None),
    bytes: (pa.binary(), None),
    int: (pa.int64(), 0),
    float: (pa.float64(), 0.0),
    bool: (pa.bool_(), False),
}
"""The Arrow type of each plain type, and what stands for null where NumPy has no null."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How one Python type is stored. ``nullable`` tells whether None is one of its values.

    Attributes:
        type: the Arrow type. Its fields are all nullable, as `datasets` wants them; what may be
            None is decided by the record and checked when a column is written and when it is read.
        write: values (rows,) to an array; None becomes null.
        read: an array to values (rows,); null becomes None.
    """

    type: pa.DataType
    nullable: bool
    write: Callable[[Sequence[Any]], pa.Array]
    read: Callable[[pa.Array], list[Any]]


def arrow_schema(record_type: type) -> pa.Schema:
    """Return the Arrow schema of a record: a column a field, in their order."""
    return pa.schema(list(codec(record_type).type))


def to_table(records: Iterable[Record], record_type: type[Record]) -> pa.Table:
    """Return a table of one row a record.

    Raises:
        TypeError: a value is not what its field says; the message names the field.
    """
    rows = codec(record_type).write(list(records))
    if rows.null_count:
        raise TypeError(f"None among the records, wanted {record_type.__name__}")
    return pa.Table.from_batches([pa.RecordBatch.from_struct_array(rows)])


def from_table(table: pa.Table, record_type: type[Record]) -> list[Record]:
    """Return the records of a table; columns the record does not know are left alone.

    Raises:
        ValueError: a column is missing, of another type, or null where the record allows none.
    """
    schema = arrow_schema(record_type)
    name = record_type.__name__
    missing = [column for column in schema.names if column not in table.column_names]
    if missing:
        raise ValueError(
            f"no column {', '.join(missing)}: the table has {', '.join(table.column_names)}; "
            f"it was not written as {name} by this version"
        )
    known = table.select(schema.names)
    for got, wanted in zip(known.schema, schema, strict=True):
        if got.type != wanted.type:
            raise ValueError(f"{name}.{got.name} is {got.type}, wanted {wanted.type}")
    columns = [_whole(column) for column in known.columns]
    if not columns or not len(columns[0]):
        return []
    return codec(record_type).read(pa.StructArray.from_arrays(columns, fields=list(schema)))


@functools.cache
def codec(hint: Any) -> Codec:
    """Return the codec of a type: a leaf, ``tuple[X, ...]``, a record, or one of these or None.

    Raises:
        TypeError: the type has no column.
    """
    if hint in _LEAVES:
        return _leaf(*_LEAVES[hint])
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _struct(hint)
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) in (types.UnionType, typing.Union) and type(None) in arguments:
        kinds = [argument for argument in arguments if argument is not type(None)]
        if len(kinds) == 1:
            return dataclasses.replace(codec(kinds[0]), nullable=True)
    if typing.get_origin(hint) is tuple:
        items = {argument for argument in arguments if argument is not Ellipsis}
        if len(items) == 1:
            return _list(codec(items.pop()))
    raise TypeError(
        f"{hint} has no column: a field is str, int, float, bool, bytes, a tuple of one kind, "
        "a record, or one of these or None"
    )


def _leaf(kind: pa.DataType, filler: Any) -> Codec:
    def write(values: Sequence[Any]) -> pa.Array:
        if kind == pa.binary() and None not in values:
            return binary(values)
        return pa.array(values, kind)

    def read(array: pa.Array) -> list[Any]:
        # NumPy turns a column into Python objects many times faster than to_pylist.
        if filler is None or not array.null_count:
            return array.to_numpy(zero_copy_only=False).tolist()
        values = array.fill_null(filler).to_numpy(zero_copy_only=False).tolist()
        return [
            value if valid else None for value, valid in zip(values, _valid(array), strict=True)
        ]

    return Codec(kind, False, write, read)


def binary(values: Sequence[Any]) -> pa.Array:
    """Return values that are bytes, or hold some, as a binary column, copied once.

    Arrow by itself copies all again whenever they outgrow its buffer.

    Raises:
        TypeError: a value without bytes.
        pyarrow.ArrowInvalid: more than 2 GiB, which a column cannot hold.
    """
    parts = [memoryview(value).cast("B") for value in values]
    edges = pa.array(list(itertools.accumulate(map(len, parts), initial=0))).cast(pa.int32())
    buffers = [None, edges.buffers()[1], pa.py_buffer(b"".join(parts))]
    return pa.Array.from_buffers(pa.binary(), len(parts), buffers)


def _list(item: Codec) -> Codec:
    kind = pa.list_(item.type)

    def write(values: Sequence[Any]) -> pa.Array:
        lengths = [0 if value is None else len(value) for value in values]
        present = values if None not in values else [v for v in values if v is not None]
        flat = item.write(list(itertools.chain.from_iterable(present)))
        if flat.null_count and not item.nullable:
            raise TypeError(f"None among the items, wanted {item.type}")
        offsets = pa.array(itertools.accumulate(lengths, initial=0), pa.int32())
        return pa.ListArray.from_arrays(offsets, flat, type=kind, mask=_mask(values))

    def read(array: pa.Array) -> list[Any]:
        if array.values.null_count and not item.nullable and array.flatten().null_count:
            raise ValueError("null among the items")
        flat = item.read(array.values)
        edges = array.offsets.to_numpy().tolist()
        values = [tuple(flat[start:end]) for start, end in itertools.pairwise(edges)]
        if not array.null_count:
            return values
        return [
            value if valid else None for value, valid in zip(values, _valid(array), strict=True)
        ]

    return Codec(kind, False, write, read)


def _struct(record_type: type) -> Codec:
    hints = typing.get_type_hints(record_type)
    names = [field.name for field in dataclasses.fields(record_type)]
    codecs = [codec(hints[name]) for name in names]
    fields = [pa.field(name, each.type) for name, each in zip(names, codecs, strict=True)]
    where = record_type.__name__

    def write(values: Sequence[Any]) -> pa.Array:
        nulls = sum(value is None for value in values)
        columns = [
            _column(f"{where}.{name}", each, _attribute(values, name, nulls), nulls)
            for name, each in zip(names, codecs, strict=True)
        ]
        return pa.StructArray.from_arrays(columns, fields=fields, mask=_mask(values))

    def read(array: pa.Array) -> list[Any]:
        columns = []
        for name, each in zip(names, codecs, strict=True):
            column = array.field(name)
            if column.null_count > array.null_count and not each.nullable:
                raise ValueError(f"{where}.{name} is null in a row; it may not be")
            columns.append(each.read(column))
        rows = zip(*columns, strict=True)
        if not array.null_count:
            return [record_type(**dict(zip(names, row, strict=True))) for row in rows]
        return [
            record_type(**dict(zip(names, row, strict=True))) if valid else None
            for row, valid in zip(rows, _valid(array), strict=True)
        ]

    return Codec(pa.struct(fields), False, write, read)


def _attribute(values: Sequence[Any], name: str, nulls: int) -> list[Any]:
    get = attrgetter(name)
    if not nulls:
        return [get(value) for value in values]
    return [None if value is None else get(value) for value in values]


def _column(where: str, each: Codec, values: list[Any], nulls: int) -> pa.Array:
    try:
        column = each.write(values)
    except (pa.ArrowException, TypeError, OverflowError, UnicodeEncodeError) as error:
        raise TypeError(f"{where}: {error}") from error
    if column.null_count > nulls and not each.nullable:
        raise TypeError(f"{where} is None, wanted {each.type}")
    return column


def _mask(values: Sequence[Any]) -> pa.Array | None:
    if None not in values:
        return None
    return pa.array([value is None for value in values], pa.bool_())


def _valid(array: pa.Array) -> list[bool]:
    return array.is_valid().to_numpy(zero_copy_only=False).tolist()


def _whole(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)
