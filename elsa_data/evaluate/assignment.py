"""Which sound is where, when several sound: a caption against its permutations.

Permuted twins are rows of one room with the same recordings at exchanged places.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import factorial

from elsa_data.evaluate.scores import FEWEST, Floats, Score, percent
from elsa_data.evaluate.sets import Meta


def assignment(subject: str, metas: Sequence[Meta], audio: Floats, texts: Floats) -> list[Score]:
    """Return for each number of sources the share whose own caption beats all permuted ones.

    ``audio`` and ``texts`` are embeddings (rows, width) of each sound and of its first caption. A
    tie with the best permutation counts half. Mixtures without a twin are left out.
    """
    twins: defaultdict[tuple, list[int]] = defaultdict(list)
    for at, meta in enumerate(metas):
        if len(meta.sources) > 1:
            twins[meta.room, meta.sources].append(at)
    won: defaultdict[int, list[float]] = defaultdict(list)
    for (_, sources), rows in twins.items():
        if len(rows) < 2:
            continue
        scores = audio[rows] @ texts[rows].T
        for at, row in enumerate(scores):
            best = max(score for other, score in enumerate(row) if other != at)
            won[len(sources)].append(float(row[at] > best) + 0.5 * float(row[at] == best))
    return [
        Score(
            protocol=f"which of {count} sounds is where",
            subject=subject,
            value=percent(sum(shares) / len(shares)) if len(shares) >= FEWEST else None,
            unit="%",
            n=len(shares),
            reference=f"chance {100 / factorial(count):.0f}",
            note="against every permuted twin of its room",
        )
        for count, shares in sorted(won.items())
    ]
