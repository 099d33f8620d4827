"""The form of a caption: one English sentence, and nothing around it."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

MIN_WORDS: Final = 3
MAX_WORDS: Final = 45
MAX_CHARACTERS: Final = 2000
ROOM_FOR_PLACE: Final = 15
"""Words a caption may add to long source captions for the room, and for each source's place."""

_MARKUP: Final = re.compile(
    r"[<>{}\[\]`|*#=~^\\_\u2022\u00b7@]|https?:|\A\s*(?:[-+\u2013\u2014]|\d+[.)])\s"
)
_BOUNDARY: Final = re.compile(
    r"[.!?\u2026](?<!\b[A-Za-z]\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<!\bvs\.)"
    r"(?<!\bMrs\.)(?<!\bJr\.)(?<!\bSr\.)[\"'\u201d\u2019)]*\s+(?P<next>[\"'\u201c\u2018(]*\w)"
)
_TERMINAL: Final = re.compile(r"[.!]\Z|[.!?][\"'\u201d\u2019]\Z")
_PREAMBLE: Final = re.compile(
    r"\A\W*(?:sure|certainly|of course|okay|ok|absolutely|here (?:is|are|'s)|here\u2019s|as an ai"
    r"|as instructed|as requested|i'm sorry|i\u2019m sorry|i am sorry|sorry|i can(?:not|'t|\u2019t)"
    r"|i'm unable|note|caption|rewritten|output|answer|sentence|translation)\b",
    re.IGNORECASE,
)


_BROKEN_OFF: Final = re.compile(
    r"\b(?:an?|the|and|or|but|of|with|into|onto|as|while|when|his|its|their|your|my|very|highly)"
    r"[.!?\"'\u201d\u2019]*\Z",
    re.IGNORECASE,
)
"""An end that waits for a word."""


def misformed(text: str, originals: Sequence[str]) -> str | None:
    """Return what is wrong with the form of a caption as a slug, or None.

    Signs and beginnings that the source captions have themselves are no fault.
    """
    source = " ".join(originals)
    if not text.strip():
        return "empty"
    if "\n" in text.strip() or "\r" in text.strip():
        return "several-lines"
    if any(sign.group() not in source for sign in _MARKUP.finditer(text)):
        return "markup"
    if not _is_latin(text, source):
        return "letters"
    words = len(re.findall(r"[\w'\u2019]+", text))
    if words < MIN_WORDS:
        return "too-short"
    if len(text) > MAX_CHARACTERS or words > max(
        MAX_WORDS, len(source.split()) + ROOM_FOR_PLACE * (1 + len(originals))
    ):
        return "too-long"
    if not _TERMINAL.search(text.strip()):
        return "no-stop"
    ending = _BROKEN_OFF.search(text.split()[-1])
    if ending and ending.group().strip(".!").lower() not in source.lower().split()[-1:]:
        return "unfinished"
    if any(next_sentence(text)):
        return "two-sentences"
    opening = _PREAMBLE.match(text)
    if opening and opening.group().strip().lower() not in source.lower():
        return "preamble"
    return None


def next_sentence(text: str) -> list[str]:
    """Return the first letters of the sentences after the first."""
    return [
        found.group("next")
        for found in _BOUNDARY.finditer(text)
        if not found.group("next")[-1].islower()
    ]


def _is_latin(text: str, source: str) -> bool:
    """Return whether every letter is Latin, or of a word that the source has too."""
    return text.isascii() or all(
        character in source or "LATIN" in unicodedata.name(character, "")
        for character in text
        if character.isalpha()
    )
