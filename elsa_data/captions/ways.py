"""Whether what moves, or is moved, goes the way the source caption says."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from elsa_data.captions.lexicon.plain import (
    ARTICLES,
    COMING,
    DESCRIPTORS,
    DIRECTED,
    MOVING,
    ONWARD,
    OPPOSED,
)
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import lemmas, same, verb_lemmas

REACH: Final = 4
"""Words among which what moves is followed by its way: "slides a chair across"."""


def redirected(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when something is put in that was taken from, or the other way round."""
    lost = gained = False
    for place, origin in pairing.partner.items():
        told = _way(rewrite, pairing.rewrite.words[place][1])
        kept = _way(source, pairing.source.words[origin][1])
        if (kept, told) in OPPOSED:
            return f"relation-changed:{pairing.rewrite.words[place][0]}"
        lost = lost or (told is None and kept is not None)
        gained = gained or (kept is None and told is not None)
    return "relations-swapped" if lost and gained else None


def _way(tokens: Sequence[str], at: int) -> str | None:
    """Return the way of the preposition before a noun, over its article and adjectives."""
    before = at - 1
    while before >= 0 and (tokens[before] in ARTICLES or tokens[before] in DESCRIPTORS):
        before -= 1
    return DIRECTED.get(tokens[before]) if before >= 0 else None


def arriving(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when what sounds comes along by itself: "a dog comes from the left, barking".

    "The barking of a dog comes from the left" tells of the sound: what is done is said before.
    """
    back = {origin: place for place, origin in pairing.partner.items()}
    for at, token in enumerate(rewrite):
        if token not in COMING or token in source:
            continue
        before = [n for n, (_, place, _) in enumerate(pairing.rewrite.words) if place < at]
        origin = pairing.partner.get(before[-1]) if before else None
        if origin is None or origin + 1 >= len(pairing.source.words):
            continue
        following, _, number = pairing.source.words[origin + 1]
        acts = verb_lemmas(following) - {following} and number == pairing.source.words[origin][2]
        if acts and back.get(origin + 1, -1) > before[-1]:
            return f"invented:{token}"
    return None


def moving(source: Sequence[str], rewrite: Sequence[str]) -> str | None:
    """Return a slug when something that moves is sent another way than in the source."""
    known = {
        (one, other)
        for at, one in enumerate(source)
        for other in source[at + 1 : at + 1 + REACH]
        if other in ONWARD
    }
    for one, other in pairwise(rewrite):
        sent = other in ONWARD and lemmas(one) & MOVING
        if sent and not any(same(one, a) and other == b for a, b in known):
            return f"moving:{other}"
    return None
