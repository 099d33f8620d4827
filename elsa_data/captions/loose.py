"""Small words that a paraphrase exchanges, brings or leaves out, and tells nothing else by it."""

from collections.abc import Collection, Sequence
from typing import Final

from elsa_data.captions.events import is_content
from elsa_data.captions.lexicon.plain import (
    ARTICLES,
    BEARERS,
    CARRIERS,
    CLAUSE_WORDS,
    LIGHT,
    MOVING,
    PARTICLES,
    RELATIONS,
    SWITCHING,
)
from elsa_data.captions.wording import STOPS, same, verb_lemmas

_PLACES: Final = frozenset(
    ("of", "in", "on", "at", "from", "to", "there", "here", "above", "below", "high", "low")
)
_LEADS_ON: Final = {"up": _PLACES, "down": _PLACES, "out": frozenset(("of",))}
"""Words after which a particle tells of a place or a way: "up in the air"."""

_LANDING: Final = frozenset(
    ("fall", "land", "drop", "slide", "go", "knock", "hit", "move", "jump", "leap", "dive")
)
"""Verbs that a verb of the sound says too: "crashes to the floor" of what falls with a crash."""

_TALKING: Final = frozenset(("talk", "speak", "chat", "converse"))
"""What people do with each other, said or not."""

_UNDER: Final = frozenset(("under", "beneath", "underneath"))
_TRODDEN: Final = frozenset(("crunch", "squelch", "creak", "rustle", "squeak", "crackle"))
"""What the ground does under what treads on it, and what treads on it does: boots crunch snow."""

_FALLING: Final = frozenset(("fall", "pour", "rain", "drip", "drop", "tumble", "crash"))
"""Verbs of which each says that something goes down."""

_BEGINNING: Final = frozenset(("begin", "start", "commence"))
"""Verbs that what comes after something else is done with, said or not: "then begins to bark"."""

_INTENSIFIERS: Final = frozenset(("very", "really", "quite", "rather", "fairly", "extremely"))
"""Words that say how much, and no two listeners alike: "very softly" of what is soft."""

_NEAR: Final = 7
_OUTWARDS: Final = frozenset(("into", "out", "off", "up"))
_WHOSE: Final = frozenset(("its", "their", "his", "her", "ever"))
_PRONOUNS: Final = frozenset(("it", "them", "him", "her"))


def is_helper(tokens: Sequence[str], at: int, known: Collection[str]) -> bool:
    """Return whether a word only helps its neighbour, which the other caption has too.

    So do a preposition of a way or a touch before what it leads to ("across the floor", where the
    other caption has the floor), a particle after a verb that it does not turn ("laps up"), and a
    light verb before what is done ("gives a whistle", "falls silent").

    Args:
        tokens: of the caption that has the word.
        at: its place.
        known: content words of the other caption.
    """
    token = tokens[at]
    if token in _INTENSIFIERS and _is_known(_led_to(tokens, at, _INTENSIFIERS), known):
        return True
    if token == "eachother":
        return any(not verb_lemmas(word).isdisjoint(_TALKING) for word in tokens)
    if token in _UNDER and at and not verb_lemmas(tokens[at - 1]).isdisjoint(_TRODDEN):
        return _is_known(_led_to(tokens, at), known)
    if token in RELATIONS and _is_known(_led_to(tokens, at), known):
        return True
    verb = tokens[at - 2 if at > 1 and tokens[at - 1] in _PRONOUNS else at - 1] if at else ""
    if token in PARTICLES and _is_known(verb, known):
        leads_on = at + 1 < len(tokens) and tokens[at + 1] in _LEADS_ON.get(token, ("from",))
        if token == "down" and not verb_lemmas(verb).isdisjoint(_FALLING):
            return True
        return not leads_on and verb_lemmas(verb).isdisjoint(MOVING | SWITCHING)
    if token in BEARERS and (
        (at and _is_known(tokens[at - 1], known))
        or (tokens[at + 1 : at + 2] == ["of"] and _is_known(_led_to(tokens, at + 1), known))
    ):
        return True
    verbs = verb_lemmas(token)
    if verbs & _BEGINNING and _is_known(_begun(tokens, at), known):
        return not CLAUSE_WORDS.isdisjoint(tokens[:at])
    if verbs & _LANDING and _is_known(_made_by(tokens, at), known):
        return True
    if at and tokens[at - 1] in ARTICLES:
        return False
    if not verbs.isdisjoint(LIGHT) and _is_known(_led_to(tokens, at), known):
        return True
    return not verbs.isdisjoint(CARRIERS) and _is_known(_led_to(tokens, at, _OUTWARDS), known)


def _begun(tokens: Sequence[str], at: int) -> str | None:
    """Return what is begun: bark, of "begins to bark" and "begins barking", not "begins"."""
    after = tokens[at + 1 : at + 3]
    if after[:1] == ["to"]:
        return next((token for token in tokens[at + 2 :] if is_content(token)), None)
    return after[0] if after and after[0].endswith("ing") else None


def _made_by(tokens: Sequence[str], at: int) -> str | None:
    """Return the sound that a deed is done with: crash, of "falls to the floor with a crash"."""
    for place in range(at + 1, min(at + _NEAR, len(tokens) - 2)):
        if not is_content(tokens[place]) and tokens[place] in STOPS | CLAUSE_WORDS - {"with"}:
            return None
        if tokens[place] == "with" and tokens[place + 1] in ("a", "an"):
            return tokens[place + 2]
    return None


def _led_to(tokens: Sequence[str], at: int, over: Collection[str] = ()) -> str | None:
    """Return the word of meaning that follows at once, over an article and the words ``over``."""
    for token in tokens[at + 1 :]:
        if token not in over and is_content(token):
            return token
        if token not in over and token not in ARTICLES and token not in _WHOSE:
            return None
    return None


def _is_known(word: str | None, known: Collection[str]) -> bool:
    """Return whether a word of its own meaning, no particle, is among those of a caption."""
    if word is None or word in PARTICLES or not is_content(word):
        return False
    return any(same(word, other) for other in known)
