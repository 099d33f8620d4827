"""Whether a rewrite keeps its events apart, in order, and denies what its source denies."""

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

_LIST: Final = 3
"""Events from which "a, b and c" tells of one after the other."""

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


def reordered(
    pairing: Pairing, sequence: set[tuple[int, int]], after: set[tuple[int, int]]
) -> str | None:
    """Return a slug when the rewrite puts events in another order, or in one of its own.

    Args:
        pairing: which word says which.
        sequence: (earlier, later) events of the source that a rewrite may put in order though the
            source only joins them.
        after: the same of the rewrite, which need not say again that they are in order.
    """
    origin: dict[int, set[int]] = {}
    for place, source in pairing.partner.items():
        number = pairing.rewrite.words[place][2]
        if pairing.source.words[source][0] not in UNNAMED:
            origin.setdefault(number, set()).add(pairing.source.words[source][2])

    def in_source(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
        return {
            (earlier, later)
            for first, second in pairs
            for earlier in origin.get(first, ())
            for later in origin.get(second, ())
            if earlier != later
        }

    if any(
        len(origin.get(first, ())) == 1 and origin.get(first) == origin.get(second)
        for first, second in pairing.rewrite.order
    ):
        return "order-changed"
    if _is_shuffled(pairing):
        return "order-changed"
    told = in_source(pairing.rewrite.order)
    known = in_source(_implied(pairing.rewrite.order, pairing.rewrite.joined))
    attending = pairing.source.attending
    if not told <= _implied(pairing.source.order, pairing.source.joined | attending) and not (
        told <= _implied(pairing.source.order | sequence, attending)
        and all(earlier < later for earlier, later in known)
    ):
        return "order-changed"
    known |= in_source(after)
    return None if pairing.source.order <= _implied(known, set()) else "order-lost"


def _is_shuffled(pairing: Pairing) -> bool:
    """Return whether three or more events of one list stand in another order."""
    told: dict[int, int] = {}
    deeds: dict[int, int] = {}
    for place, origin in sorted(pairing.partner.items()):
        word, _, number = pairing.source.words[origin]
        told.setdefault(number, pairing.rewrite.words[place][2])
        if number == 0 and word.endswith("s") and is_verb(word):
            deeds.setdefault(number, pairing.rewrite.words[place][2])
    # Who acts in all of them stands first, whichever deed does; participles have no order.
    if not any(word.endswith("ing") for word, _, _ in pairing.source.words):
        told |= deeds
    ordered = pairing.source.order | {(later, earlier) for earlier, later in pairing.source.order}
    opening = {n: word for word, _, n in reversed(pairing.source.words)}
    joined = {
        pair for pair in pairing.source.joined - ordered if not opening[pair[1]].endswith("ing")
    }
    if all(earlier < later for earlier, later in pairing.rewrite.order):
        joined |= pairing.source.order
    for first, _ in joined:
        row = [first]
        while (row[-1], row[-1] + 1) in joined:
            row.append(row[-1] + 1)
        places = [told[n] for n in row if n in told]
        if len(places) >= _LIST and places != sorted(places):
            return True
    return False


def _implied(order: set[tuple[int, int]], joined: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return every pair that follows: what comes before one of two joined events, before both."""
    closed = set(order)
    both = joined | {(other, one) for one, other in joined}
    while True:
        more = {(a, d) for a, b in closed for c, d in closed if b == c}
        more |= {(a, d) for a, b in closed for c, d in both if b == c and a != d}
        more |= {(c, b) for a, b in closed for c, d in both if a == d and b != c}
        if more <= closed:
            return closed
        closed |= more


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
