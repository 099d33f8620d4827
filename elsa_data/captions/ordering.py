"""Whether a rewrite tells its events in the order of its source caption."""

from collections import Counter
from typing import Final

from elsa_data.captions.events import is_verb
from elsa_data.captions.lexicon.plain import UNNAMED
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import verb_lemmas

_STOPPING: Final = frozenset(("stop", "end", "cease", "halt", "subside"))
"""Deeds that another ends in."""

_LIST: Final = 3
"""Events from which "a, b and c" tells of one after the other."""


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
    known |= in_source(after) | _stopping(pairing)
    return None if pairing.source.order <= _implied(known, set()) else "order-lost"


def _stopping(pairing: Pairing) -> set[tuple[int, int]]:
    """Return what the rewrite tells at once and only comes in turn: "the buzzing stops"."""
    words = pairing.source.words
    sizes = Counter(number for _, _, number in words)
    deeds: dict[int, set[int]] = {}
    for place, origin in pairing.partner.items():
        word, _, number = words[origin]
        if verb_lemmas(word):
            deeds.setdefault(number, set()).add(pairing.rewrite.words[place][2])
    ending = {
        number
        for word, _, number in words
        if sizes[number] == 1 and not verb_lemmas(word).isdisjoint(_STOPPING)
    }
    return {
        (one, other)
        for one, other in pairing.source.order
        if other in ending and other == one + 1 and deeds.get(one, set()) & deeds.get(other, set())
    }


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
