"""Intervals for sounds that share rooms and recordings, and so are no independent trials."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from elsa_data.evaluate.scores import Floats
from elsa_data.seeding import rng_for

DRAWS: Final = 1000
LEVEL: Final = 0.95

Statistic = Callable[[Floats], float]
"""A number from weights (n,), of how often each row counts; NaN where they leave nothing."""


def interval(
    statistic: Statistic, *factors: Sequence[Hashable], seed: int = 0
) -> tuple[float, float] | None:
    """Return the 95 % bootstrap interval of a statistic of rows that share levels of factors.

    The levels of each factor, such as rooms and recordings, are drawn with replacement, and a row
    counts as often as the product of its levels was drawn. A factor whose levels lie each within
    one level of another adds nothing to drawing that one, and is left out.

    Source: Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1:386, 2007,
    doi:10.1214/07-AOAS122.
    """
    codes = _outermost([_codes(factor) for factor in factors])
    rng = rng_for(seed, "bootstrap")
    values = []
    for _ in range(DRAWS):
        weights = np.ones(len(codes[0]))
        for code in codes:
            levels = int(code.max()) + 1
            weights *= rng.multinomial(levels, np.full(levels, 1 / levels))[code]
        values.append(statistic(weights))
    kept = np.array(values)[np.isfinite(values)]
    if len(kept) < DRAWS / 2:
        return None
    low, high = np.quantile(kept, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _outermost(codes: list[NDArray[np.intp]]) -> list[NDArray[np.intp]]:
    kept: list[NDArray[np.intp]] = []
    for at, code in enumerate(codes):
        later = codes[at + 1 :]
        if not any(_within(code, other) for other in [*kept, *later]):
            kept.append(code)
    return kept


def _within(inner: NDArray[np.intp], outer: NDArray[np.intp]) -> bool:
    """Return whether each level of the first lies in one level of the second."""
    pairs = np.unique(np.stack([inner, outer]), axis=1).shape[1]
    return pairs == int(inner.max()) + 1


def _codes(factor: Sequence[Hashable]) -> NDArray[np.intp]:
    numbers = {level: number for number, level in enumerate(dict.fromkeys(factor))}
    return np.array([numbers[level] for level in factor], dtype=np.intp)
