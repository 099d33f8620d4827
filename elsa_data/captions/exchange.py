"""Verbs that stand where another stood and say the like of it, though no table has them as one."""

from collections.abc import Collection, Mapping
from itertools import product
from typing import Final

from elsa_data.captions.lexicon.grammar import lines_of
from elsa_data.captions.lexicon.plain import MOVING
from elsa_data.captions.lexicon.related import KIN, KINDS, OPPOSITES
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import forms_of, same, verb_lemmas

_ANY_WAY: Final = frozenset(("go", "move", "travel", "pass"))
"""Verbs of moving that say nothing of the way something moves."""


def _groups_of(name: str) -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for number, group in enumerate("/".join(lines_of(name)).split("/")):
        for word in group.split():
            found[word] = found.get(word, frozenset()) | {number}
    return found


_DEEDS: Final = _groups_of("deeds")
_APART: Final = _groups_of("apart")
"""Verb -> the numbers of the groups of the file it is of."""


def exchanged(pairing: Pairing, place: int) -> int | None:
    """Return the verb of the source that one of the rewrite stands for in its place, or None.

    The two are of one event and of one family ("mimics" for "imitates"), and neither opposites
    nor deeds that a listener tells apart.

    Args:
        pairing: which word says which.
        place: of a word without a partner among the content words of the rewrite.
    """
    word, _, number = pairing.rewrite.words[place]
    if not verb_lemmas(word):
        return None
    drawn = {
        pairing.source.words[origin][2]
        for other, origin in pairing.partner.items()
        if pairing.rewrite.words[other][2] == number
    }
    said = set(pairing.partner.values())
    for origin, (kept, _, event) in enumerate(pairing.source.words):
        if origin not in said and event in drawn and _is_deed(word, kept):
            return None if _is_opposed(word, kept) else origin
    return None


def _is_deed(*words: str) -> bool:
    """Return whether two words are verbs of one family, and no two ways to move."""
    pairs = [(one, other) for one, other in product(*map(verb_lemmas, words))]
    if any(_share(_APART, *pair) and pair[0] != pair[1] for pair in pairs):
        return False
    return any(
        _share(_DEEDS, one, other)
        or (_share(KIN, one, other) and MOVING.isdisjoint((one, other)))
        or (max(one, other) in KINDS.get(min(one, other), ()) and not _is_way(one, other))
        for one, other in pairs
    )


def _share(groups: Mapping[str, Collection[object]], one: str, other: str) -> bool:
    """Return whether two words are of one group."""
    return not set(groups.get(one, ())).isdisjoint(groups.get(other, ()))


def _is_way(one: str, other: str) -> bool:
    """Return whether two verbs tell of two ways to move: walk and run, not walk and move."""
    return {one, other} <= MOVING and _ANY_WAY.isdisjoint((one, other))


def _is_opposed(one: str, other: str) -> bool:
    """Return whether two words say the opposite of each other."""
    return any(
        same(opposite, two)
        for word, two in ((one, other), (other, one))
        for form in forms_of(word)
        for opposite in OPPOSITES.get(form, ())
    )
