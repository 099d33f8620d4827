from collections import Counter

import pytest

from elsa_data.errors import ConfigError
from elsa_data.train.order import Order, Unit


def units(shards: int, each: int, *, per_source: int = 1) -> list[list[Unit]]:
    return [
        [Unit(shard, (row,), (f"{shard}-{row // per_source}",)) for row in range(each)]
        for shard in range(shards)
    ]


def planned(order: Order, position: int, end: int):
    return [each for window in order.windows(position, end) for each in window.batches]


def flat(batches) -> list[tuple[int, int]]:
    return [ref for each in batches for refs in each.refs for ref in refs]


def test_every_row_is_seen_once_an_epoch_and_epochs_differ():
    order = Order(units(7, 10), seed=1, window=3, batch=8)
    epochs = [flat(planned(order, start, start + 70)) for start in (0, 70)]
    for seen in epochs:
        assert Counter(seen) == Counter((s, r) for s in range(7) for r in range(10))
    assert epochs[0] != epochs[1]


def test_any_position_continues_the_order():
    order = Order(units(7, 10, per_source=3), seed=1, window=3, batch=8)
    whole = planned(order, 0, 210)
    for at, batch in enumerate(whole[:-1]):
        assert planned(order, batch.end, 210) == whole[at + 1 :], batch.end


def test_batches_are_nearly_equal_and_no_larger_than_asked():
    order = Order(units(6, 11), seed=1, window=3, batch=8)
    sizes = [len(each.refs[0]) for each in planned(order, 0, 66)]
    assert max(sizes) <= 8
    assert max(sizes) - min(sizes) <= 1


def test_a_recording_is_once_in_a_batch():
    order = Order(units(4, 24, per_source=4), seed=1, window=2, batch=12)
    for batch in planned(order, 0, 96):
        sources = [f"{shard}-{row // 4}" for refs in batch.refs for shard, row in refs]
        assert len(set(sources)) == len(sources)


def test_a_recording_that_is_everywhere_makes_batches_smaller_not_wrong():
    crowd = [[Unit(0, (row,), ("same",)) for row in range(5)] + [Unit(0, (5,), ("other",))]]
    batches = planned(Order(crowd, seed=1, window=1, batch=6), 0, 6)
    assert len(batches) == 5
    assert len(flat(batches)) == 6


def test_twins_stay_together_and_their_recordings_meet_nowhere_else():
    pairs = [[Unit(0, (2 * at, 2 * at + 1), (f"{at % 3}", f"{at % 3 + 3}")) for at in range(9)]]
    batches = planned(Order(pairs, seed=1, window=1, batch=8), 0, 18)
    for batch in batches:
        rows = [row for _, row in batch.refs[0]]
        assert all(row ^ 1 in rows for row in rows)
        held = [row // 2 % 3 for row in rows[::2]]
        assert len(set(held)) == len(held)


def test_only_a_window_of_shards_is_open():
    order = Order(units(8, 10), seed=1, window=2, batch=4)
    for window in order.windows(0, 160):
        shards = set(window.shards[0])
        assert len(shards) <= 2
        assert {shard for shard, _ in flat(window.batches)} == shards


def test_processes_share_batches_and_never_shards():
    order = Order(units(8, 10), seed=1, window=4, batch=8, world=2)
    seen = Counter()
    for window in order.windows(0, 80):
        assert not set(window.shards[0]) & set(window.shards[1])
        for batch in window.batches:
            for rank, refs in enumerate(batch.refs):
                assert {shard for shard, _ in refs} <= set(window.shards[rank])
                assert 1 <= len(refs) <= 4
                seen.update(refs)
    assert set(seen.values()) == {1}
    assert len(seen) == 80


def test_a_batch_that_leaves_a_process_without_rows_is_left_out_by_all():
    uneven = [
        [Unit(0, (row,), (f"a{row}",)) for row in range(12)],
        [Unit(1, (row,), (f"b{row}",)) for row in range(2)],
    ]
    order = Order(uneven, seed=1, window=2, batch=4, world=2)
    batches = planned(order, 0, 14)
    assert len(batches) == 2
    assert all(all(batch.refs) for batch in batches)
    assert planned(order, batches[0].end, 14) == batches[1:]


def test_what_cannot_be_shared_is_refused():
    with pytest.raises(ConfigError, match="1 shards"):
        Order(units(1, 10), seed=1, window=2, batch=4, world=2)
    with pytest.raises(ConfigError, match="no rows"):
        Order([[]], seed=1, window=2, batch=4)
