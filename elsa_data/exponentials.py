"""Decay times of sums of exponentials, from their backward integral in closed form.

Power sum_k share_k exp(-rate_k t) leaves sum_k share_k / rate_k exp(-rate_k t) to come: the curve
that Schroeder's integration draws, without its noise. All is computed in the precision of the
rates: single precision moves a decay time by a few millionths.

Source: Schroeder, JASA 37:409, 1965, DOI 10.1121/1.1909343; ISO 3382-1:2009, 5.3.
"""

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[Any]

_FIT_POINTS = 4
"""Gauss points under the fitted line: a hundred would move a T30 by 0.1 % at most."""

_LN_PER_DB = math.log(10.0) / 10.0


def t30_s(rates: Floats, shares: ArrayLike, near_s: Floats | None = None) -> Floats:
    """Return the time for 60 dB (...) by a line fitted to each decay from -5 to -35 dB.

    Args:
        rates: 1/s (..., terms), how fast the energy of each term falls.
        shares: (..., terms), their power at time 0 in any unit; an axis of 1 stands for any length.
        near_s: what `fit_range_s` gives, about (2, ...): saves looking for it from afar.
    """
    shares = np.asarray(shares, dtype=rates.dtype)
    start, end = fit_range_s(rates, shares, near_s)
    points, levers = _line_rule()
    half = (end - start) / 2.0
    times = (start + half)[..., None] + half[..., None] * points.astype(rates.dtype)
    kept = np.exp(times[..., None] * -rates[..., None, :])
    left = np.vecdot(kept, (shares / rates)[..., None, :])
    return -60.0 * _LN_PER_DB * half / (np.log(left) @ levers)


def fit_range_s(rates: Floats, shares: ArrayLike, near_s: Floats | None = None) -> Floats:
    """Return when each decay passes -5 dB and when -35 dB, in seconds (2, ...)."""
    levels_db = np.array([-5.0, -35.0]).reshape(2, *(1,) * (rates.ndim - 1))
    return time_at(rates, shares, levels_db, near_s)


def time_at(
    rates: Floats, shares: ArrayLike, level_db: ArrayLike, near_s: Floats | None = None
) -> Floats:
    """Return when each decay (...) has fallen to a level, in seconds; levels may add axes before.

    Newton's method in the logarithms of time and level, between which a decay is nearly straight;
    from ``near_s`` or else from the initial slope.
    """
    shares = np.asarray(shares, dtype=rates.dtype)
    to_come, falling = shares / rates, -rates
    whole = to_come.sum(axis=-1)
    goal = np.asarray(level_db, dtype=rates.dtype) * rates.dtype.type(-_LN_PER_DB)
    time = goal * (whole / shares.sum(axis=-1)) if near_s is None else near_s.astype(goal.dtype)
    for _ in range(20):
        kept = np.exp(time[..., None] * falling)
        left = np.vecdot(kept, to_come)
        fallen = np.log(whole / left)
        ratio = (goal / fallen) ** (fallen * left / (time * np.vecdot(kept, shares)))
        time = time * ratio
        # Each step squares the error: after one of 3 %, less than 0.02 % is left.
        if np.abs(ratio - 1.0).max() < 0.03:
            break
    return time


@functools.cache
def _line_rule() -> tuple[Floats, Floats]:
    """Return points in [-1, 1] and what each weighs in the slope of the line of least squares."""
    points, weights = np.polynomial.legendre.leggauss(_FIT_POINTS)
    return points, weights * points / (weights @ points**2)
