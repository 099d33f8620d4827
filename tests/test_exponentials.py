import math

import numpy as np
import pytest
from numpy.random import default_rng

from elsa_data import exponentials


def test_one_exponential_has_its_own_t60():
    rates = np.array([[6.0 * math.log(10.0) / 0.7], [6.0 * math.log(10.0) / 2.5]])
    assert exponentials.t30_s(rates, np.ones(1)) == pytest.approx([0.7, 2.5])


@pytest.mark.parametrize("seed", range(5))
def test_a_sum_decays_as_its_schroeder_curve(seed):
    rng = default_rng(seed)
    rates, shares = rng.uniform(3.0, 60.0, (1, 6)), rng.uniform(0.1, 1.0, 6)
    times = np.arange(0.0, 8.0, 2e-4)
    power = np.exp(-times[:, None] * rates[0]) @ shares
    curve = power[::-1].cumsum()[::-1]
    curve = 10 * np.log10(curve / curve[0])
    for level in (-5.0, -35.0, -60.0):
        passed = times[np.argmax(curve <= level)]
        assert exponentials.time_at(rates, shares, level)[0] == pytest.approx(passed, abs=1e-3)
    fit = (curve <= -5) & (curve >= -35)
    wanted = -60 / np.polyfit(times[fit], curve[fit], 1)[0]
    assert exponentials.t30_s(rates, shares)[0] == pytest.approx(wanted, rel=0.01), seed


def test_each_row_has_a_level_of_its_own():
    rates = np.full((2, 1), 10.0)
    got = exponentials.time_at(rates, np.ones(1), np.array([-10.0, -20.0]))
    assert got == pytest.approx(np.log(10.0) * np.array([0.1, 0.2]))
