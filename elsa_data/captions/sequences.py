"""Which events of a caption come one after the other, though only "and" joins them."""

from collections.abc import Sequence
from typing import Final

from elsa_data.captions.events import BEFORE_VERBS, Events, goes_on, is_content, is_verb
from elsa_data.captions.lexicon.plain import LASTING, MOMENTS
from elsa_data.captions.wording import is_adverb, lemmas

_ANSWERS: Final = frozenset(("answer", "reply", "respond"))


def sequential(tokens: Sequence[str], found: Events) -> set[tuple[int, int]]:
    """Return the joined events of which the second can only come after the first.

    One of the two happens at a moment or is done to something, and the second goes on from the
    first: the same thing acts ("starts and drives away"), it is spoken of again ("cuts a tree and
    the tree falls"), or it answers.
    """
    said: dict[int, list[tuple[str, int]]] = {}
    on = goes_on(tokens, found)
    for word, at, number in found.words:
        said.setdefault(number, []).append((word, at))
    return {
        (one, other)
        for one, other in found.joined
        if (
            (other in on and max(len(said[one]) - (one not in on), len(said[other])) > 1)
            or any(_is_moment(tokens, word, at) for word, at in said[one] + said[other])
        )
        and _goes_on(tokens, [each for n in range(one + 1) for each in said[n]], said[other])
    }


def ended(tokens: Sequence[str], found: Events) -> set[tuple[int, int]]:
    """Return the events, one told after the other, of which the first goes on until the second."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for _, at, number in found.words:
        first.setdefault(number, at)
        last[number] = at
    return {
        (number - 1, number)
        for number, at in first.items()
        if number and "until" in tokens[last[number - 1] : at]
    }


def successive(found: Events) -> set[tuple[int, int]]:
    """Return the joined events that may be told as one after the other.

    Neither lasts, or the first is over in a moment: "a cork pops and wine is poured".

    "A chair scrapes and a man groans" may be told with "then"; "birds sing and the wind blows"
    may not, nor may what is only named as going on: "a dog barking and a man coughing".
    """
    lasting = {
        number
        for word, _, number in found.words
        if (word.endswith("ing") and is_verb(word)) or not lemmas(word).isdisjoint(LASTING)
    }
    over = {
        number
        for word, _, number in found.words
        if lemmas(word) & MOMENTS or word.endswith("times") or word == "once"
    }
    return {
        (one, other)
        for one, other in found.joined
        if lasting.isdisjoint((one, other)) or one in over
    }


def _is_moment(tokens: Sequence[str], word: str, at: int) -> bool:
    """Return whether a word is a verb of what is done at a moment: "leaves", not "on leaves"."""
    before = tokens[at - 1] if at else ""
    return bool(lemmas(word) & MOMENTS) and (is_content(before) or before in BEFORE_VERBS)


def _goes_on(
    tokens: Sequence[str], earlier: Sequence[tuple[str, int]], later: Sequence[tuple[str, int]]
) -> bool:
    """Return whether an event goes on from the one before."""
    opening, at = next((said for said in later if not is_adverb(said[0])), later[0])
    before = tokens[later[0][1] - 1] if at else ""
    acts = is_verb(opening) and before in BEFORE_VERBS
    again = before in ("the", "its") and (
        before == "its" or any(lemmas(opening) & lemmas(word) for word, _ in earlier)
    )
    return acts or again or any(lemmas(word) & _ANSWERS for word, _ in later)
