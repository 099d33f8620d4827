import random
from collections import Counter

import pytest

from elsa_data.records import ShardRef
from elsa_data.report.sample import Draw


def rows(split: str, spatial: int, mono: int) -> list[dict]:
    return [
        {"example_id": f"{split}-{spatial_}-{k}", "split": split, "spatial": spatial_}
        for spatial_, number in ((True, spatial), (False, mono))
        for k in range(number)
    ]


def drawn(batches: list[list[dict]], wanted: int, seed: int = 0) -> list[str]:
    draw = Draw(seed, wanted)
    for batch in batches:
        if batch:
            draw.add(batch, ShardRef(split=batch[0]["split"], index=0, count=1))
    return [pick.example_id for pick in draw.picks()]


SET = [rows("train", 400, 200), rows("validation", 50, 25), rows("test", 50, 25)]


def test_the_same_rows_whatever_their_order() -> None:
    wanted = drawn(SET, 60)
    one_by_one = [[row] for batch in SET for row in batch]
    random.Random(1).shuffle(one_by_one)
    assert drawn(one_by_one, 60) == wanted
    assert drawn(SET, 60, seed=1) != wanted


def test_every_split_has_as_many_and_mono_rows_are_fewer() -> None:
    picked = drawn(SET, 60)
    assert len(set(picked)) == 60
    assert Counter(name.split("-")[0] for name in picked) == {
        "train": 20, "validation": 20, "test": 20,
    }  # fmt: skip
    spatial = sum("-True-" in name for name in picked)
    assert 45 <= spatial < 60


def test_splits_are_in_order_and_spatial_rows_come_first() -> None:
    picked = [name.split("-")[:2] for name in drawn(SET, 60)]
    order = {"train": 0, "validation": 1, "test": 2}
    keys = [(order[split], spatial != "True") for split, spatial in picked]
    assert keys == sorted(keys)


@pytest.mark.parametrize("wanted", [1, 7, 1000])
def test_a_small_set_is_shown_whole_and_never_more_than_asked(wanted: int) -> None:
    small = [rows("train", 5, 2), rows("test", 1, 0)]
    assert len(drawn(small, wanted)) == min(wanted, 8)
