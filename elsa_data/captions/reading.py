"""What a rewrite says about place and room, and the words that are left when that is taken out."""

from typing import NamedTuple

from elsa_data.captions.said_places import without_places
from elsa_data.captions.said_rooms import (
    NO_ROOMS,
    Rooms,
    without_echoes,
    without_loose_echoes,
    without_rooms,
)


class Reading(NamedTuple):
    """What tokens say about place and room, and the tokens without it.

    Attributes:
        said: (slot, value) pairs; a size that is denied reads "not large", a denied place is
            ("place", "denied"), and "near?" is near where that is so, and nothing elsewhere.
        rest: the other tokens, `elsa_data.captions.lexicon.marks.MASK` where a phrase stood.
    """

    said: set[tuple[str, str]]
    rest: str


def read(tokens: str, rooms: Rooms = NO_ROOMS) -> Reading:
    """Return what tokens say about place and room, and what is left.

    Args:
        tokens: of `elsa_data.captions.wording.worded`.
        rooms: further nouns that count as the room, and stay in what is left, and what else is
            said of them.
    """
    said: set[tuple[str, str]] = set()
    rest = without_rooms(tokens, rooms, said)
    rest = without_places(rest, said)
    return Reading(said, without_echoes(rest, said))


def loosely_read(told: Reading) -> Reading:
    """Return a reading in which what sounds is said to echo too, where it is."""
    rest = without_loose_echoes(told.rest)
    return told if rest is None else Reading({*told.said, ("reverb", "reverberant")}, rest)
