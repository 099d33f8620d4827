from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elsa_data.errors import BuildError
from elsa_data.records import Clip, Group
from elsa_data.shards.directory import Directory
from elsa_data.shards.schema import arrow_schema
from elsa_data.shards.tables import (
    in_batches,
    leaves_of,
    read_records,
    read_rows,
    write_records,
)

FS = Directory("/").fs


@pytest.fixture
def groups(make_group):
    return [make_group(number) for number in range(10)]


@pytest.fixture
def path(tmp_path, groups):
    path = tmp_path / "ein Plan € 1.parquet"
    assert write_records(iter(groups), path, Group, row_group_rows=3) == 10
    return path


def test_records_come_back_in_order_from_row_groups_of_the_size_asked(path, groups):
    assert list(read_records(str(path), FS, Group)) == groups
    metadata = pq.read_metadata(path)
    assert [metadata.row_group(at).num_rows for at in range(4)] == [3, 3, 3, 1]


def test_equal_records_give_equal_bytes(path, groups, tmp_path):
    again = tmp_path / "again.parquet"
    write_records(groups, again, Group, row_group_rows=3)
    assert again.read_bytes() == path.read_bytes()


def test_records_are_drawn_one_row_group_at_a_time(tmp_path, groups):
    taken = []

    def source():
        for group in groups:
            taken.append(group.group_id)
            if len(taken) == 8:
                raise RuntimeError("the source broke")
            yield group

    with pytest.raises(RuntimeError, match="the source broke"):
        write_records(source(), tmp_path / "a", Group, row_group_rows=3)
    # What was written before stays behind as a closed file in scratch, never committed.
    assert pq.read_metadata(tmp_path / "a").num_rows == 6


@pytest.mark.parametrize("rows", [[0], [9, 0, 4], range(2, 8), [5, 5], []])
def test_rows_are_found_by_number_in_the_order_asked(path, groups, rows):
    assert read_rows(str(path), FS, Group, rows) == [groups[row] for row in rows]


@pytest.mark.parametrize("rows", [[10], [-1], [3, 11]])
def test_a_row_that_is_not_there_is_named(path, rows):
    with pytest.raises(BuildError, match="it has 10 rows"):
        read_rows(str(path), FS, Group, rows)


def test_no_records_are_a_file_with_a_schema(tmp_path):
    assert write_records([], tmp_path / "a", Group, row_group_rows=3) == 0
    assert list(read_records(str(tmp_path / "a"), FS, Group)) == []
    assert read_rows(str(tmp_path / "a"), FS, Group, []) == []
    assert pq.read_schema(tmp_path / "a") == arrow_schema(Group)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BuildError, match=r"none\.parquet is not there"):
        list(read_records(str(tmp_path / "none.parquet"), FS, Group))


def test_a_damaged_file_is_named_in_one_line(path):
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BuildError, match="if it is damaged, remove it") as raised:
        list(read_records(str(path), FS, Group))
    assert "\n" not in str(raised.value)


def test_a_file_of_other_records_is_named(path):
    with pytest.raises(BuildError, match="it was not written as Clip"):
        list(read_records(str(path), FS, Clip))


def test_a_full_disk_is_one_line(groups):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    with pytest.raises(BuildError, match="/dev/full: the disk is full: free some space"):
        write_records(groups, full, Group, row_group_rows=3)


def test_batches_end_at_the_rows_or_at_the_bytes():
    assert list(in_batches(range(5), rows=2)) == [[0, 1], [2, 3], [4]]
    sized = in_batches([5, 5, 1, 20, 1, 1], rows=3, most_bytes=10, size=lambda item: item)
    assert list(sized) == [[5, 5], [1], [20], [1, 1]]
    assert list(in_batches([], rows=2)) == []


def test_leaves_are_named_as_parquet_names_them(tmp_path):
    schema = arrow_schema(Group)
    pq.write_table(pa.Table.from_pylist([], schema), tmp_path / "a")
    stored = pq.ParquetFile(tmp_path / "a").schema
    wanted = [stored.column(index).path for index in range(len(stored.names))]
    assert [leaf for field in schema for leaf in leaves_of(field.type, field.name)] == wanted
