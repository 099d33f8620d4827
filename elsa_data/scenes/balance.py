"""How evenly the words fall: counts, association between slots, and what cannot occur together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

Label = str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """Rows per word of each attribute, and Cramer's V of each pair of attributes."""

    counts: Mapping[str, Mapping[Label, int]]
    cramers_v: Mapping[tuple[str, str], float]


def cramers_v(table: ArrayLike) -> float:
    """Return the association of a contingency table (rows, columns): 0 none, 1 one names the other.

    Empty rows and columns are left out; with fewer than two left either way it is 0. Not corrected
    for chance, which alone gives about sqrt((rows - 1)(columns - 1) / (n min(rows, columns) - n)).

    Source: Cramer, "Mathematical Methods of Statistics", 1946, 21.9.
    """
    counts = np.asarray(table, dtype=np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return 0.0
    total = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    chi_square = ((counts - expected) ** 2 / expected).sum()
    return float(np.sqrt(chi_square / (total * (min(counts.shape) - 1))))


def association(names: Sequence[str], rows: Mapping[tuple[Label, ...], int]) -> Association:
    """Return the association of attributes from rows counted by their words.

    ``Counter(rows)`` makes the argument, and the counters of shards add up; a sound class is one
    more column, a clip with several classes one row for each.

    Args:
        names: what each position of a row is: slots, sound class.
        rows: how often each row of words occurs.
    """
    counts: dict[str, Counter[Label]] = {name: Counter() for name in names}
    for row, times in rows.items():
        for name, word in zip(names, row, strict=True):
            counts[name][word] += times
    pairs = {
        (names[a], names[b]): cramers_v(_table(rows, a, b, counts[names[a]], counts[names[b]]))
        for a, b in combinations(range(len(names)), 2)
    }
    return Association(counts=counts, cramers_v=pairs)


def _table(
    rows: Mapping[tuple[Label, ...], int],
    a: int,
    b: int,
    words_a: Mapping[Label, int],
    words_b: Mapping[Label, int],
) -> np.ndarray:
    index_a = {word: n for n, word in enumerate(words_a)}
    index_b = {word: n for n, word in enumerate(words_b)}
    table = np.zeros((len(index_a), len(index_b)))
    for row, times in rows.items():
        table[index_a[row[a]], index_b[row[b]]] += times
    return table
