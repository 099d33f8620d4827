"""Words that a rewrite may bring because what its source names does so by its nature."""

from collections.abc import Mapping, Sequence
from typing import Final

from elsa_data.captions.events import Events
from elsa_data.captions.lexicon.grammar import lines_of
from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.lexicon.plain import CARRYING, SOUNDS
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import is_noun, is_plural, lemmas, verb_lemmas


def _habits() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in lines_of("habits"):
        things, verbs = line.split(": ")
        for thing in things.split():
            found[thing] = found.get(thing, frozenset()) | frozenset(verbs.split())
    return found


_HABITS: Final[Mapping[str, frozenset[str]]] = {
    thing: frozenset(verb.rstrip("!") for verb in verbs) for thing, verbs in _habits().items()
}
_ALWAYS: Final[Mapping[str, frozenset[str]]] = {
    thing: frozenset(verb.rstrip("!") for verb in verbs if verb.endswith("!"))
    for thing, verbs in _habits().items()
}


_ONE: Final = frozenset(("a", "an", "another", "single"))
_PRONOUNS: Final = frozenset(("it", "its", "they", "their", "them", "he", "she", "his", "her"))
_KINDS: Final = frozenset(("vehicle", "animal", "machine", "creature", "device"))
"""Nouns that may stand for a pronoun, with nothing more to say of what it means."""


def does_so(kept: Events, word: str) -> bool:
    """Return whether a verb is what something does that the source names without a verb."""
    does = verb_lemmas(word)
    return any(
        does & (_ALWAYS if _acts(kept, number) else _HABITS).get(lemma, frozenset())
        for thing, _, number in kept.words
        for lemma in lemmas(thing)
    )


def goes_without_saying(found: Events, place: int) -> bool:
    """Return whether a verb tells of a sound what every such sound does: rain that falls."""
    word, _, number = found.words[place]
    does = verb_lemmas(word)
    return any(
        does & _HABITS.get(lemma, frozenset())
        for thing, _, event in found.words
        if event == number
        for lemma in lemmas(thing) & SOUNDS
    )


def carried(pairing: Pairing, rewrite: Sequence[str], place: int) -> bool:
    """Return whether a verb only brings a sound to the listener: "braying carries from afar".

    Args:
        pairing: which word says which.
        rewrite: the tokens of the rewrite.
        place: of the verb among its content words.
    """
    kept, told = pairing.source, pairing.rewrite
    done = {origin for other, origin in pairing.partner.items() if other < place}
    word, at, _ = told.words[place]
    if not place or not verb_lemmas(word) & CARRYING or rewrite[at + 1 : at + 2] != [MASK]:
        return False
    before, _, _ = told.words[place - 1]
    known = {number for n, (_, _, number) in enumerate(kept.words) if n in done}
    return all(n in done for n, (_, _, number) in enumerate(kept.words) if number in known) and any(
        before.endswith("ing") and verb_lemmas(before) & lemmas(other) for other, _, _ in kept.words
    )


def counts_one(source: Sequence[str], pairing: Pairing, place: int) -> bool:
    """Return whether "one" counts what the source has an article for: one dog, for a dog."""
    origin = pairing.partner.get(place + 1)
    if origin is None:
        return False
    at = pairing.source.words[origin][1]
    return not _ONE.isdisjoint(source[max(at - 2, 0) : at]) or "once" in source[at : at + 2]


def is_played(source: Sequence[str], pairing: Pairing, place: int) -> bool:
    """Return whether music is that of an instrument played: accordion music."""
    return place - 1 in pairing.partner and any("play" in verb_lemmas(token) for token in source)


def named_again(
    source: Sequence[str], rewrite: Sequence[str], pairing: Pairing, place: int
) -> bool:
    """Return whether a thing is named where the source has a pronoun: "as the train slows"."""
    word, at, _ = pairing.rewrite.words[place]
    if rewrite[at - 1] != "the" or _PRONOUNS.isdisjoint(source):
        return False
    earlier = (
        pairing.rewrite.words[other][0] for other in range(place) if other in pairing.partner
    )
    return word in _KINDS or (is_noun(word) and any(lemmas(word) & lemmas(one) for one in earlier))


def _acts(found: Events, number: int) -> bool:
    """Return whether an event has a verb that shows itself as one."""
    return any(
        verb_lemmas(word) - {word} and not is_plural(word)
        for word, _, event in found.words
        if event == number
    )
