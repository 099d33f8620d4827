"""What a caption says about the room: its size and its reverberation."""

import re
from collections.abc import Iterator, Set
from typing import Final, NamedTuple

from elsa_data.captions.lexicon.grammar import grammar, tokens
from elsa_data.captions.lexicon.marks import MASK, QUALITY, ROOM
from elsa_data.captions.lexicon.needs import Table, needed
from elsa_data.captions.lexicon.plain import BUILDINGS, NEGATORS, PLACE_NOUNS, TALKING
from elsa_data.captions.wording import is_adjective, is_adverb, lemmas, verb_lemmas

_SLOT_OF: Final = {
    **dict.fromkeys(("small", "large"), "size"),
    **dict.fromkeys(("reverberant", "dampened"), "reverb"),
}
_OTHER: Final = {"reverberant": "dampened", "dampened": "reverberant"}
_MACROS, _SECTIONS = grammar("acoustics")
_ADJECTIVES: Final = tuple(
    (value, tokens(_MACROS[macro]))
    for value, macro in (
        ("dampened", "DRY"),
        ("reverberant", "WET"),
        ("small", "SMALL"),
        ("large", "LARGE"),
    )
)
_SIZED: Final = tuple((value, tokens(pattern)) for value, pattern in _SECTIONS["sized"])
_AFTER: Final = "|".join(pattern for _, pattern in _SECTIONS["after"])
_DENIAL: Final = re.compile(rf"(?:^| )(?:{_MACROS['DENIAL']})(?: \w+ly| very)?$")
_ECHOES: Final = tokens(rf"(?:{_SECTIONS['echoes'][0][1]}) {MASK}")
_ECHOING: Final = tokens(_SECTIONS["echoing"][0][1])
_LOOSELY: Final = tokens(_SECTIONS["loosely"][0][1])
_CLAUSE_END: Final = re.compile(r"[,;.:]")
_FEW: Final = frozenset(
    (
        *NEGATORS,
        *("little", "minimal", "less", "few", "faint", "slight", "low", "scant", "free", "short"),
        *("dampened", "damped", "deadened", "absorbed", "dead", "dry", "negligible", "weak"),
        *("stops", "dies"),
    )
)
"""Words beside which an echo may be none."""

_LEFT_ECHOING: Final = tokens(rf"{_MACROS['VERBS_ECHO']}(?= (?:[,;.:]|{MASK}|$))")
_NEGATION: Final = 4
"""Words before a verb of echoing among which a negator turns it."""

_ALONE: Final = Table((value, tokens(pattern)) for value, pattern in _SECTIONS["alone"])
_AMPLE: Final = tokens(
    rf"(?:{_MACROS['LARGE']})(?= (?:(?:amount|deal|level|degree)s? of )?"
    r"(?:reverb|reverberations?|echo|echoes|resonance|reflections?)(?!\S| (?:filled|laden|rich)))"
)
"""How much it echoes, which is no size of the room."""

_FITTING: Final = {"hall": "large", "quarters": "small", "confines": "small"}
"""Nouns that count as the room only where this size is said with them."""

_JOINTS: Final = frozenset((",", "and"))
_REACH: Final = 7
"""Words after an adjective among which its room is named."""

_ENCLOSED: Final = frozenset(("indoor", "enclosed"))
"""Words that make a room of "area" and "place", which are none by themselves."""

_ROOM: Final = tokens(
    rf"{_MACROS['ENTER']}(?:(?:a|an|the|this|what is a|quite a) )?(?:(?:{_MACROS['ADJECTIVES']}) )?"
    rf"(?P<noun>{_MACROS['GENERIC']}|{ROOM}\S+)(?: 's)?(?: (?:{_AFTER})){{0,3}}{_MACROS['END']}"
)
"""A room with its article, adjectives and what is said after it."""

_NOUNS: Final = needed(tokens(_MACROS["GENERIC"]).pattern) or frozenset()
"""Words of which one stands in every general noun of a room."""

_DRY: Final = tokens("|".join(pattern for _, pattern in _SECTIONS["dry"]))
_WET: Final = tokens("|".join(pattern for _, pattern in _SECTIONS["wet"]))


class Rooms(NamedTuple):
    """The rooms that a source caption names, in which a rewrite may say that they are large.

    Attributes:
        nouns: what they are called.
        qualities: what else they are, in words that are no place's: "busy" of a cafeteria.
    """

    nouns: Set[str]
    qualities: Set[str]


NO_ROOMS: Final = Rooms(frozenset(), frozenset())


def rooms_of(text: str) -> Rooms:
    """Return the rooms that the tokens of a source caption name."""
    found = text.split()
    qualities: set[str] = set()
    for place, token in enumerate(found):
        if token in PLACE_NOUNS or token in _NOUNS:
            before = place - 1
            while before >= 0 and (found[before] in _JOINTS or _describes(found[before])):
                qualities.add(found[before])
                before -= 1
    told = {word for word in qualities for _, pattern in _ADJECTIVES if pattern.search(word)}
    return Rooms(PLACE_NOUNS & set(found), frozenset(qualities - _JOINTS - told))


def _describes(word: str) -> bool:
    """Return whether a word may be an adjective, such as "crowded"."""
    return (
        is_adjective(word)
        or is_adverb(word)
        or (word.endswith(("ed", "ing")) and bool(verb_lemmas(word)))
    )


def without_rooms(text: str, rooms: Rooms, said: set[tuple[str, str]]) -> str:
    """Return tokens without what they say about the room, which is added to ``said``.

    Args:
        text: tokens.
        rooms: those that count beside the general ones, and stay among the tokens.
        said: (slot, value) pairs.
    """
    named: set[str] = set()

    def taken(match: re.Match[str]) -> str:
        values = set(_values(match.group()))
        noun = match.group("noun").removeprefix(ROOM)
        misfit = noun not in rooms.nouns and _FITTING.get(noun, noun) not in values | {noun}
        before = match.string[: match.start()].split()[-1:]
        told_of = bool(before) and not lemmas(before[0]).isdisjoint(TALKING)
        if match.group().startswith("of ") and (noun in BUILDINGS or told_of):
            return match.group()
        if not values or misfit:
            return match.group()
        named.add(noun)
        said.update((_SLOT_OF.get(value, "size"), value) for value in values)
        kept = [word[1:] for word in match.group().split() if word.startswith(QUALITY)]
        kept += [noun] if noun in rooms.nouns else []
        return " ".join((MASK, *kept, MASK)) if kept else MASK

    if not _NOUNS.isdisjoint(text.split()) or rooms.nouns:
        text = _ROOM.sub(taken, f"{_marked(text, rooms)} ")
        text = text.replace(ROOM, "").replace(QUALITY, "")
    if len(named) > 1 and named & (_FITTING.keys() - rooms.nouns):
        said.add(("place", "denied"))
    if _ECHOES.search(text):
        said.add(("reverb", "reverberant"))
        text = _ECHOES.sub(MASK, text)
    for value, pattern in _ALONE.among(text.split()):
        for match in pattern.finditer(text):
            values = {value} if value in _SLOT_OF else set(_values(match.group()))
            said.update((_SLOT_OF.get(one, "size"), one) for one in values)
        text = pattern.sub(MASK, text)
    return _ECHOING.sub(lambda match: _echoes(match, said), text)


def without_echoes(text: str, said: set[tuple[str, str]]) -> str:
    """Return tokens without verbs of echoing, where a room was read beside them.

    Args:
        text: tokens, without what they say about the room and about place.
        said: (slot, value) pairs read so far, to which the reverberation is added.
    """
    if not any(slot == "size" for slot, _ in said):
        return text
    return _LEFT_ECHOING.sub(lambda match: _echoes(match, said), f"{text} ").strip()


def without_loose_echoes(text: str) -> str | None:
    """Return tokens in which what sounds is said to echo without that, None where nothing is.

    Args:
        text: tokens, without what they say about the room and about place.
    """
    found = None
    for match in _LOOSELY.finditer(text):
        before = _CLAUSE_END.split(text[: match.start()])[-1].split()
        after = _CLAUSE_END.split(text[match.end() :])[0].split()
        if not _FEW.isdisjoint((*before, *after, *match.group().split())):
            return None
        found = match
    return _LOOSELY.sub(MASK, text) if found else None


def _echoes(match: re.Match[str], said: set[tuple[str, str]]) -> str:
    """Note that sounds echo; return what to put there, the words themselves where it is denied."""
    before = match.string[: match.start()].split()[-_NEGATION:]
    if NEGATORS & {*before, *match.group().split()}:
        return match.group()
    said.add(("reverb", "reverberant"))
    return MASK


def _marked(text: str, rooms: Rooms) -> str:
    """Return tokens in which the nouns that count as the room here and their words are marked."""
    found = text.split()
    for place, token in enumerate(found):
        if token in rooms.nouns and found[place - 1] not in _ENCLOSED:
            found[place] = ROOM + token
        elif token in rooms.qualities:
            after = {word.removeprefix(ROOM) for word in found[place + 1 : place + 1 + _REACH]}
            if after & (rooms.nouns | _NOUNS):
                found[place] = QUALITY + token
    return " ".join(found)


def _values(phrase: str) -> Iterator[str]:
    """Yield the size and reverberation that a phrase about the room says, some more than once."""
    for value, pattern in _SIZED:
        if pattern.search(phrase):
            yield value
            phrase = pattern.sub(MASK, phrase)
    if _DRY.search(phrase):
        yield "dampened"
        phrase = _DRY.sub(MASK, phrase)
    phrase = _AMPLE.sub(MASK, phrase)
    for value, pattern in _ADJECTIVES:
        for match in pattern.finditer(phrase):
            denied = _DENIAL.search(phrase[: match.start()].rstrip())
            yield _OTHER.get(value, f"not {value}") if denied else value
        phrase = pattern.sub(MASK, phrase)
    if _WET.search(phrase):
        yield "reverberant"
