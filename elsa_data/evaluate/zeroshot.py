"""Which word is true of a sound, asked by texts alone.

The headline is per sound: of the attribute's texts, is the nearest one right? ELSA's own variant is
per text: is the nearest sound right?
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from elsa_data.evaluate.bootstrap import interval
from elsa_data.evaluate.scores import FEWEST, MODEL, Floats, Score, percent
from elsa_data.evaluate.sets import Meta

Prototypes = Mapping[str, Floats]
"""Each word with the embedding (width,) of its texts."""


def judged(metas: Sequence[Meta], attribute: str) -> NDArray[np.intp]:
    """Return the rows that have a word of the attribute."""
    return np.array([at for at, meta in enumerate(metas) if attribute in meta.words], dtype=np.intp)


def nearest_words(audio: Floats, words: Prototypes) -> NDArray[np.intp]:
    """Return for each embedding (rows, width) the number of the nearest word."""
    return (audio @ np.stack(list(words.values())).T).argmax(1)


def true_words(metas: Sequence[Meta], attribute: str, words: Sequence[str]) -> NDArray[np.intp]:
    """Return the number of each row's word; each must have one."""
    return np.array([list(words).index(meta.words[attribute]) for meta in metas], dtype=np.intp)


def balanced_accuracy(
    found: NDArray[np.intp], true: NDArray[np.intp], weights: Floats | None = None
) -> float:
    """Return the mean over words of the share found right; words under `FEWEST` rows do not count.

    NaN where fewer than two words have enough rows: there is then no choice to be right about.
    """
    weights = np.ones(len(true)) if weights is None else weights
    counts = np.bincount(true, minlength=1)
    shares = [
        np.average(found[true == word] == word, weights=weights[true == word])
        if weights[true == word].sum() > 0
        else np.nan
        for word in np.flatnonzero(counts >= FEWEST)
    ]
    return float(np.mean(shares)) if len(shares) > 1 else float("nan")


def word_score(
    subject: str,
    attribute: str,
    words: Sequence[str],
    metas: Sequence[Meta],
    found: NDArray[np.intp],
    note: str = "",
) -> Score:
    """Return the balanced accuracy of words found for rows that have one, n per word beside it."""
    true = true_words(metas, attribute, words)
    counts = dict(zip(words, np.bincount(true, minlength=len(words)).tolist(), strict=True))
    value = balanced_accuracy(found, true) if len(true) else float("nan")
    drawn = None
    if np.isfinite(value):
        drawn = interval(
            lambda weights: 100.0 * balanced_accuracy(found, true, weights),
            [meta.room for meta in metas],
            [meta.clip for meta in metas],
        )
    told = ", ".join(f"{word} {count}" for word, count in counts.items())
    return Score(
        protocol=f"{attribute}, zero-shot",
        subject=subject,
        value=percent(value),
        unit="%",
        n=len(true),
        interval=drawn,
        reference=f"chance {100 / len(words):.0f}",
        note="; ".join(filter(None, [note, told if subject == MODEL else ""])),
    )


def zero_shot(
    subject: str, attribute: str, words: Prototypes, metas: Sequence[Meta], audio: Floats
) -> Score:
    """Return the headline of embeddings (rows, width): rows without a word are left out."""
    rows = judged(metas, attribute)
    found = nearest_words(audio[rows], words)
    return word_score(subject, attribute, list(words), [metas[at] for at in rows], found)


def nearest_sounds(
    subject: str, attribute: str, words: Prototypes, metas: Sequence[Meta], audio: Floats
) -> Score:
    """Return ELSA's variant: the share of words whose nearest sound has that word.

    Sounds are those that have a word of the attribute; words with under `FEWEST` are not asked.
    """
    rows = judged(metas, attribute)
    true = true_words([metas[at] for at in rows], attribute, list(words))
    asked = np.flatnonzero(np.bincount(true, minlength=len(words)) >= FEWEST)
    scores = np.stack(list(words.values()))[asked] @ audio[rows].T
    right = (
        [np.mean(true[row == row.max()] == word) for row, word in zip(scores, asked, strict=True)]
        if len(rows)
        else []
    )
    return Score(
        protocol=f"{attribute}, nearest sound to each text",
        subject=subject,
        value=percent(float(np.mean(right))) if len(asked) > 1 else None,
        unit="%",
        n=len(asked),
        reference=f"chance {100 / len(words):.0f}",
        note="one text a word: a coarse number",
    )
