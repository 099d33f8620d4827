import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from elsa_data.errors import BuildError, ConfigError
from elsa_data.report.lookup import find_row
from elsa_data.shards.directory import Directory
from tests.report.rows import write_set
from tests.shards.conftest import example

FORMATS = ("parquet", "webdataset")
SOUND = 200_000


@pytest.fixture(params=FORMATS)
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Directory:
    numbers = [(0xA1, 0xB2), (0xC3, 0xA1 << 56)]
    return write_set(tmp_path, [[example(n) for n in shard] for shard in numbers], request.param)


@pytest.mark.parametrize("wanted", ["00000000000000c3", "00000000000000C3", "a100"])
def test_a_row_is_found_by_its_id_or_its_first_digits(there: Directory, wanted: str) -> None:
    found = find_row(there, wanted)
    assert found.example == example(0xA1 << 56 if wanted == "a100" else 0xC3)
    assert found.shard.startswith(there.path("data", "train-00001-of-00002."))


def test_an_unknown_id_is_answered_with_the_nearest(there: Directory) -> None:
    with pytest.raises(ConfigError, match="no example 00000000000000c4; the nearest") as refused:
        find_row(there, "00000000000000c4")
    assert "the nearest are 00000000000000c3, 00000000000000a1" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_prefix_of_several_is_refused_with_some_of_them(there: Directory) -> None:
    with pytest.raises(ConfigError, match=r"3 examples .* begin with 0000 .*give more digits"):
        find_row(there, "0000")


@pytest.mark.parametrize("wanted", ["", "a10", "xyzw", "../../etc", "0" * 17, "\x1b[2J"])
def test_what_is_no_id_is_refused(there: Directory, wanted: str) -> None:
    with pytest.raises(ConfigError, match="is no example id: give its 16 hex digits"):
        find_row(there, wanted)


def test_a_folder_without_shards_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="holds no finished shard in data/"):
        find_row(Directory(str(tmp_path)), "00ff")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"captions": ("one", "two", "three")}, "2 original_captions for 3 captions"),
        ({"caption_models": ()}, "0 caption_models for 2 captions"),
        ({"size_m": (1.0,)}, "a position without three numbers"),
        ({"parts": ()}, "no source in parts"),
        ({"parts": (dataclasses.replace(example(2).parts[0], t30_s=(0.5,)),)}, "without 8 bands"),
    ],
)
def test_a_row_whose_lists_do_not_fit_is_named(
    tmp_path: Path, change: dict[str, Any], fault: str
) -> None:
    row = dataclasses.replace(example(2), **change)
    with pytest.raises(BuildError, match=f"row {row.example_id} is not as .*{fault}"):
        find_row(write_set(tmp_path, [[row]], "parquet"), row.example_id)


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="needs Linux's /proc/self/io")
@pytest.mark.parametrize("format_name", FORMATS)
def test_the_sound_of_other_rows_is_not_read(format_name: str, tmp_path: Path) -> None:
    shards = [
        [example(100 * shard + row, audio=os.urandom(SOUND)) for row in range(70)]
        for shard in range(2)
    ]
    there = write_set(tmp_path, shards, format_name)
    before = bytes_read()
    with pytest.raises(ConfigError, match="has no example"):
        find_row(there, "ffffffffffffffff")
    # Ids are looked through twice here: for the row, and for the nearest.
    assert bytes_read() - before < 0.3 * 2 * 140 * SOUND


def bytes_read() -> int:
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["rchar"])
