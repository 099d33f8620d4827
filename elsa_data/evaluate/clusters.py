"""How far apart the sounds of two words lie, against two halves of the sounds of one.

Source: Devnani et al., arXiv:2409.11369, 2024 (Wasserstein distances between clusters).
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
from scipy.stats import wasserstein_distance_nd

from elsa_data.evaluate.scores import FEWEST, MODEL, Floats, Score
from elsa_data.evaluate.sets import Meta
from elsa_data.seeding import rng_for

MOST: Final = 60
"""Sounds drawn of a word: the distance is that of an optimal transport, which grows as a square."""


def cluster_distances(
    attribute: str, words: Sequence[str], metas: Sequence[Meta], audio: Floats, *, seed: int
) -> list[Score]:
    """Return the Wasserstein distance of every two words of embeddings (rows, width).

    All samples have one size, for the distance of samples falls with it: that of half the rarest
    word. Words under `FEWEST` sounds are left out.
    """
    clusters = {
        word: audio[[at for at, meta in enumerate(metas) if meta.words.get(attribute) == word]]
        for word in words
    }
    clusters = {word: rows for word, rows in clusters.items() if len(rows) >= FEWEST}
    if len(clusters) < 2:
        return []
    size = min(MOST, *(len(rows) // 2 for rows in clusters.values()))
    rng = rng_for(seed, "clusters", attribute)
    halves = {word: rng.permutation(rows)[: 2 * size] for word, rows in clusters.items()}
    alone = np.mean([wasserstein_distance_nd(rows[:size], rows[size:]) for rows in halves.values()])
    return [
        Score(
            protocol=f"{attribute} clusters, Wasserstein distance",
            subject=f"{MODEL}, {one} to {other}",
            value=float(wasserstein_distance_nd(halves[one][:size], halves[other][:size])),
            unit="",
            n=2 * size,
            reference=f"two halves of one {alone:.3f}",
        )
        for one, other in combinations(halves, 2)
    ]
