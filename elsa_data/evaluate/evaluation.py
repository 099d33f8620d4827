"""Every protocol on what was heard of a train and a test set: the scores of a run.

listen (embed.py)  ->  protocols, each a module  ->  scores (scores.py)  ->  table, JSON, pictures
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from elsa_data.evaluate.assignment import assignment
from elsa_data.evaluate.clusters import cluster_distances
from elsa_data.evaluate.controls import ACTIVE, LEVEL, MONO, REACTIVE, TURNED, turning
from elsa_data.evaluate.embed import Listened
from elsa_data.evaluate.localisation import (
    breakdown,
    directions_of,
    has_direction,
    localisation,
)
from elsa_data.evaluate.probe import fit_directions
from elsa_data.evaluate.retrieval import embed_texts, gallery, retrieval
from elsa_data.evaluate.scores import MODEL, Floats, Score
from elsa_data.evaluate.sets import Meta
from elsa_data.evaluate.swap import read_texts, swap, word_probe
from elsa_data.evaluate.texts import Texts, prototypes, unit
from elsa_data.evaluate.zeroshot import (
    judged,
    nearest_sounds,
    nearest_words,
    word_score,
    zero_shot,
)
from elsa_data.geometry import unit_vector
from elsa_data.seeding import rng_for
from elsa_data.train.elsa import Elsa
from elsa_data.train.registry import Model

RANDOM: Final = "random encoder"
INTENSITY: Final = "intensity, no training"
CENTRES: Final = {"front": 0.0, "left": 90.0, "right": -90.0, "back": 180.0}
"""The middle of each direction word, by which a direction is given one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Both sets through all ears, and the models behind the ears.

    Attributes:
        models: `MODEL`, and others by the name of their ear.
        train: single sources with a place; what probes learn from.
        test: spatial sounds.
        mono: sounds without a place.
    """

    models: Mapping[str, Model]
    train: Listened
    test: Listened
    mono: Listened
    seed: int


def spatial_retrieval(heard: Heard, subject: str) -> list[Score]:
    """Return retrieval on spatial captions, each clip once, and on mono ones."""
    model = heard.models[subject]
    small = heard.test.pick(lambda meta: meta.small)
    lines: list[Score] = []
    for name, part in (("spatial captions", small), ("mono captions", heard.mono)):
        texts = [meta.captions for meta in part.metas]
        if len(texts) > 1 and all(texts):
            found = gallery(model, part.metas, part.heard[subject]["audio"], texts)
            lines += retrieval(subject, name, found)
    return lines


def zero_shots(heard: Heard, subject: str, texts: Texts) -> list[Score]:
    """Return every attribute asked by texts, and ELSA's variant of it."""
    metas, audio = heard.test.metas, heard.test.heard[subject]["audio"]
    words = prototypes(heard.models[subject], texts)
    asked = [(name, each) for name, each in words.items() if len(judged(metas, name))]
    return [zero_shot(subject, name, each, metas, audio) for name, each in asked] + [
        nearest_sounds(subject, name, each, metas, audio) for name, each in asked
    ]


def localisations(heard: Heard, subject: str) -> tuple[list[Score], Floats | None]:
    """Return the error of the probe and of the model's own head, and what the probe found."""
    train, test = heard.train.pick(has_direction), heard.test.pick(has_direction)
    if len(train.metas) < 2 or not test.metas:
        return [], None
    probe = fit_directions(
        train.heard[subject]["audio"], directions_of(train.metas), seed=heard.seed
    )
    found = probe(test.heard[subject]["audio"])
    lines = localisation(subject, test.metas, found)
    if subject != RANDOM and "direction" in test.heard[subject]:
        own = "own head" if subject == MODEL else f"{subject}, own head"
        lines += localisation(own, test.metas, test.heard[subject]["direction"])
    return lines, found


def baselines(heard: Heard, texts: Texts) -> list[Score]:
    """Return what needs no model: intensity, the commonest word, one constant direction."""
    test = heard.test.pick(has_direction)
    lines: list[Score] = []
    for attribute in texts.texts:
        rows = judged(heard.test.metas, attribute)
        if not len(rows):
            continue
        metas = [heard.test.metas[at] for at in rows]
        names = list(texts.texts[attribute])
        common = Counter(m.words[attribute] for m in heard.train.metas if attribute in m.words)
        if common:
            word = names.index(common.most_common(1)[0][0])
            found = np.full(len(rows), word, dtype=np.intp)
            lines.append(word_score("commonest word", attribute, names, metas, found))
        if attribute == "direction":
            arrived = heard.test.heard[INTENSITY]["direction"][rows]
            found = nearest_words(arrived, {n: np.array(unit_vector(CENTRES[n], 0)) for n in names})
            lines.append(word_score(INTENSITY, attribute, names, metas, found))
    if test.metas:
        lines += localisation(INTENSITY, test.metas, test.heard[INTENSITY]["direction"])
        known = directions_of(heard.train.pick(has_direction).metas)
        if len(known):
            always = np.broadcast_to(unit(known.mean(0)), (len(test.metas), 3))
            lines += localisation("one direction for all", test.metas, always)
    return lines


def controls(heard: Heard, texts: Texts) -> list[Score]:
    """Return the model with something taken from it, or with its pairs shuffled."""
    test, every = heard.test, prototypes(heard.models[MODEL], texts)
    words = every["direction"]
    rows = judged(test.metas, "direction")
    metas = [test.metas[at] for at in rows]
    lines = [
        zero_shot(LEVEL, name, every[name], test.metas, test.heard[LEVEL]["audio"])
        for name in ("direction", "distance")
        if len(judged(test.metas, name))
    ]
    if not len(rows):
        return lines
    for name in (MONO, ACTIVE, REACTIVE):
        lines.append(zero_shot(name, "direction", words, test.metas, test.heard[name]["audio"]))
    found = nearest_words(test.heard[MODEL]["audio"][rows], words)
    mixed = found[rng_for(heard.seed, "shuffled pairs").permutation(len(found))]
    note = "each sound judged by another's word; a run trained so comes by --beside"
    lines.append(word_score("shuffled pairs", "direction", list(words), metas, mixed, note))
    before, after = test.heard[MODEL]["audio"], test.heard[TURNED]["audio"]
    lines.append(turning(test.metas, words, before, after))
    lines += _controls_of_place(heard)
    return lines


def _controls_of_place(heard: Heard) -> list[Score]:
    train, test = heard.train.pick(has_direction), heard.test.pick(has_direction)
    if len(train.metas) < 2 or not test.metas:
        return []
    known = directions_of(train.metas)
    audio = train.heard[MODEL]["audio"]
    probe = fit_directions(audio, known, seed=heard.seed)
    lines: list[Score] = []
    for name in (MONO, ACTIVE, REACTIVE):
        lines += localisation(name, test.metas, probe(test.heard[name]["audio"]))
    mixed = known[rng_for(heard.seed, "shuffled directions").permutation(len(known))]
    blind = fit_directions(audio, mixed, seed=heard.seed)
    note = "a probe that learnt from directions of other sounds"
    lines += localisation("shuffled pairs", test.metas, blind(test.heard[MODEL]["audio"]), note)
    return lines


def evaluate(
    heard: Heard, texts: Texts, *, with_controls: bool
) -> tuple[list[Score], dict[str, Any]]:
    """Return every score, and the breakdown of the error of direction."""
    scores: list[Score] = []
    parts: dict[str, Any] = {}
    for subject, model in heard.models.items():
        if isinstance(model, Elsa):
            scores += zero_shots(heard, subject, texts)
        lines, found = localisations(heard, subject)
        scores += lines
        if subject == MODEL and found is not None:
            parts = breakdown(heard.test.pick(has_direction).metas, found)
        if isinstance(model, Elsa) and subject != RANDOM:
            scores += spatial_retrieval(heard, subject)
    if isinstance(heard.models[MODEL], Elsa) and all(meta.captions for meta in heard.test.metas):
        scores += structure(heard, texts)
    scores += baselines(heard, texts)
    if with_controls and isinstance(heard.models[MODEL], Elsa):
        scores += controls(heard, texts)
    return scores, parts


def structure(heard: Heard, texts: Texts) -> list[Score]:
    """Return what the shape of the space allows: swaps, words read from text, apart or together."""
    model, test, train = heard.models[MODEL], heard.test, heard.train
    small = test.pick(lambda meta: meta.small)
    audio = small.heard[MODEL]["audio"]
    first = embed_texts(model, [meta.captions[0] for meta in test.metas])
    lines: list[Score] = []
    for attribute, words in prototypes(model, texts).items():
        rows = judged(test.metas, attribute)
        learnt = train.heard[MODEL]["audio"]
        probe = word_probe(attribute, list(words), train.metas, learnt, heard.seed)
        if probe is None or not len(rows):
            continue
        if attribute == "direction" and len(judged(small.metas, attribute)):
            lines += swap(MODEL, model, words, probe, small.metas, audio)
        metas = [test.metas[at] for at in rows]
        lines.append(read_texts(MODEL, attribute, words, probe, metas, first[rows]))
    for attribute in ("direction", "distance"):
        words = list(texts.texts.get(attribute, ()))
        lines += cluster_distances(attribute, words, small.metas, audio, seed=heard.seed)
    return lines + assignment(MODEL, test.metas, test.heard[MODEL]["audio"], first)


def facts(metas: Sequence[Meta]) -> dict[str, Any]:
    """Return what a test set is: sounds, rooms, clips, words, quartiles of T30 and DRR."""
    found: dict[str, Any] = {
        "sounds": len(metas),
        "rooms": len({meta.room for meta in metas}),
        "clips": len({meta.clip for meta in metas}),
        "words": dict(Counter(word for meta in metas for word in meta.words.values())),
    }
    for name in ("t30_s", "drr_db"):
        values = [value for meta in metas if (value := getattr(meta, name)) is not None]
        found[f"{name}_quartiles"] = (
            np.quantile(values, (0.25, 0.5, 0.75)).tolist() if values else None
        )
    return found
