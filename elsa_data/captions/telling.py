"""Whether a rewrite keeps its events apart, and denies what its source denies."""

from collections import Counter
from collections.abc import Sequence, Set
from itertools import combinations
from typing import Final

from elsa_data.captions.events import Events, goes_on, is_verb
from elsa_data.captions.lexicon.plain import (
    ARTICLES,
    NEGATORS,
    PARTICLES,
    RELATIONS,
    UNNAMED,
)
from elsa_data.captions.pairing import Pairing

_SUBJECTS: Final = frozenset(("it", "he", "she", "they"))
_OWNING: Final = frozenset(("its", "their", "his", "her", "it", "them", "him"))
_WITHIN: Final = frozenset(("in", "inside", "at", "within"))
_SMALL: Final = UNNAMED | RELATIONS | PARTICLES
"""Words that belong to no event alone."""

FULL_EVENT: Final = 2
"""Content words from which an event stands for itself: one who acts, and what is done."""


def mixed(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when an event of the rewrite joins a part of one event with another.

    Two events may be told as one, each whole: "a dog barks and chases a cat" as "a barking dog
    chases a cat". Who acts in both, and a place at the end of both captions, belongs to neither.
    What is said after the last of some deeds may be said of all.

    Args:
        source: tokens of the source caption.
        rewrite: tokens of the rewrite.
        pairing: which word says which.
    """
    words = pairing.source.words
    on = goes_on(source, pairing.source)
    last = _last_place(source, pairing)
    loose = _shared(pairing, on) | last | _owners(source, rewrite, pairing)
    sizes = Counter(number for n, (_, _, number) in enumerate(words) if n not in last)
    # "As it reverses" tells who acts, though not by name.
    sizes.update(number for _, at, number in words if source[at - 1] in _SUBJECTS)
    deeds: set[tuple[int, int]] = set()
    drawn: dict[int, set[int]] = {}
    spread: dict[int, set[int]] = {}
    for place, origin in pairing.partner.items():
        number = words[origin][2]
        if origin in loose or words[origin][0] in _SMALL or sizes[number] < FULL_EVENT:
            continue
        event = pairing.rewrite.words[place][2]
        drawn.setdefault(event, set()).add(number)
        if is_verb(words[origin][0]):
            deeds.add((number, event))
        spread.setdefault(number, set()).add(event)
    for event, pair in ((e, p) for e, numbers in drawn.items() for p in combinations(numbers, 2)):
        earlier, later = sorted(pair)
        same_actor = set(range(earlier + 1, later + 1)) <= on
        apart = len(spread[earlier]) > 1 and not (same_actor and (earlier, event) in deeds)
        if apart or (len(spread[later]) > 1 and not same_actor):
            return "events-mixed"
    return None


def _shared(pairing: Pairing, on: Set[int]) -> set[int]:
    """Return the words for who acts, where the next event goes on with the same."""
    found: set[int] = set()
    begun, ended = set(on), set[int]()
    for n, (word, _, number) in enumerate(pairing.source.words):
        if number + 1 not in on or number in ended:
            continue
        # What an event opens with is no verb, unless it goes on itself: "ducks quack".
        if number in begun and is_verb(word):
            ended.add(number)
        else:
            found.add(n)
        begun.add(number)
    return found


def _owners(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> set[int]:
    """Return the words for who acts, where the next event speaks of them again.

    "A truck climbs, its engine straining" is told as "the engine of a truck strains as it climbs",
    and "a cup falls and a man picks it up" as "a man picks up a cup that falls".
    """
    words = pairing.source.words
    if (_OWNING | _SUBJECTS | {"that", "which"}).isdisjoint(rewrite):
        return set()
    opened: dict[int, int] = {}
    for n, (_, _, number) in enumerate(words):
        opened.setdefault(number, n)
    found: set[int] = set()
    for number, first in opened.items():
        after = opened.get(number + 1)
        if after is None:
            continue
        last = opened.get(number + 2, len(words)) - 1
        if _OWNING.isdisjoint(source[words[after][1] - 1 : words[last][1]]):
            continue
        deed = next((n for n in range(first + 1, after) if is_verb(words[n][0])), first)
        found.update(range(first, deed))
    return found


def _last_place(source: Sequence[str], pairing: Pairing) -> set[int]:
    """Return the words of the place that both captions end with: "in the bathroom"."""
    words, told = pairing.source.words, pairing.rewrite.words
    found: set[int] = set()
    for n in range(len(words) - 1, max(len(words) - FULL_EVENT - 1, -1), -1):
        if pairing.partner.get(len(told) - 1 - len(found)) not in range(n - 1, len(words)):
            break
        found.add(n)
        if source[words[n][1] - 1] in ARTICLES and source[words[n][1] - 2] in _WITHIN:
            return found
    return set()


def renegated(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when not the same word is denied."""
    kept = _denied(source, pairing.source)
    told = _denied(rewrite, pairing.rewrite)
    moved = {pairing.partner[place] for place in told if place in pairing.partner}
    if moved == kept:
        return None
    # "No rain is falling" denies what "no falling rain" does.
    alike = len(moved) == len(kept) and all(
        _is_of_it(pairing.source, *sorted(pair))
        for pair in zip(sorted(moved), sorted(kept), strict=True)
    )
    return None if alike else "negation-changed"


def _is_of_it(found: Events, thing: int, deed: int) -> bool:
    """Return whether a word in -ing is next to what is, or is not, heard doing it."""
    (_, _, event), (word, _, other) = found.words[thing], found.words[deed]
    return thing == deed or (deed == thing + 1 and event == other and word.endswith("ing"))


def _denied(tokens: Sequence[str], found: Events) -> set[int]:
    """Return the places among content words of those that follow a negator."""
    places = {at: n for n, (_, at, _) in enumerate(found.words)}
    denied = set()
    for at, token in enumerate(tokens):
        if token in NEGATORS:
            after = next(
                (n for a, n in places.items() if a > at and tokens[a] not in NEGATORS), None
            )
            if after is not None:
                denied.add(after)
    return denied
