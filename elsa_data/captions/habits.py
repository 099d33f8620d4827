"""Words that a rewrite may bring because what its source names does so by its nature."""

from collections.abc import Mapping, Sequence
from typing import Final

from elsa_data.captions.events import Events
from elsa_data.captions.lexicon.grammar import lines_of
from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.lexicon.plain import CARRYING, SOUNDS
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import is_plural, lemmas, verb_lemmas


def _habits() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in lines_of("habits"):
        things, verbs = line.split(": ")
        for thing in things.split():
            found[thing] = found.get(thing, frozenset()) | frozenset(verbs.split())
    return found


_HABITS: Final[Mapping[str, frozenset[str]]] = _habits()


def does_so(kept: Events, word: str) -> bool:
    """Return whether a verb is what something does that the source names without a verb."""
    does = verb_lemmas(word)
    return any(
        does & _HABITS.get(lemma, frozenset())
        for thing, _, number in kept.words
        for lemma in lemmas(thing)
        if not _acts(kept, number)
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


def _acts(found: Events, number: int) -> bool:
    """Return whether an event has a verb that shows itself as one."""
    return any(
        verb_lemmas(word) - {word} and not is_plural(word)
        for word, _, event in found.words
        if event == number
    )
