"""Words that stand where another stood and say the like of it, though no table has them as one."""

from itertools import product
from typing import Final

from elsa_data.captions.lexicon.grammar import lines_of
from elsa_data.captions.lexicon.plain import DESCRIPTORS, MOVING, NEGATORS, NUMBERS
from elsa_data.captions.lexicon.related import FEELINGS, KIN, KINDS, OPPOSITES
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import forms_of, is_adjective, is_adverb, same, verb_lemmas

_ANY_WAY: Final = frozenset(("go", "move", "travel", "pass"))
"""Verbs of moving that say nothing of the way something moves."""

_DEEDS: Final[dict[str, list[int]]] = {}
"""Verb -> the numbers of the groups of ``deeds.txt`` it is of."""

for _number, _group in enumerate("/".join(lines_of("deeds")).split("/")):
    for _word in _group.split():
        _DEEDS.setdefault(_word, []).append(_number)

_COUNTING: Final = FEELINGS | NEGATORS | NUMBERS


def exchanged(pairing: Pairing, place: int) -> int | None:
    """Return the word of the source that a word of the rewrite stands for in its place, or None.

    The two are of one event: two verbs of one family ("mimics" for "imitates"), two manners, or
    two adjectives of one thing, neither of which says how loud, large, old or happy it is.

    Args:
        pairing: which word says which, as far as words say the same.
        place: of a word without a partner among the content words of the rewrite.
    """
    word, _, number = pairing.rewrite.words[place]
    drawn = {
        pairing.source.words[origin][2]
        for other, origin in pairing.partner.items()
        if pairing.rewrite.words[other][2] == number
    }
    said = set(pairing.partner.values())
    for origin, (kept, _, event) in enumerate(pairing.source.words):
        if origin in said or event not in drawn or _is_opposed(word, kept):
            continue
        if _is_deed(word, kept) or (is_adverb(word) and is_adverb(kept) and _is_free(word, kept)):
            return origin
        heads = pairing.partner.get(place + 1), origin + 1
        if heads[0] == heads[1] and is_adjective(word) and is_adjective(kept):
            return origin if _is_free(word, kept) else None
    return None


def _is_deed(*words: str) -> bool:
    """Return whether two words are verbs of one family, and no two ways to move."""
    families = [
        {number for lemma in verb_lemmas(word) - MOVING for number in KIN.get(lemma, ())}
        for word in words
    ]
    if not families[0].isdisjoint(families[1]):
        return True
    groups = [{n for lemma in verb_lemmas(word) for n in _DEEDS.get(lemma, ())} for word in words]
    if not groups[0].isdisjoint(groups[1]):
        return True
    pairs = (sorted(pair) for pair in product(*map(verb_lemmas, words)))
    return any(b in KINDS.get(a, ()) and not _is_way(a, b) for a, b in pairs)


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


def _is_free(*words: str) -> bool:
    """Return whether words say nothing that counts for itself: no size, number, mood or denial."""
    return not any(
        forms_of(word) & _COUNTING or any(same(word, other) for other in DESCRIPTORS)
        for word in words
    )
