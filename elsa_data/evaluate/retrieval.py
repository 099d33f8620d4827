"""Captions for sounds and sounds for captions.

A thing is right for a query if it is its own, or could not be told from it: an equal text, or the
same recording at a place of the same words. Equal texts stand once among what is searched. "By
class and words" calls everything right that shares class and words.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from elsa_data.evaluate.ranks import DEPTHS, Recall, ceiling, recall
from elsa_data.evaluate.scores import Floats, Score, percent
from elsa_data.evaluate.sets import Meta
from elsa_data.train.registry import Model

TEXTS_AT_ONCE: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """Sounds and their texts side by side.

    Attributes:
        audio: embeddings (sounds, width).
        text: embeddings (texts, width), each text once.
        said: of each caption, the number of its text: the queries for sounds.
        kinds: of each sound, a number for its class and words.
        relevant: (sounds, texts), what is right.
        alike: the same, when all of one class and words is.
    """

    audio: Floats
    text: Floats
    said: NDArray[np.intp]
    owner: NDArray[np.intp]
    kinds: NDArray[np.intp]
    relevant: NDArray[np.bool_]
    alike: NDArray[np.bool_]


def embed_texts(model: Model, texts: Sequence[str]) -> Floats:
    """Return embeddings (texts, width)."""
    # By length, so that little is padded.
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    found = [
        model.embed_text([texts[row] for row in order[at : at + TEXTS_AT_ONCE]]).cpu().numpy()
        for at in range(0, len(texts), TEXTS_AT_ONCE)
    ]
    return np.concatenate(found)[np.argsort(order)]


def gallery(
    model: Model, metas: Sequence[Meta], audio: Floats, texts: Sequence[Sequence[str]]
) -> Gallery:
    """Return sounds (rows, width) with the texts of each."""
    owner = np.repeat(np.arange(len(metas)), [len(each) for each in texts])
    flat = [text for each in texts for text in each]
    distinct = list(dict.fromkeys(flat))
    said = codes(flat)
    kinds = codes([(meta.label or meta.clip, *sorted(meta.words.items())) for meta in metas])
    scenes = codes([(meta.clip, *sorted(meta.words.items())) for meta in metas])
    return Gallery(
        audio=audio,
        text=embed_texts(model, distinct),
        said=said,
        owner=owner,
        kinds=kinds,
        relevant=_shared(scenes, owner, said, len(distinct)),
        alike=_shared(kinds, owner, said, len(distinct)),
    )


def retrieval(subject: str, name: str, found: Gallery) -> list[Score]:
    """Return recall and precision both ways, each with its ceiling.

    The ceiling is the expected recall of one who knows class and words and nothing else: the best
    there is where captions tell nothing else. Without classes it is that of a perfect ear.
    """
    scores = found.audio @ found.text.T
    lines: list[Score] = []
    queries = found.said
    same = found.kinds[found.owner][:, None] == found.kinds[None]
    lines += _lines(
        f"{name}, text to audio",
        subject,
        recall(scores.T[queries], found.relevant.T[queries]),
        ceiling(same, found.relevant.T[queries]),
        note=f"{len(queries) - len(found.text)} duplicate texts",
    )
    lines += _lines(
        f"{name}, audio to text",
        subject,
        recall(scores, found.relevant),
        ceiling(found.alike, found.relevant),
    )
    alike = recall(scores.T[queries], found.alike.T[queries])
    return [*lines, _precision(f"{name}, text to audio, by class and words", subject, alike)]


def recall_at_ten(found: Gallery) -> tuple[float, float]:
    """Return R@10 in per cent from text to audio and from audio to text."""
    scores = found.audio @ found.text.T
    to_audio = recall(scores.T[found.said], found.relevant.T[found.said])
    return 100 * to_audio.at[10], 100 * recall(scores, found.relevant).at[10]


def codes(values: Sequence[Hashable]) -> NDArray[np.intp]:
    """Return a number for each value, equal where the values are; in order of appearance."""
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return np.array([numbers[value] for value in values], dtype=np.intp)


def _shared(
    groups: NDArray[np.intp], owner: NDArray[np.intp], said: NDArray[np.intp], texts: int
) -> NDArray[np.bool_]:
    """Return (sounds, texts): whether a sound, or one of its group, is told by a text."""
    told = np.zeros((int(groups.max()) + 1, texts), dtype=bool)
    told[groups[owner], said] = True
    return told[groups]


def _lines(
    protocol: str, subject: str, found: Recall, best: dict[int, float], note: str = ""
) -> list[Score]:
    lines = [
        Score(
            protocol=f"{protocol}, R@{k}",
            subject=subject,
            value=percent(found.at[k]),
            unit="%",
            n=found.queries,
            reference=f"ceiling {100 * best[k]:.1f}",
            note=note if k == DEPTHS[0] else "",
        )
        for k in DEPTHS
    ]
    return [*lines, _precision(protocol, subject, found)]


def _precision(protocol: str, subject: str, found: Recall) -> Score:
    return Score(
        protocol=f"{protocol}, mAP@10",
        subject=subject,
        value=percent(found.mean_precision),
        unit="%",
        n=found.queries,
    )
