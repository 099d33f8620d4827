"""What a sentence asserts about space, slot by slot."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from elsa_data.captions.lexicon import places, rooms
from elsa_data.captions.lexicon.idioms import IDIOMS
from elsa_data.captions.lexicon.needs import Table
from elsa_data.captions.lexicon.places import CHAIN, CHAIN_VALUES
from elsa_data.captions.lexicon.rooms import FREE_OF
from elsa_data.captions.lexicon.scenes import PATHS
from elsa_data.captions.lexicon.scenes import RULES as SCENE_RULES
from elsa_data.records import SpatialAttributes


def _whole(*patterns: str) -> re.Pattern[str]:
    """Return the pattern of any of these phrases, between word boundaries."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})(?!\w)")


_RULES: Final = Table(
    ((slot, value), _whole(pattern))
    for rules in (places.RULES, rooms.RULES, SCENE_RULES)
    for slot, values in rules.items()
    for value, patterns in values.items()
    for pattern in patterns
)
_IMPLIED: Final = Table(
    ((slot, value), _whole(pattern))
    for rules in (places.IMPLIED, rooms.IMPLIED)
    for slot, values in rules.items()
    for value, patterns in values.items()
    for pattern in patterns
)
_IDIOMS: Final = Table([("", _whole(*IDIOMS))])
_PATHS: Final = Table([("", _whole(*PATHS))])
_FREE_OF: Final = Table([("", _whole(FREE_OF))])
_CHAIN: Final = Table([("", _whole(CHAIN))])
_HYPHEN: Final = re.compile(r"(?<=\w)[-\u2010-\u2015/](?=\w)")
_DECORATION: Final = re.compile(r"[\"\u201c\u201d()\[\]*_]")
_CLAUSE_END: Final = re.compile(r"[,.;:!?]")
_TOKEN: Final = re.compile(r"[\w']+")
_WORD: Final = re.compile(r"\w+")

NEGATORS: Final = frozenset(
    {"not", "no", "never", "without", "neither", "nor", "nothing", "hardly", "barely", "scarcely"}
    | {"cannot", "lacks", "lacking"}
)

FLIPPED: Final = {
    ("distance", "near"): "far",
    ("distance", "far"): "near",
    ("reverb", "dampened"): "reverberant",
    ("reverb", "reverberant"): "dampened",
}
"""What a negation turns a value into; any other value becomes "not ..."."""

NEGATION_REACH = 3
"""Words before a phrase among which a negator turns it."""

MASK = "§"
"""Stands where a phrase was taken out: no word, no punctuation, no listener."""

Assertions = dict[str, frozenset[str]]


def asserted(text: str, *, implied: bool = True) -> Assertions:
    """Return what a caption asserts: slot -> values, slots without an assertion left out.

    The slots are direction, elevation, distance, size, reverb, motion ("moving") and outdoor
    ("outdoor"). Directions are the listener's. Negation turns near and far, dampened and
    reverberant into each other; a negated direction, elevation or size reads "not left": it
    equals no word, so that a caption which denies a value never counts as silent.

    Args:
        text: the caption.
        implied: whether what the name of a place implies counts too: a stadium is large.
    """
    found: dict[str, set[str]] = {}
    for slot, value in _assertions(_normalised(text), implied):
        found.setdefault(slot, set()).add(value)
    return {slot: frozenset(values) for slot, values in found.items()}


def contradiction(originals: Sequence[str], attributes: SpatialAttributes) -> str | None:
    """Return the first slot in which a source caption says other than what is so, else None.

    A source caption that asserts nothing about a slot leaves it free. One that asserts something
    is kept only when the values it asserts are exactly the target's word; where the target has no
    word, any assertion is a contradiction: nobody could tell whether it is so. Direction,
    elevation and distance are held against the words of the source's own part, size and
    reverberation against the room's. Places in the open and movement are not judged here: no
    still source in a room agrees with them, so the preset drops such captions, or keeps them all.

    Args:
        originals: one source caption per part, in the order of ``attributes.parts``.
        attributes: the words that are true of the example.

    Raises:
        ValueError: there are more or fewer captions than parts.
    """
    for original, part in zip(originals, attributes.parts, strict=True):
        said = asserted(original)
        targets = {
            "direction": part.direction,
            "elevation": part.elevation,
            "distance": part.distance,
            "size": attributes.room_size,
            "reverb": attributes.reverberation,
        }
        for slot, target in targets.items():
            if said.get(slot, {target}) != {target}:
                return slot
    return None


def _normalised(text: str) -> str:
    """Return lower-case text, plain apostrophes, compounds taken apart, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    apart = _HYPHEN.sub(" ", folded)
    return " ".join(_DECORATION.sub(" ", apart).split()).replace(" ,", ",")


def _assertions(text: str, implied: bool) -> Iterator[tuple[str, str]]:
    """Yield every (slot, value) a normalised text asserts, some more than once."""
    # "the left's" and "'left'" hold the word "left".
    words = {*_TOKEN.findall(text), *_WORD.findall(text)}
    for _, pattern in _IDIOMS.among(words):
        text = pattern.sub(MASK, text)
    for _, pattern in _PATHS.among(words):
        for match in pattern.finditer(text):
            if not _negated(text, match.start()):
                yield "motion", "moving"
        text = pattern.sub(MASK, text)
    for _, pattern in _FREE_OF.among(words):
        for match in pattern.finditer(text):
            yield _turned("reverb", "reverberant", not _negated(text, match.start()))
        text = pattern.sub(MASK, text)
    for _, pattern in _CHAIN.among(words):
        for match in pattern.finditer(text):
            negated = _negated(text, match.start())
            for word in _TOKEN.findall(match.group(1)):
                if word in CHAIN_VALUES:
                    yield _turned(*CHAIN_VALUES[word], negated)
    implying = _IMPLIED.among(words) if implied else ()
    for (slot, value), pattern in (*_RULES.among(words), *implying):
        for match in pattern.finditer(text):
            negated = _negated(text, match.start()) or _denies(match.group())
            if not (negated and slot in ("motion", "outdoor")):
                yield _turned(slot, value, negated)


def _turned(slot: str, value: str, negated: bool) -> tuple[str, str]:
    """Return the assertion, turned round when negated."""
    if not negated:
        return slot, value
    return slot, FLIPPED.get((slot, value), f"not {value}")


def _negated(text: str, start: int) -> bool:
    """Return whether a negator stands within reach before ``start``, in the same clause."""
    clause = _CLAUSE_END.split(text[:start])[-1]
    near = _TOKEN.findall(clause)[-NEGATION_REACH:]
    if near[-2:] == ["anything", "but"] or near[-2:] == ["far", "from"]:
        return True
    return _denies(" ".join(near)) and "not only" not in " ".join(near)


def _denies(phrase: str) -> bool:
    """Return whether a phrase holds a negator: the room is not large."""
    return any(w in NEGATORS or w.endswith("n't") for w in _TOKEN.findall(phrase))
