"""Finds the phrases of a caption that say its words, so that the page can mark them.

A marker, not a judge: it knows what is true and only looks for where that is said. Whether a
caption is faithful is for `elsa_data.captions` to tell.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from elsa_data.captions.lexicon.places import RULES as PLACES
from elsa_data.captions.lexicon.rooms import RULES as ROOMS
from elsa_data.examples import Example
from elsa_data.report.markup import Markup, joined, tag, text

Words = Mapping[str, frozenset[str]]
"""Slot -> the words that are true of a row in it."""

KIND: Final = {
    "direction": "place",
    "elevation": "place",
    "distance": "place",
    "size": "space",
    "reverb": "space",
}
"""What a slot speaks of: the place of a source, or the room around it."""


_APART: Final = str.maketrans("-\u2010\u2011\u2012\u2013\u2014/\u2019", "       '")
"""Hyphens and strokes part words; a curly apostrophe is a straight one."""


class Span(NamedTuple):
    """A phrase of a caption, from one character to another, and the slot it fills."""

    start: int
    end: int
    slot: str


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})(?!\w)")


_SAID: Final = {
    ("direction", "left"): _whole("left(?: hand)?(?: side)?"),
    ("direction", "right"): _whole("right(?! (?:behind|ahead|in front))(?: hand)?(?: side)?"),
    ("direction", "front"): _whole(
        "(?:straight |directly |right )?ahead|in front(?: of (?:you|me|us|the listener))?|front"
    ),
    ("direction", "back"): _whole("behind(?: (?:you|me|us|the listener))?|rear|back"),
    ("elevation", "up"): _whole("overhead|(?:up |high )?above|high up|up high|up"),
    ("elevation", "down"): _whole("(?:down )?below|underneath|beneath|low down|down low|down"),
    ("distance", "near"): _whole("near ?by|close by|(?:at )?close range|near|close"),
    ("distance", "far"): _whole(
        "far ?away|far off|(?:in|into) the distance|(?:at|from) a distance|distant|afar|far"
    ),
    ("size", "small"): _whole("small|tiny|little|compact|cramped|confined"),
    ("size", "large"): _whole("large|big|huge|vast|spacious|enormous"),
    ("reverb", "dampened"): _whole(r"(?:acoustically )?(?:dampened|damped|dead|dry)|anechoic"),
    ("reverb", "reverberant"): _whole(r"(?:highly )?reverb\w*|echo\w*|resonant"),
}
_ASSERTED: Final = tuple(
    (slot, word, _whole(pattern))
    for rules in (PLACES, ROOMS)
    for slot, patterns in rules.items()
    for word, alternatives in patterns.items()
    for pattern in alternatives
)


def words_of(example: Example) -> dict[str, frozenset[str]]:
    """Return the words of a row by slot, those of several sources together."""
    said = {
        "direction": [part.direction for part in example.parts],
        "elevation": [part.elevation for part in example.parts],
        "distance": [part.distance for part in example.parts],
        "size": [example.room_size],
        "reverb": [example.reverberation],
    }
    return {slot: frozenset(word for word in found if word) for slot, found in said.items()}


def marked(caption: str, found: list[Span]) -> Markup:
    """Return a caption with each of these phrases in a ``mark``."""
    pieces: list[str] = []
    at = 0
    for span in found:
        pieces.append(text(caption[at : span.start]))
        said = caption[span.start : span.end]
        pieces.append(tag("mark", said, class_=KIND[span.slot], title=span.slot))
        at = span.end
    return joined(*pieces, text(caption[at:]))


def spans(caption: str, original: str, words: Words) -> list[Span]:
    """Return the phrases of a caption that say these words, in order, none over another.

    Where the source caption stands in it word for word, phrases are looked for around it first. A
    word that is said in no usual way is looked for by the rules that read source captions.
    """
    start, end = body_in(caption, original) or (0, 0)
    usual = list(_usual(caption, words))
    around = [span for span in usual if span.end <= start or end <= span.start]
    # A word that the source caption says itself is not said again around it.
    missing = {slot: said for slot, said in words.items() if slot not in {s.slot for s in around}}
    inside = [span for span in usual if span.slot in missing]
    return _apart([*around, *inside, *asserted_spans(caption, missing)])


def asserted_spans(caption: str, words: Words) -> list[Span]:
    """Return the phrases by which a source caption itself says these words."""
    plain = _plain(caption)
    return _apart(
        [
            Span(*match.span(), slot)
            for slot, word, pattern in _ASSERTED
            if word in words.get(slot, ())
            for match in pattern.finditer(plain)
        ]
    )


def body_in(caption: str, original: str) -> tuple[int, int] | None:
    """Return where a caption holds its source caption, but for case and closing stops."""
    body = _plain(original).strip().rstrip(".!? ")
    at = _plain(caption).find(body) if body else -1
    return None if at < 0 else (at, at + len(body))


def _usual(caption: str, words: Words) -> Iterator[Span]:
    plain = _plain(caption)
    for (slot, word), pattern in _SAID.items():
        if word in words.get(slot, ()):
            yield from (Span(*match.span(), slot) for match in pattern.finditer(plain))


def _apart(found: list[Span]) -> list[Span]:
    """Return spans in order; of two that overlap, the longer."""
    chosen: list[Span] = []
    for span in sorted(set(found), key=lambda span: (span.start - span.end, span)):
        if all(span.end <= other.start or other.end <= span.start for other in chosen):
            chosen.append(span)
    return sorted(chosen)


def _plain(caption: str) -> str:
    """Return a caption in small letters and without hyphens, letter for letter."""
    apart = caption.translate(_APART)
    small = apart.casefold()
    if len(small) == len(apart):
        return small
    # Some letters become two when folded: those stay, so that every place stays true.
    return "".join(c if len(c.casefold()) > 1 else c.casefold() for c in apart)
