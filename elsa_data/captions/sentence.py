"""Source captions as parts of a sentence: their words kept, their capitals and stops adapted."""

import re
from typing import Final

from elsa_data.captions.openers import OPENERS

_ABBREVIATIONS: Final = ("Mr", "Ms", "Dr", "St", "vs", "Jr", "Sr", "Lt", "Mt", "Mrs", "etc", "Sgt")
_BOUNDARY: Final = re.compile(
    rf"(?:{''.join(rf'(?<!{short})' for short in _ABBREVIATIONS)}(?<!\b[A-Za-z])\.\s+"
    r"|[!?\u2026][.!?\u2026]*\s+|\.{2,}\s+|(?<=[a-z])\.(?=[A-Z]))"
)
"""A stop between two sentences, unless it belongs to an initial or a title."""

_TRAILING: Final = " .,;:!?-\u00b7\u2026\u2013\u2014"
_INITIALISM: Final = re.compile(r"\b(?:[A-Za-z]\.){2,}$")


def body_of(caption: str, *, joint: str) -> str:
    """Return a caption without its terminal stop, its sentences joined into one by ``joint``.

    Every word stays; the later sentences lose their capital where they open with a common word.
    """
    pieces = [piece for piece in map(_unstopped, _BOUNDARY.split(caption.strip())) if piece]
    first, *rest = pieces or [""]
    return joint.join([first, *map(lower_first, rest)])


def lower_first(text: str) -> str:
    """Return the text with a small first letter, unless it may open with a name or acronym."""
    word = re.match(r"[A-Za-z]+(?!\w)", text)
    # Capitals after the first letter mark an acronym, even of a common word: IT, CAN.
    if word and word.group().lower() in OPENERS and not word.group()[1:].isupper():
        return text[0].lower() + text[1:]
    return text


def upper_first(text: str) -> str:
    """Return the text with a capital first letter, unless its first word has one further on."""
    word = re.match(r"[a-z][\w'\u2019-]*", text)
    if word and word.group().islower():
        return text[0].upper() + text[1:]
    return text


def closed(text: str) -> str:
    """Return the text as a sentence: capital first letter, one full stop."""
    return upper_first(text) + ("" if text.endswith(".") else ".")


def is_single(caption: str) -> bool:
    """Return whether a caption is one clause run without inner stops."""
    return not re.search(r"[.;:!?]\s", body_of(caption, joint="; "))


def _unstopped(text: str) -> str:
    stripped = text.strip().rstrip(_TRAILING)
    # "at 4 p.m." keeps the stop that belongs to its last word.
    return stripped + "." if _INITIALISM.search(stripped + ".") else stripped
