"""A direction taken out of an embedding and another put in: is the sound then heard elsewhere?

Source: Devnani et al., arXiv:2409.11369, 2024 (direction swap by text prototypes).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from elsa_data.evaluate.probe import Probe, fit_words
from elsa_data.evaluate.retrieval import gallery, recall_at_ten
from elsa_data.evaluate.scores import Floats, Score, percent
from elsa_data.evaluate.sets import Meta
from elsa_data.evaluate.texts import unit
from elsa_data.evaluate.zeroshot import Prototypes, balanced_accuracy, judged, true_words
from elsa_data.train.registry import Model

ATTRIBUTE: Final = "direction"


def word_probe(
    attribute: str, words: Sequence[str], metas: Sequence[Meta], audio: Floats, seed: int
) -> Probe | None:
    """Return what finds the words of embeddings, learnt from the rows that have one.

    None where a word is in no row.
    """
    rows = judged(metas, attribute)
    true = true_words([metas[at] for at in rows], attribute, words)
    if len(np.unique(true)) < len(words):
        return None
    return fit_words(audio[rows], true, len(words), seed=seed)


def swap(
    subject: str,
    model: Model,
    words: Prototypes,
    probe: Probe,
    metas: Sequence[Meta],
    audio: Floats,
) -> list[Score]:
    """Return how often a swapped embedding is heard in its new class, and what it costs.

    Each row that has a word is given each other word: embedding - old prototype + new prototype.
    What it costs is told by retrieval with the captions that say nothing of the place.
    """
    rows = judged(metas, ATTRIBUTE)
    names, kept = list(words), [metas[at] for at in rows]
    vectors, old = audio[rows], true_words(kept, ATTRIBUTE, names)
    prototypes = np.stack(list(words.values()))
    texts = [meta.originals for meta in kept]
    before = recall_at_ten(gallery(model, kept, vectors, texts))
    landed, after = [], []
    for shift in range(1, len(names)):
        new = (old + shift) % len(names)
        swapped = unit(vectors - prototypes[old] + prototypes[new])
        landed.append(probe(swapped).argmax(1) == new)
        after.append(recall_at_ten(gallery(model, kept, swapped, texts)))
    found = probe(vectors).argmax(1)
    changes = np.mean(after, axis=0) - before
    return [
        _score(
            "direction, 4-class MLP",
            subject,
            percent(balanced_accuracy(found, old)),
            len(rows),
            "chance 25",
        ),
        _score(
            "direction swap, in the new class",
            subject,
            percent(float(np.mean(landed))),
            len(rows) * len(landed),
            "chance 25",
        ),
        *(
            _score(
                f"direction swap, change of R@10, {way}",
                subject,
                change,
                len(rows),
                f"R@10 {was:.1f} before",
                "with captions that tell no place",
            )
            for way, change, was in zip(
                ("text to audio", "audio to text"), changes, before, strict=True
            )
        ),
    ]


def read_texts(
    subject: str,
    attribute: str,
    words: Prototypes,
    probe: Probe,
    metas: Sequence[Meta],
    texts: Floats,
) -> Score:
    """Return how well what learnt words from sound reads them from texts (rows, width).

    Each row is the first caption of a sound that has a word of the attribute.
    """
    true = true_words(metas, attribute, list(words))
    value = balanced_accuracy(probe(texts).argmax(1), true)
    return Score(
        protocol=f"{attribute}, read from text",
        subject=subject,
        value=percent(value),
        unit="%",
        n=len(true),
        reference=f"chance {100 / len(words):.0f}",
        note="a probe that learnt from sound alone",
    )


def _score(
    protocol: str, subject: str, value: float | None, n: int, reference: str, note: str = ""
) -> Score:
    return Score(
        protocol=protocol,
        subject=subject,
        value=value,
        unit="%",
        n=n,
        reference=reference,
        note=note,
    )
