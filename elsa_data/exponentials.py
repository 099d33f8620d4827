"""Decay times of sums of exponentials, from their backward integral in closed form.

Power sum_k share_k exp(-rate_k t) leaves sum_k share_k / rate_k exp(-rate_k t) to come: the curve
that Schroeder's integration draws, without its noise.

Source: Schroeder, JASA 37:409, 1965, DOI 10.1121/1.1909343; ISO 3382-1:2009, 5.3.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_FIT_POINTS = 12
_LN_PER_DB = math.log(10.0) / 10.0


def t30_s(rates: Floats, shares: ArrayLike) -> Floats:
    """Return the time for 60 dB (rows,) by a line fitted to each decay from -5 to -35 dB.

    Args:
        rates: 1/s (rows, terms), how fast the energy of each term falls.
        shares: (rows or 1, terms), their power at time 0 in any unit.
    """
    start, end = (time_at(rates, shares, level_db) for level_db in (-5.0, -35.0))
    grid = (np.arange(_FIT_POINTS) + 0.5) / _FIT_POINTS
    times = start[:, None] + (end - start)[:, None] * grid
    terms = np.exp(-times[:, :, None] * rates[:, None, :])
    curve = np.log(np.matmul(terms, _to_come(rates, shares)[:, :, None])[:, :, 0])
    centred = grid - grid.mean()
    slope = curve @ centred / (centred @ centred) / (end - start)
    return -60.0 * _LN_PER_DB / slope


def time_at(rates: Floats, shares: ArrayLike, level_db: ArrayLike) -> Floats:
    """Return when each decay (rows,) has fallen to a level, in seconds.

    Newton's method from 0 cannot overshoot: the logarithm of a sum of exponentials is convex.
    """
    to_come = _to_come(rates, shares)
    goal = np.asarray(level_db) * _LN_PER_DB
    time = np.zeros(rates.shape[0])
    for _ in range(20):
        left = to_come * np.exp(-time[:, None] * rates)
        total = left.sum(axis=-1)
        step = (np.log(total) - goal) * total / (left * rates).sum(axis=-1)
        time = time + step
        # Each step squares the error: after one this small, none is left.
        if np.all(np.abs(step) < 1e-4 * time):
            break
    return time


def _to_come(rates: Floats, shares: ArrayLike) -> Floats:
    energy = np.asarray(shares) / rates
    return energy / energy.sum(axis=-1, keepdims=True)
