import math

import numpy as np
import pytest

from elsa_data import exponentials
from elsa_data.t30_search import parameter_of

RATES = np.array([[4.0, 9.0, 20.0], [6.0, 11.0, 15.0]])
SHARES = np.array([[1.0, 2.0, 1.0], [1.0, 1.0, 3.0]])


def family(tilt: float):
    """Return two decays that quicken with the parameter; the rough form knows their first term."""

    def decays(log_factors, rough):
        rates = np.exp(np.asarray(log_factors) * tilt)[:, None, None] * RATES + 1.0
        return (rates[..., :1], SHARES[:, :1]) if rough else (rates, SHARES)

    return decays


def t30_at(parameter: float, tilt: float) -> float:
    return float(exponentials.t30_s(*family(tilt)(np.array([parameter]), False)).mean())


@pytest.mark.parametrize("tilt", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("wanted", [-1.9, -0.3, 0.0, 1.1, 2.0])
def test_the_parameter_has_the_t30_asked_for(wanted, tilt):
    found = parameter_of(family(tilt), -2.0, 2.0, t30_at(wanted, tilt))
    assert found is not None
    assert t30_at(found, tilt) == pytest.approx(t30_at(wanted, tilt), rel=5e-4)


def test_a_t30_out_of_reach_has_no_parameter():
    assert parameter_of(family(1.0), -2.0, 2.0, t30_at(-2.0, 1.0) * 1.01) is None
    assert parameter_of(family(1.0), -2.0, 2.0, t30_at(2.0, 1.0) / 1.01) is None


def test_a_bend_in_the_decays_is_found_all_the_same():
    def bent(log_factors, rough):
        steep = np.where(log_factors > 0.5, 3.0 * (log_factors - 0.5), 0.0)
        rates = np.exp(log_factors + (0.0 if rough else 1.0) * steep)[:, None, None] * RATES
        return rates, SHARES

    for parameter in (0.45, 0.55, 1.0):
        target = float(exponentials.t30_s(*bent(np.array([parameter]), False)).mean())
        found = parameter_of(bent, -2.0, 2.0, target)
        assert found == pytest.approx(parameter, abs=2e-3), math.log(target)
