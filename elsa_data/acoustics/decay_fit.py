"""Decay times read off a Schroeder curve, or the reason why there is none.

Source: Schroeder, JASA 37:409, 1965, doi:10.1121/1.1909343; ISO 3382-1:2009, 5.3 and A.2;
ISO 3382-2:2008, B.2 (non-linearity).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

T30_RANGE_DB = (5.0, 35.0)
EDT_RANGE_DB = (0.0, 10.0)

NEEDED_DB = 45.0
"""The decay must fall this far before the response ends for -5..-35 dB to be read (ISO 3382-1)."""

_LAST_SHARE = 0.05
"""Share of the response whose mean power says what would have come after its end."""


class Line(NamedTuple):
    """A straight line through a part of a decay, as a time for 60 dB.

    Attributes:
        t60_s: seconds for 60 dB.
        nonlinearity: permille of the levels' variance the line leaves unexplained.
    """

    t60_s: float
    nonlinearity: float


def schroeder(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the energy still to come (steps,) at every step of a response's power (steps,)."""
    return np.cumsum(power[::-1])[::-1]


def fit_line(
    remaining: NDArray[np.float64], step_s: float, range_db: tuple[float, float]
) -> Line | None:
    """Return the least-squares line between two levels below the start of a Schroeder curve.

    None when the curve has fewer than three steps between them or never gets there.
    """
    first, last = (_first_below(remaining, level) for level in range_db)
    if last >= len(remaining) or last - first < 3:
        return None
    levels = 10.0 * np.log10(remaining[first:last])
    times = np.arange(last - first) - (last - first - 1) / 2.0
    spread = levels - levels.mean()
    slope = float(times @ spread) / float(times @ times)
    if slope >= 0.0:
        return None
    explained = slope * slope * float(times @ times) / float(spread @ spread)
    return Line(-60.0 / slope * step_s, 1000.0 * max(0.0, 1.0 - explained))


def level_at_end_db(remaining: NDArray[np.float64], step_s: float, t60_s: float) -> float:
    """Return how far the decay had fallen, in dB and negative, where the response ends.

    A Schroeder curve dives wherever its response is cut, so its own last level says little. This
    is the energy an exponential of ``t60_s`` would still have brought, from the power at the end;
    or what the curve itself has left before its last step, where that is more.
    """
    last = max(1, math.ceil(len(remaining) * _LAST_SHARE))
    power_at_end = float(remaining[-last]) / last
    missing = power_at_end * t60_s / (6.0 * math.log(10.0) * step_s)
    missing = max(missing, float(remaining[-1]))
    return 10.0 * math.log10(missing / remaining[0]) if missing > 0.0 else -math.inf


def _first_below(remaining: NDArray[np.float64], level_db: float) -> int:
    """Return the index of the first step at or under ``-level_db`` re the start of the curve."""
    threshold = remaining[0] * 10.0 ** (-level_db / 10.0)
    return len(remaining) - int(np.searchsorted(remaining[::-1], threshold, side="right"))
