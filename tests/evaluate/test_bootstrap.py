import numpy as np
import pytest

from elsa_data.evaluate.bootstrap import interval


def mean_of(values):
    return lambda weights: float(np.average(values, weights=weights)) if weights.sum() else np.nan


def test_alone_every_row_gives_the_interval_of_the_normal_law():
    values = np.random.default_rng(0).standard_normal(400)
    low, high = interval(mean_of(values), range(400)) or (0, 0)
    half = 1.96 * values.std() / 20
    assert high - low == pytest.approx(2 * half, rel=0.1)
    assert low < values.mean() < high


def test_rows_that_are_copies_are_counted_as_one():
    values = np.random.default_rng(1).standard_normal(100)
    alone = interval(mean_of(values), range(100)) or (0, 0)
    copied = interval(mean_of(np.repeat(values, 8)), np.repeat(np.arange(100), 8).tolist())
    believed = interval(mean_of(np.repeat(values, 8)), range(800)) or (0, 0)
    assert copied is not None
    assert np.ptp(copied) == pytest.approx(np.ptp(alone), rel=0.1)
    assert np.ptp(believed) < 0.5 * np.ptp(copied)


def test_a_factor_inside_another_changes_nothing_and_one_across_widens():
    rng = np.random.default_rng(2)
    rooms, clips = np.arange(200) % 10, np.arange(200) // 10
    values = rng.standard_normal(10)[rooms] + rng.standard_normal(20)[clips]
    by_clip = interval(mean_of(values), clips.tolist())
    assert interval(mean_of(values), range(200), clips.tolist()) == by_clip
    assert np.ptp(interval(mean_of(values), rooms.tolist(), clips.tolist())) > np.ptp(by_clip)


def test_a_statistic_that_is_never_there_has_no_interval():
    assert interval(lambda _: float("nan"), range(10)) is None
