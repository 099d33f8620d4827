import dataclasses
import types
import typing

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elsa_data.examples import Example
from elsa_data.records import Captioned, Clip, Group, Reject, RirMeasures, Scene
from elsa_data.shards.schema import arrow_schema, codec, from_table, to_table

RECORDS = [Clip, Group, Scene, RirMeasures, Captioned, Example, Reject]

LEAVES = {
    str: st.text(max_size=6),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    bytes: st.binary(max_size=6),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    name: str | None
    numbers: tuple[float | None, ...] | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    """Every kind of field there is, with and without None, lists inside lists inside structs."""

    text: str
    count: int | None
    share: float | None
    flag: bool | None
    raw: bytes | None
    inner: Inner | None
    inners: tuple[Inner | None, ...]
    deep: tuple[tuple[tuple[int, ...], ...] | None, ...] | None


def values(hint: typing.Any) -> st.SearchStrategy[typing.Any]:
    if hint in LEAVES:
        return LEAVES[hint]
    if dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return st.builds(hint, **{name: values(hints[name]) for name in hints})
    items = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        return st.one_of(st.none() if item is type(None) else values(item) for item in items)
    if items[-1] is Ellipsis:
        return st.lists(values(items[0]), max_size=3).map(tuple)
    return st.tuples(*(values(item) for item in items))


@pytest.mark.parametrize("record_type", [Outer, *RECORDS], ids=lambda kind: kind.__name__)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_any_records_come_back_equal(record_type, data):
    records = data.draw(st.lists(values(record_type), max_size=4))
    assert from_table(to_table(records, record_type), record_type) == records


def test_records_come_back_from_a_slice_and_from_several_chunks(make_group):
    groups = [make_group(number) for number in range(9)]
    table = pa.concat_tables([to_table(groups[:4], Group), to_table(groups[4:], Group)])
    assert from_table(table, Group) == groups
    assert from_table(table.slice(2, 5), Group) == groups[2:7]
    assert from_table(table.take(pa.array([8, 0])), Group) == [groups[8], groups[0]]


def test_tuples_come_back_as_tuples_and_numbers_keep_their_type(make_group):
    (group,) = from_table(to_table([make_group(1)], Group), Group)
    assert type(group.scene.room.absorption) is tuple
    assert type(group.scene.room.absorption[0]) is tuple
    assert type(group.scene.room.absorption[0][0]) is float
    assert type(group.seed) is int
    assert type(group.examples[0].small) is bool


def test_the_schema_is_plain_arrow():
    schema = arrow_schema(Group)
    assert schema.field("seed").type == pa.int64()
    room = schema.field("scene").type.field("room").type
    assert room.field("size_m").type == pa.list_(pa.float64())
    assert room.field("absorption").type == pa.list_(pa.list_(pa.float64()))
    assert arrow_schema(Example).field("audio").type == pa.binary()


def test_nothing_makes_an_empty_table_with_every_column():
    table = to_table([], Group)
    assert table.schema == arrow_schema(Group)
    assert from_table(table, Group) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"uri": None}, r"Clip.uri is None, wanted string"),
        ({"uri": 3}, r"Clip.uri: .*int"),
        ({"captions": ("a", None)}, r"Clip.captions: None among the items"),
        ({"duration_s": "long"}, r"Clip.duration_s"),
        ({"uri": "\udc80"}, r"Clip.uri: .*surrogates"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(make_group, change, message):
    clip = dataclasses.replace(make_group(1).clips[0], **change)
    with pytest.raises(TypeError, match=message):
        to_table([clip], Clip)


def test_a_wrong_value_deep_inside_names_the_record_it_is_in(make_group):
    group = make_group(1)
    clip = dataclasses.replace(group.clips[0], corpus=None)
    with pytest.raises(TypeError, match=r"Clip\.corpus is None"):
        to_table([dataclasses.replace(group, clips=(clip,))], Group)


def test_no_record_is_no_row(make_group):
    with pytest.raises(TypeError, match="None among the records"):
        to_table([make_group(1), None], Group)


def test_a_table_of_another_kind_is_refused(make_group):
    table = to_table([make_group(1)], Group)
    with pytest.raises(ValueError, match="no column clip_id, source_id"):
        from_table(table, Clip)
    other = table.set_column(3, "seed", pa.array(["7"]))
    with pytest.raises(ValueError, match=r"Group\.seed is string, wanted int64"):
        from_table(other, Group)


def test_a_null_where_none_may_be_is_refused(make_group):
    table = to_table([make_group(1)], Group)
    with pytest.raises(ValueError, match=r"Group\.seed is null"):
        from_table(table.set_column(3, "seed", pa.array([None], pa.int64())), Group)


def test_other_columns_are_left_alone(make_group):
    table = to_table([make_group(1)], Group).append_column("more", pa.array([1]))
    assert from_table(table, Group) == [make_group(1)]


@pytest.mark.parametrize("hint", [dict[str, str], list[int], tuple[int, str], int | str, object])
def test_a_type_without_a_column_is_refused(hint):
    with pytest.raises(TypeError, match="has no column"):
        codec(hint)
