"""Which word of a rewrite says which word of its source caption."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from elsa_data.captions.events import Events, is_verb
from elsa_data.captions.lexicon.plain import BEARERS
from elsa_data.captions.wording import lemmas, same

_HALF: Final = 3
"""Letters of either half of a compound, at least."""


class Pairing(NamedTuple):
    """Which word of the rewrite says which word of the source.

    Attributes:
        source: the source caption's events.
        rewrite: the rewrite's events.
        partner: place among the rewrite's content words -> place among the source's.
    """

    source: Events
    rewrite: Events
    partner: dict[int, int]


def partner_of(kept: Events, told: Events, place: int, partner: dict[int, int]) -> int | None:
    """Return the source's word that a word of the rewrite says: a free one, the nearest first."""
    word = told.words[place][0]
    expected = partner.get(place - 1, -1) + 1
    said = [n for n, (other, _, _) in enumerate(kept.words) if same(word, other)]
    free = [n for n in said if n not in partner.values()]
    if free:
        event = kept.words[expected - 1][2] if expected else 0
        return min(
            free,
            key=lambda n: (
                kept.words[n][2] != event,
                word != kept.words[n][0],
                not is_verb(kept.words[n][0]) or lemmas(word).isdisjoint(lemmas(kept.words[n][0])),
                abs(n - expected),
            ),
        )
    words = [other for other, _, _ in kept.words]
    halves = _halves(word, words)
    if halves:
        return halves[0]
    for n, other in enumerate(words):
        if _halves(other, [each for each, _, _ in told.words]) and (
            other.startswith(word)
            or any(same(word, other[cut:]) for cut in range(_HALF, len(other)))
        ):
            return n
    # One word may be said twice in two forms: "with a dry cough is coughing".
    for n in said:
        forms = {told.words[p][0] for p, source in partner.items() if source == n}
        if word not in forms and any(
            lemmas(word) & (lemmas(form) | lemmas(words[n])) or form in BEARERS for form in forms
        ):
            return n
    return None


def other_halves(kept: Events, told: Events, partner: Mapping[int, int]) -> set[int]:
    """Return the words of the source that a compound of the rewrite says besides its partner."""
    known = [word for word, _, _ in kept.words]
    found: set[int] = set()
    for place, (word, _, _) in enumerate(told.words):
        if place in partner and not same(word, known[partner[place]]):
            found.update(_halves(word, known) or ())
    return found


def _halves(word: str, others: Sequence[str]) -> list[int] | None:
    """Return which two of some words a compound is made of: birdsong, of "birds sing"."""
    if not any(other[:_HALF] == word[:_HALF] and other != word for other in others):
        return None
    for cut in range(_HALF, len(word) - _HALF + 1):
        found = [
            next((n for n, other in enumerate(others) if same(half, other)), None)
            for half in (word[:cut], word[cut:])
        ]
        if None not in found:
            return [n for n in found if n is not None]
    return None
