"""What a caption says about where a sound is heard."""

import re
from typing import Final

from elsa_data.captions.lexicon.grammar import grammar, tokens
from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.lexicon.needs import Table

_SLOT_OF: Final = {
    **dict.fromkeys(("left", "right", "front", "back"), "direction"),
    **dict.fromkeys(("up", "down"), "elevation"),
    **dict.fromkeys(("near", "far"), "distance"),
}
_PATTERNS: Final = grammar("listening").sections
_DENIED: Final = _PATTERNS["denied"][0][1]
_PLACES: Final = Table(
    (tuple(value.split("+")), tokens(pattern))
    for value, pattern in [
        *((value, f"(?:{_DENIED})(?:{pattern})") for value, pattern in _PATTERNS["turned"]),
        *_PATTERNS["no_distance"],
        *_PATTERNS["places"],
    ]
)
_HINTS: Final = Table((value, tokens(pattern)) for value, pattern in _PATTERNS["hints"])
_NEUTRAL: Final = tokens(_PATTERNS["neutral"][0][1])
_LOOSE: Final = Table(
    (value, compiled)
    for value, pattern in _PATTERNS["loose"]
    for compiled in (
        tokens(rf"(?:{pattern})(?= (?:and )?{MASK})"),
        re.compile(
            rf"(?<=(?<!\S){MASK} )(?:{'' if value == 'none' else '(?:and )?'}(?:{pattern}))"
            r"(?= (?:[,;:.!?\u00a7\u00a6]|$))"
        ),
    )
)
_UNLESS: Final = tokens(
    rf"(?:(?:{_DENIED})|(?:not|never) (?:\S+ ){{0,2}}?|(?:neither|nor|or not|no|(?<!by )nobody"
    rf"|nothing|none) ){MASK}"
)
"""A place that is denied: no word says where the sound is instead."""

_YOUR: Final = re.compile(r"(?<!\S)(?:(?:the|a) listener|one) 's(?!\S)")
_SHARED: Final = re.compile(r"(?<!\S)(ahead|front|left|right|back|rear) of(?= and )")
"""Of two places with one listener: "ahead of and above you"."""


def without_places(text: str, said: set[tuple[str, str]]) -> str:
    """Return tokens without what they say about place, which is added to ``said``."""

    def taken(values: tuple[str, ...]) -> str:
        said.update((_SLOT_OF[value], value) for value in values)
        return MASK

    text = _YOUR.sub("your", _SHARED.sub(r"\1", f"{text.strip()} "))
    words = set(text.split())
    for value, hint in _HINTS.among(words):
        if hint.search(text):
            said.add((_SLOT_OF[value], f"{value}?"))
    for values, pattern in _PLACES.among(words):
        text = pattern.sub(lambda _, v=values: taken(v), text)
    text = _NEUTRAL.sub("", text)
    before = None
    while MASK in text and text != before:
        before = text
        for value, pattern in _LOOSE.among(text.split()):
            if value == "none":
                text = pattern.sub("", text)
            else:
                text = pattern.sub(lambda _, v=value: taken((v,)), text)
        text = " ".join(text.split()) + " "
    if _UNLESS.search(text):
        said.add(("place", "denied"))
    return " ".join(text.split())
