"""Words that a rewrite may bring because what its source names does so by its nature."""

from collections.abc import Mapping, Sequence
from typing import Final

from elsa_data.captions.events import Events
from elsa_data.captions.lexicon.grammar import lines_of
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


_MADE_OF: Final[Mapping[str, frozenset[str]]] = {
    thing: frozenset(other.rstrip("~") for other in others if other.endswith("~"))
    for thing, others in _habits().items()
}


_ONE: Final = frozenset(("a", "an", "another", "single"))
_PRONOUNS: Final = frozenset(("it", "its", "they", "their", "them", "he", "she", "his", "her"))
_KINDS: Final = frozenset(("vehicle", "animal", "machine", "creature", "device"))
"""Nouns that may stand for a pronoun, with nothing more to say of what it means."""


def does_so(kept: Events, word: str) -> bool:
    """Return whether a verb is what something does that the source names without a verb."""
    does = verb_lemmas(word) | {word}
    return any(
        does & (_ALWAYS if _acts(kept, number) else _HABITS).get(lemma, frozenset())
        for thing, _, number in kept.words
        for lemma in lemmas(thing)
    )


def does_with(tool: str, deed: str, told: Sequence[str]) -> bool:
    """Return whether a deed is that of a tool, and other words tell it by the tool: is sawn."""
    return any(
        verb_lemmas(deed) & _ALWAYS.get(lemma, frozenset())
        and any(lemma in verb_lemmas(word) and word not in (tool, lemma) for word in told)
        for lemma in lemmas(tool)
    )


def goes_without_saying(found: Events, place: int) -> bool:
    """Return whether a word tells of a thing what every such thing is or does: rain that falls."""
    word, _, number = found.words[place]
    does = verb_lemmas(word) | {word}
    return any(
        (lemma in SOUNDS and does & _HABITS.get(lemma, frozenset()))
        or lemmas(word) & _MADE_OF.get(lemma, frozenset())
        for thing, _, event in found.words
        if event == number
        for lemma in lemmas(thing)
    )


def carried(pairing: Pairing, rewrite: Sequence[str], place: int) -> bool:
    """Return whether a verb only brings a sound to the listener: "braying carries from afar".

    What sounds is what is done, told as a thing ("the braying of a donkey", "a donkey's braying"),
    and all that is done there is told before: "a braying donkey rises" tells of the donkey.

    Args:
        pairing: which word says which.
        rewrite: the tokens of the rewrite.
        place: of the verb among its content words.
    """
    kept, told = pairing.source, pairing.rewrite
    word, at, number = told.words[place]
    if not verb_lemmas(word) & CARRYING:
        return False
    if at and not {"sound", "sounds", "noise"}.isdisjoint(rewrite[max(at - 1, 0) : at]):
        return True
    before = [n for n in range(place) if told.words[n][2] == number and n in pairing.partner]
    deeds = [n for n in before if _is_deed(kept, pairing.partner[n])]
    said = {pairing.partner[n] for n in before}
    known = {kept.words[origin][2] for origin in said}
    unsaid = any(
        verb_lemmas(other) - {other} and n not in said
        for n, (other, _, event) in enumerate(kept.words)
        if event in known
    )
    if not deeds or unsaid:
        return False
    after = rewrite[told.words[deeds[-1]][1] + 1 : at]
    return deeds[-1] == place - 1 or not {"of", "from"}.isdisjoint(after)


def _is_deed(found: Events, place: int) -> bool:
    """Return whether a word may be a verb, and is not what opens its caption."""
    word, _, _ = found.words[place]
    return bool(verb_lemmas(word)) and (place > 0 or word.endswith("ing"))


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
