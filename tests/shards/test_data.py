"""The rows without their sound, in either format."""

from pathlib import Path

import pytest

from elsa_data.errors import BuildError
from elsa_data.shards.data import EXTENSION, read_columns, read_fields, read_some, write_data
from elsa_data.shards.directory import Directory

NAMES = ("example_id", "spatial", "parts", "captions", "size_m")


@pytest.fixture(params=EXTENSION.items(), ids=EXTENSION)
def shard(request, make_example, tmp_path: Path) -> tuple[Directory, str]:
    name, extension = request.param
    path = tmp_path / f"train-00000-of-00001.{extension}"
    write_data(name, [make_example(0), make_example(1), make_example(2, channels=1)], path)
    return Directory(str(tmp_path)), str(path)


def test_the_fields_are_those_of_the_rows(shard: tuple[Directory, str], make_example) -> None:
    rows = [row for batch, _ in read_fields(*shard, NAMES) for row in batch]
    wanted = [make_example(0), make_example(1), make_example(2, channels=1)]
    for row, example in zip(rows, wanted, strict=True):
        assert row.keys() == set(NAMES)
        assert row["example_id"] == example.example_id
        assert row["spatial"] is example.spatial
        assert tuple(row["captions"]) == example.captions
        assert row["parts"][0]["azimuth_deg"] == example.parts[0].azimuth_deg
        assert len(row["parts"]) == len(example.parts)
        assert (None if row["size_m"] is None else tuple(row["size_m"])) == example.size_m


def test_the_bytes_hold_the_sound_too(shard: tuple[Directory, str], make_example) -> None:
    size = sum(size for _, size in read_fields(*shard, NAMES))
    sound = sum(len(make_example(n, channels=c).audio) for n, c in ((0, 4), (1, 4), (2, 1)))
    assert sound < size < sound + 40_000


def test_columns_come_without_the_sound(shard: tuple[Directory, str], make_example) -> None:
    names = ("example_id", "parts.list.element.azimuth_deg", "parts.list.element.labels")
    rows = [row for batch in read_columns(*shard, names) for row in batch]
    for number, row in enumerate(rows):
        example = make_example(number, channels=1 if number == 2 else 4)
        assert row.keys() == {"example_id", "parts"}
        assert row["example_id"] == example.example_id
        assert row["parts"][0]["azimuth_deg"] == example.parts[0].azimuth_deg
        assert tuple(row["parts"][0]["labels"]) == example.parts[0].labels
    assert len(rows) == 3


def test_some_rows_are_found_by_their_ids(shard: tuple[Directory, str], make_example) -> None:
    wanted = [make_example(0), make_example(2, channels=1)]
    ids = {example.example_id for example in wanted} | {"not there"}
    assert list(read_some(*shard, ids)) == wanted
    assert list(read_some(*shard, {"not there"})) == []


def test_a_damaged_shard_is_told(shard: tuple[Directory, str]) -> None:
    directory, url = shard
    path = Path(url)
    path.write_bytes(b"none" + path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BuildError, match="cannot read"):
        list(read_fields(directory, url, NAMES))
    with pytest.raises(BuildError, match="cannot read"):
        list(read_columns(directory, url, NAMES))
    with pytest.raises(BuildError, match="cannot read"):
        list(read_some(directory, url, {"0" * 16}))


def test_a_field_that_is_not_there_is_told(shard: tuple[Directory, str]) -> None:
    with pytest.raises(BuildError, match=r"cannot read .*nothing_like_it"):
        list(read_fields(*shard, ("nothing_like_it",)))
    with pytest.raises(BuildError, match=r"cannot read .*nothing_like_it"):
        list(read_columns(*shard, ("nothing_like_it",)))
