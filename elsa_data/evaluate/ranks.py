"""Ranks, recall and average precision, where several answers are right and scores may tie."""

from dataclasses import dataclass
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

from elsa_data.evaluate.scores import Floats

DEPTHS: Final = (1, 5, 10)
DEEPEST: Final = DEPTHS[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Mean over queries: ``at[k]`` is the share with a right answer among the first k.

    ``mean_precision`` is mAP@10.
    """

    at: dict[int, float]
    mean_precision: float
    queries: int


def ranks_of(scores: Floats, relevant: NDArray[np.bool_]) -> Floats:
    """Return the ranks (relevant,) of the right candidates, from 0, of scores (candidates,).

    A tie with a wrong candidate counts as half a rank: the mean of the best and the worst order, so
    that a model which gives everything one score knows nothing.
    """
    right, wrong = -np.sort(-scores[relevant]), np.sort(scores[~relevant])
    above = len(wrong) - np.searchsorted(wrong, right, side="right")
    level = len(wrong) - np.searchsorted(wrong, right, side="left") - above
    return above + level / 2 + np.arange(len(right))


def average_precision(ranks: Floats) -> float:
    """Return AP@10 of the sorted ranks of all right candidates.

    The sum of i / (rank + 1) over the right candidates i = 1, 2, ... among the first ten, divided
    by how many could be there.
    """
    inside = ranks[ranks < DEEPEST]
    gained = (np.arange(1, len(inside) + 1) / (inside + 1)).sum()
    return float(gained / min(len(ranks), DEEPEST))


def recall(scores: Floats, relevant: NDArray[np.bool_]) -> Recall:
    """Return recall and precision of scores (queries, candidates); each query has a right one."""
    ranks = [ranks_of(row, right) for row, right in zip(scores, relevant, strict=True)]
    return Recall(
        at={k: float(np.mean([found[0] < k for found in ranks])) for k in DEPTHS},
        mean_precision=float(np.mean([average_precision(found) for found in ranks])),
        queries=len(ranks),
    )


def ceiling(alike: NDArray[np.bool_], relevant: NDArray[np.bool_]) -> dict[int, float]:
    """Return the expected recall of one who finds what is alike and cannot choose within it.

    Both are (queries, candidates). Among the m candidates like a query, r of them right, a blind
    choice of k holds a right one with probability 1 - C(m - r, k) / C(m, k).
    """
    pairs = list(zip(alike.sum(1).tolist(), (alike & relevant).sum(1).tolist(), strict=True))
    return {
        k: float(np.mean([1 - comb(m - r, min(k, m)) / comb(m, min(k, m)) for m, r in pairs]))
        for k in DEPTHS
    }
