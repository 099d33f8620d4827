"""Whether a rewritten caption says what is so: every true word, no other, and all of its source."""

import re
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache
from typing import Final

from elsa_data.captions.assertions import asserted
from elsa_data.captions.causing import spoken_of
from elsa_data.captions.clean import MAX_CHARACTERS
from elsa_data.captions.content import difference
from elsa_data.captions.form import misformed
from elsa_data.captions.lexicon.marks import BREAK, KEPT
from elsa_data.captions.reading import Reading, loosely_read, read
from elsa_data.captions.said_rooms import rooms_of
from elsa_data.captions.sparing import before_verbs, spared_neighbours, spared_speech
from elsa_data.captions.ways import moving
from elsa_data.captions.wording import (
    compounded,
    phrased,
    quoted,
    same,
    verb_lemmas,
    worded,
)
from elsa_data.config import Vocabulary
from elsa_data.records import SpatialAttributes

MAX_SOURCE: Final = 2 * MAX_CHARACTERS
"""Characters of a source caption; cleaned ones are half as long at most."""

Targets = Mapping[str, set[str]]
"""Slot -> the values that are true; none where the slot has no word."""

_worded_phrase = lru_cache(maxsize=64)(worded)
_ECHOING: Final = frozenset(("echo", "reverberate", "resound", "resonate"))
_SPEECH: Final = re.compile(r"[\"\u201c][^\"\u201d]*[\"\u201d]")


def verdict(
    text: str,
    originals: Sequence[str],
    attributes: SpatialAttributes,
    vocabulary: Vocabulary,
) -> str | None:
    """Return None when a caption may be kept, else the reason as a short slug.

    The caption is held against its source captions and the words that are true, three ways: it
    asserts every true word and no other; it keeps every content word of its source captions, or a
    synonym; and every word it has comes from them, from a phrase about place or room, or from a
    closed set of plain words. What cannot be accounted for is refused. Several sources are read
    as one, their words as one set per slot.

    Args:
        text: as `elsa_data.captions.repair.repaired` returns it.
        originals: one source caption per part, as in ``attributes.parts``.
        attributes: the words that are true of the example; no parts: of a sound without a place.
        vocabulary: the words in use; only these can be asserted.
    """
    if any(len(original) > MAX_SOURCE for original in originals):
        return "original-too-long"
    wrong = misformed(text, originals)
    if wrong:
        return f"format:{wrong}"
    targets = _targets(attributes)
    against = _contradicted(originals, targets)
    if against:
        return f"original-contradicts:{against}"
    source = _in_plain_words(" , ".join(map(worded, originals)), vocabulary)
    rewrite = _in_plain_words(worded(text), vocabulary)
    source, rewrite = compounded(source, rewrite), compounded(rewrite, source)
    rooms = rooms_of(source)
    kept = read(spared_speech(source, quoted(source)), rooms)
    against = next(
        (slot for slot, value in sorted(kept.said) if value.rstrip("?") not in targets[slot]), None
    )
    if against:
        return f"original-contradicts:{against}"
    spared = spared_neighbours(spared_speech(rewrite, quoted(source)), kept.rest)
    spared = before_verbs(spared, source)
    told = read(spared, rooms)
    if targets["reverb"] == {"reverberant"} and not any(slot == "reverb" for slot, _ in told.said):
        told = loosely_read(told)
    read_slots = {slot for slot, _ in kept.said}
    implied = {
        (slot, value)
        for original in originals
        for slot, values in _asserted(original, False).items()
        for value in values & targets.get(slot, set())
        if slot not in read_slots
    }
    return (
        _misplaced(told.said | implied, targets)
        or spoken_of(kept.rest, told.rest)
        or moving(source.split(), rewrite.split())
        or difference(_plain(_unechoed(kept.rest, told)), _plain(told.rest))
    )


def _in_plain_words(tokens: str, vocabulary: Vocabulary) -> str:
    """Return tokens with set phrases as one word, the vocabulary's own phrases as theirs."""
    tokens = f" {tokens} "
    for slot in ("size", "reverb"):
        for rule in vocabulary.slots[slot].rules:
            tokens = tokens.replace(f" {_worded_phrase(rule.phrase)} ", f" {rule.word} ")
    return phrased(tokens.strip())


def _contradicted(originals: Sequence[str], targets: Targets) -> str | None:
    """Return the first slot in which the source captions say other than what is so, or None.

    What the name of a place implies contradicts another word, and not that there is none.
    """
    for slot, wanted in targets.items():
        for original in originals:
            if _asserted(original, bool(wanted)).get(slot, wanted) - wanted:
                return slot
    return None


@lru_cache(maxsize=4096)
def _asserted(original: str, implied: bool) -> Mapping[str, Set[str]]:
    """Return what a source caption asserts outside quoted speech."""
    return asserted(_SPEECH.sub(" ", original), implied=implied)


def _targets(attributes: SpatialAttributes) -> Targets:
    """Return slot -> the values that are true."""
    parts = attributes.parts
    values = {
        "direction": {part.direction for part in parts},
        "elevation": {part.elevation for part in parts},
        "distance": {part.distance for part in parts},
        "size": {attributes.room_size},
        "reverb": {attributes.reverberation},
    }
    targets = {slot: {v for v in found if v is not None} for slot, found in values.items()}
    return {**targets, "place": set()}


def _misplaced(said: set[tuple[str, str]], targets: Targets) -> str | None:
    """Return the first slot that asserts other than what is so, with the value, or None."""
    told: dict[str, set[str]] = {}
    for slot, value in said:
        told.setdefault(slot, set()).add(value)
    for slot, wanted in targets.items():
        read_values = told.get(slot, set())
        hinted = {value[:-1] for value in read_values if value.endswith("?")} & wanted
        values = {value for value in read_values if not value.endswith("?")} | hinted
        for value in sorted(values - wanted):
            return f"{slot}-{'wrong' if wanted else 'unasked'}:{value}".replace(" ", "-")
        for value in sorted(wanted - values):
            return f"{slot}-missing:{value}"
    return None


def _unechoed(source: str, told: Reading) -> str:
    """Return the source without its verbs of echoing where the rewrite says that a room echoes."""
    if ("reverb", "reverberant") not in told.said:
        return source
    known = set(_plain(told.rest))
    return " ".join(
        token
        for token in source.split()
        if verb_lemmas(token).isdisjoint(_ECHOING) or any(same(token, word) for word in known)
    )


def _plain(tokens: str) -> list[str]:
    return [token.removeprefix(KEPT) for token in tokens.split() if token != BREAK]
