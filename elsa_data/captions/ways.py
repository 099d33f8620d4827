"""Whether what moves, or is moved, goes the way the source caption says."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from elsa_data.captions.events import is_content, is_verb
from elsa_data.captions.lexicon.plain import (
    ARTICLES,
    COMING,
    DIRECTED,
    LASTING,
    MOVING,
    ONWARD,
    OPPOSED,
    SWITCHING,
)
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import is_adverb, lemmas, same, verb_lemmas

_WAYS: Final = (
    ("over", "across", "along", "through", "on", "around", "about", "round", "down", "up"),
    ("away", "off", "out"),
    ("past", "by"),
    ("to", "toward", "towards"),
    ("closer", "nearer"),
)
_ALIKE: Final = {word: number for number, words in enumerate(_WAYS) for word in words}
"""Preposition -> the number of those that lead the same way."""

_TURNS: Final = {"on": "off", "off": "on", "up": "down", "down": "up", "in": "out", "out": "in"}
"""Particle -> the one that makes the opposite deed of a verb."""

_SLOPES: Final = frozenset(("up", "down"))
"""Particles that are opposite after every verb."""

_LEAVING: Final = frozenset(("depart", "leave"))
_SOUNDING: Final = frozenset(
    ("sound", "hear", "come", "ring", "emanate", "issue", "rise", "carry", "call", "crow", "caw")
) | (
    LASTING - MOVING - {"flow", "fall", "pour", "drip", "trickle", "drizzle", "rain", "blow", "eat"}
)
"""Verbs after which "from" tells where a sound is made."""

_HEARD: Final = "heard from"
"""The way of what sounds from a place, and is heard there: "chatters from a branch"."""

_SENDING: Final = frozenset(("to", "into", "onto", "toward", "towards"))
_NEAR: Final = 3
"""Words before a noun among which its preposition stands."""

REACH: Final = 4
"""Words among which what moves is followed by its way: "slides a chair across"."""


def redirected(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when something is put in that was taken from, or the other way round."""
    lost: set[tuple[str, int]] = set()
    gained: set[tuple[str, int]] = set()
    for place, origin in pairing.partner.items():
        told = _way(rewrite, pairing.rewrite.words[place][1])
        kept = _way(source, pairing.source.words[origin][1])
        leads = rewrite[
            max(pairing.rewrite.words[place][1] - _NEAR, 0) : pairing.rewrite.words[place][1]
        ]
        sent = kept == _HEARD and told and not _SENDING.isdisjoint(leads)
        kept, told = (None if way == _HEARD else way for way in (kept, told))
        if sent or (kept, told) in OPPOSED:
            return f"relation-changed:{pairing.rewrite.words[place][0]}"
        if _is_turned(
            rewrite[pairing.rewrite.words[place][1] :], source[pairing.source.words[origin][1] :]
        ):
            return f"relation-changed:{pairing.rewrite.words[place][0]}"
        number = pairing.source.words[origin][2]
        if kept and told is None:
            lost.add((kept, number))
        if told and kept is None:
            gained.add((told, number))
    return "relations-swapped" if lost & gained else None


def _belongs(token: str) -> bool:
    """Return whether a word before a noun belongs to it, and is no preposition of a way."""
    return token in ARTICLES or token == "'s" or (is_content(token) and token not in DIRECTED)


def _goes_alike(one: str, other: str, source: Sequence[str]) -> bool:
    """Return whether a verb sends what another sent, by its own name or by one the source lacks."""
    unknown = not any(same(one, token) for token in source if is_content(token))
    return same(one, other) or (unknown and bool(lemmas(other) & MOVING))


def _tells_place(rewrite: Sequence[str], at: int) -> bool:
    """Return whether a way is the listener's side: "runs off to the right"."""
    return rewrite[at] in ("off", "over", "out") and rewrite[at + 1 : at + 2] in (["to"], ["on"])


def _leads_alike(one: str, other: str) -> bool:
    """Return whether two prepositions send something the same way."""
    return one == other or _ALIKE.get(one, -1) == _ALIKE.get(other, -2)


def _is_turned(told: Sequence[str], kept: Sequence[str]) -> bool:
    """Return whether a verb's particle is the opposite: "turns off" of what was turned on."""
    if not is_verb(told[0]) or not is_verb(kept[0]):
        return False
    turns = _TURNS if not verb_lemmas(told[0]).isdisjoint(SWITCHING) else _SLOPES
    ways = [{t for t in tokens[1:REACH] if t in turns} for tokens in (told, kept)]
    return any(_TURNS[way] in ways[1] and way not in ways[1] for way in ways[0])


def _way(tokens: Sequence[str], at: int) -> str | None:
    """Return the way of the preposition before a noun, over its article and other words of it."""
    before = at - 1
    while before >= 0 and _belongs(tokens[before]):
        ends = tokens[before].endswith(("ing", "ed", "'s"))
        if not ends and is_verb(tokens[before]):
            return None
        before -= 1
    if before > 1 and tokens[before] == "from":
        verb = tokens[before - 2 if is_adverb(tokens[before - 1]) else before - 1]
        if lemmas(verb) & _SOUNDING:
            return _HEARD
    return DIRECTED.get(tokens[before]) if before >= 0 else None


def arriving(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when what sounds comes along by itself: "a dog comes from the left, barking".

    "The barking of a dog comes from the left" tells of the sound: what is done is said before.
    """
    back = {origin: place for place, origin in pairing.partner.items()}
    for at, token in enumerate(rewrite):
        going = rewrite[at + 1 : at + 2]
        if token not in COMING or token in source or (going and _is_told(pairing, at + 1)):
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


def _is_told(pairing: Pairing, at: int) -> bool:
    """Return whether a word in -ing is a deed of the source: "comes crashing down"."""
    following = [
        place
        for n, (word, place, _) in enumerate(pairing.rewrite.words)
        if n in pairing.partner and word.endswith("ing")
    ]
    last = max((place for _, place, _ in pairing.rewrite.words), default=-1)
    return at in following and at < last


def moving(source: Sequence[str], rewrite: Sequence[str]) -> str | None:
    """Return a slug when something that moves is sent another way than in the source."""
    known = {
        (one, other)
        for at, one in enumerate(source)
        for other in source[at + 1 : at + 1 + REACH]
        if other in ONWARD or other in _ALIKE
    }
    for at, (one, other) in enumerate(pairwise(rewrite)):
        sent = other in ONWARD and lemmas(one) & MOVING and not _tells_place(rewrite, at + 1)
        leaves = other in ("away", "off") and any(lemmas(token) & _LEAVING for token in source)
        if (
            sent
            and not leaves
            and not any(_goes_alike(one, a, source) and _leads_alike(other, b) for a, b in known)
        ):
            return f"moving:{other}"
    return None
