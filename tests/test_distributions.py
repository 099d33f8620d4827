import math

import numpy as np
import pytest
from scipy import stats

from elsa_data.distributions import LAWS, Choice, Constant, Law, LogUniform, Uniform

LAWS_UNDER_TEST = [
    Constant(value=3.0),
    Uniform(low=-47.5, high=48.7),
    LogUniform(low=13.3, high=277.4),
    Choice(values=(1.0, 2.0, 5.0), weights=(1.0, 2.0, 1.0)),
    Choice(values=(1.0, 4.0)),
]


def draws(law: Law, count: int = 2000, **options) -> np.ndarray:
    rng = np.random.default_rng(5)
    return np.array([law.sample(rng, **options) for _ in range(count)])


@pytest.mark.parametrize("law", LAWS_UNDER_TEST, ids=str)
def test_draws_keep_the_bounds_and_the_mean(law):
    drawn = draws(law)
    low, high = law.bounds
    assert low <= drawn.min()
    assert drawn.max() <= high
    spread = max(drawn.std(), 1e-12)
    assert abs(drawn.mean() - law.mean) < 4 * spread / math.sqrt(len(drawn))


@pytest.mark.parametrize(
    ("law", "reference"),
    [
        (Uniform(low=-2.0, high=6.0), stats.uniform(-2.0, 8.0)),
        (LogUniform(low=0.1445, high=2.6719), stats.loguniform(0.1445, 2.6719)),
    ],
    ids=["uniform", "log-uniform"],
)
def test_draws_follow_the_law_of_scipy(law, reference):
    assert stats.kstest(draws(law), reference.cdf).pvalue > 0.01
    for value in np.linspace(*law.bounds, 7):
        assert law.rank(value) == pytest.approx(reference.cdf(value), abs=1e-12)
        assert law.at(law.rank(value)) == pytest.approx(value, rel=1e-12)


def test_choice_follows_its_weights():
    drawn = draws(Choice(values=(1.0, 2.0, 5.0), weights=(1.0, 2.0, 1.0)), 4000)
    shares = [np.mean(drawn == value) for value in (1.0, 2.0, 5.0)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


def test_draws_inside_intervals_stay_inside_and_keep_the_law_there():
    law = LogUniform(low=0.1, high=10.0)
    within = ((0.0, 0.2), (5.0, math.inf))
    drawn = draws(law, within=within)
    assert np.all((drawn <= 0.2 * (1 + 1e-12)) | (drawn >= 5.0 * (1 - 1e-12)))
    # Both pieces span a factor of two: each holds half of the draws.
    assert np.mean(drawn < 1.0) == pytest.approx(0.5, abs=0.04)
    low_piece = stats.loguniform(0.1, 0.2)
    assert stats.kstest(drawn[drawn < 1.0], low_piece.cdf).pvalue > 0.01


def test_share_is_the_probability_of_the_intervals():
    assert Uniform(low=0.0, high=10.0).share(((-5.0, 1.0), (9.0, 20.0))) == pytest.approx(0.2)
    assert LogUniform(low=1.0, high=100.0).share(((1.0, 10.0),)) == pytest.approx(0.5)
    assert Choice(values=(1.0, 2.0), weights=(3.0, 1.0)).share(((1.0, 1.5),)) == 0.75
    assert Constant(value=2.0).share(((2.0, 3.0),)) == 1.0
    assert Constant(value=2.0).share(((2.1, 3.0),)) == 0.0


@pytest.mark.parametrize("law", LAWS_UNDER_TEST, ids=str)
def test_nothing_to_draw_is_said(law):
    with pytest.raises(ValueError, match="has no value within"):
        law.sample(np.random.default_rng(0), within=((500.0, 600.0),))


def test_quantiles_take_arrays_and_never_fall():
    shares = np.sort(np.random.default_rng(3).random((6, 8)), axis=1)
    for law in LAWS_UNDER_TEST:
        values = law.at(shares)
        assert values.shape == (6, 8)
        assert np.all(np.diff(values, axis=1) >= 0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Uniform(low=4.0, high=0.5), "low 4 is not below high 0.5"),
        (lambda: Uniform(low=1.0, high=1.0), "law: constant"),
        (lambda: LogUniform(low=0.0, high=1.0), "has no logarithm"),
        (lambda: Choice(values=()), "one or more"),
        (lambda: Choice(values=(2.0, 1.0)), "rising order"),
        (lambda: Choice(values=(1.0, 2.0), weights=(1.0,)), "1 weights for 2 values"),
        (lambda: Choice(values=(1.0,), weights=(0.0,)), "above 0"),
    ],
)
def test_what_is_no_law_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_every_law_has_a_name_in_presets():
    assert set(LAWS.values()) == {type(law) for law in LAWS_UNDER_TEST}
