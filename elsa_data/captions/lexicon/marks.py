"""Signs that stand among the tokens of a caption while it is read."""

from typing import Final

MASK: Final = "\u00a7"
"""Stands where a phrase about place or room was read."""

BREAK: Final = "\u00a6"
"""Stands where a place ends though no punctuation says so."""

KEPT: Final = "\u25c6"
"""Opens a token of the source caption that is not to be read as a place."""

ROOM: Final = "\u25c7"
"""Opens a noun that counts as the room in a caption."""

QUALITY: Final = "\u25c8"
"""Opens an adjective that the source caption has of its room."""
