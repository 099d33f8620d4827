"""Whether a rewrite keeps its events apart, in order, and denies what its source denies."""

from collections.abc import Sequence
from typing import Final

from elsa_data.captions.events import Events
from elsa_data.captions.lexicon.plain import (
    NEGATORS,
    UNNAMED,
)
from elsa_data.captions.pairing import Pairing

FULL_EVENT: Final = 2
"""Content words from which an event stands for itself: one who acts, and what is done."""


def mixed(pairing: Pairing) -> str | None:
    """Return a slug when one event of the rewrite joins words of two events of the source."""
    sizes: dict[int, int] = {}
    for _, _, number in pairing.source.words:
        sizes[number] = sizes.get(number, 0) + 1
    joined: dict[int, set[int]] = {}
    for place, origin in pairing.partner.items():
        number = pairing.source.words[origin][2]
        if pairing.source.words[origin][0] in UNNAMED:
            continue
        if sizes[number] >= FULL_EVENT:
            joined.setdefault(pairing.rewrite.words[place][2], set()).add(number)
    return "events-mixed" if any(len(numbers) > 1 for numbers in joined.values()) else None


def reordered(pairing: Pairing, sequence: set[tuple[int, int]]) -> str | None:
    """Return a slug when the rewrite puts events in another order, or in one of its own.

    Args:
        pairing: which word says which.
        sequence: (earlier, later) events of the source that a rewrite may put in order though the
            source only joins them.
    """
    origin: dict[int, set[int]] = {}
    for place, source in pairing.partner.items():
        number = pairing.rewrite.words[place][2]
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
    told = in_source(pairing.rewrite.order)
    known = in_source(_implied(pairing.rewrite.order, pairing.rewrite.joined))
    if not told <= _implied(pairing.source.order, pairing.source.joined) and not (
        told <= _implied(pairing.source.order | sequence, set())
        and all(earlier < later for earlier, later in known)
    ):
        return "order-changed"
    return None if pairing.source.order <= _implied(known, set()) else "order-lost"


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
    return None if moved == kept else "negation-changed"


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
