"""Which word of a rewrite says which word of its source caption."""

from typing import NamedTuple

from elsa_data.captions.events import Events


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
