"""Where in a family of decays the T30 is the one asked for, found from few of its members.

A rough form of the decays tells about what T30 each of many members has, all at once. The exact
T30 follows the rough one at nearly 45 degrees, so that along it two or three tries are enough.
"""

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from elsa_data import exponentials

Floats = NDArray[Any]

Family = Callable[[Floats, bool], tuple[Floats, Floats]]
"""Of parameters (n,) and of whether rough ones will do: decays as `exponentials.t30_s` takes them,
rates (n, decays, terms) and shares. Their T30 falls as the parameter rises."""

_MEMBERS: Final = 13
_PLACES: Final = np.arange(float(_MEMBERS))

_CLOSE: Final = 1e-3
"""From a logarithm of T30 / target this small, the last slope leads on without another look."""

_TRIES: Final = 60


def parameter_of(family: Family, low: float, high: float, target_t30_s: float) -> float | None:
    """Return the parameter at which the mean T30 of the decays is the target, in seconds.

    None where no parameter from low to high has it.
    """
    step = (low - high) / _PLACES[-1]
    near_s = exponentials.fit_range_s(*family(high + step * _PLACES, True))
    rough = np.log(2.0 * (near_s[1] - near_s[0]).mean(axis=1))
    wanted = math.log(target_t30_s)

    def excess(rough_log_t30: float) -> float:
        place = float(np.interp(rough_log_t30, rough, _PLACES))
        below = min(int(place), _MEMBERS - 2)
        near = near_s[:, below] + (place - below) * (near_s[:, below + 1] - near_s[:, below])
        decays = family(np.array([high + step * place]), False)
        return math.log(exponentials.t30_s(*decays, near[:, None]).mean()) - wanted

    found = _root(excess, float(rough[0]), float(rough[-1]), wanted)
    return None if found is None else high + step * float(np.interp(found, rough, _PLACES))


def _root(
    function: Callable[[float], float], low: float, high: float, start: float
) -> float | None:
    """Return where a function that rises by about 1 a unit is zero; None: not from low to high.

    Secant steps from ``start``; where one would leave the bracket, its middle is taken instead.
    """
    x, slope, spans = min(max(start, low), high), 1.0, False
    value = function(x)
    for _ in range(_TRIES):
        if abs(value) < _CLOSE:
            break
        low, high = (low, x) if value > 0 else (x, high)
        last_x, last = x, value
        x -= value / slope
        if not low < x < high:
            spans = spans or (function(low) < _CLOSE and function(high) > -_CLOSE)
            if not spans:
                return None
            x = (low + high) / 2.0
        value = function(x)
        secant = (value - last) / (x - last_x) if x != last_x else 1.0
        slope = secant if 0.2 < secant < 5.0 else 1.0
    return x - value / slope
