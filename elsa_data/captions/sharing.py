"""Which source a place is said of, in a caption of several sources.

`elsa_data.captions.verify.verdict` reads several sources as one: it cannot tell a dog on the left
and rain on the right from rain on the left and a dog on the right. This can.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from elsa_data.captions.assertions import asserted
from elsa_data.captions.events import is_content
from elsa_data.captions.frames import PLACE_SLOTS
from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.lexicon.plain import CLAUSE_WORDS, SPATIAL
from elsa_data.captions.reading import read
from elsa_data.captions.verify import verdict
from elsa_data.captions.wording import phrased, same, worded
from elsa_data.config import Vocabulary
from elsa_data.records import SpatialAttributes

UNCLEAR: Final = "sources-unclear"
EXCHANGED: Final = "places-exchanged"

_JOINTS: Final = {word for word in CLAUSE_WORDS if word.isalpha()} | {";", "."}
_CHAINED: Final = frozenset((",", "and"))
"""What may stand between two places of one source: "overhead, on the left and far away"."""

Span = tuple[int, int, int]
"""The first and last token of a source, and its number."""


def unfaithful(
    text: str, originals: Sequence[str], attributes: SpatialAttributes, vocabulary: Vocabulary
) -> str | None:
    """Return None when a caption of one or several sources may be kept, else the reason as a slug.

    The arguments are those of `elsa_data.captions.verify.verdict`.
    """
    wrong = verdict(text, originals, attributes, vocabulary)
    return wrong or (misattributed(text, originals, attributes) if len(originals) > 1 else None)


def misattributed(text: str, originals: Sequence[str], attributes: SpatialAttributes) -> str | None:
    """Return None when each source has its own place and no other's, else the reason as a slug.

    The caption must fall into one stretch a source, and each stretch must assert the words of its
    source. Slots in which all sources have the same word need no telling apart. What can be read
    in two ways is unclear: sources that share all their words, that are told crosswise, or a place
    between two sources that no "and" or "while" gives to one of them.

    Args:
        text: a caption that `elsa_data.captions.verify.verdict` accepts.
        originals: one source caption per part, as in ``attributes.parts``.
        attributes: the words that are true of the example.
    """
    parts = [{slot: getattr(part, slot) for slot in PLACE_SLOTS} for part in attributes.parts]
    slots = [slot for slot in PLACE_SLOTS if len({part[slot] for part in parts}) > 1]
    if not slots:
        return None
    own = [_content(phrased(worded(original)).split()) for original in originals]
    stretches = _stretches(phrased(worded(text)), own)
    if stretches is None:
        return UNCLEAR
    for source, words in stretches:
        said = {**asserted(originals[source]), **_places(words)}
        if any(set(said.get(slot, ())) != {parts[source][slot]} - {None} for slot in slots):
            return EXCHANGED
    return None


def _places(words: Sequence[str]) -> dict[str, set[str]]:
    """Return what tokens say of places: slot -> values."""
    found: dict[str, set[str]] = {}
    for slot, value in read(" ".join(words)).said:
        found.setdefault(slot, set()).add(value)
    return found


def _content(words: Sequence[str]) -> set[str]:
    return {word for word in words if is_content(word) and word not in SPATIAL}


def _stretches(text: str, own: Sequence[set[str]]) -> list[tuple[int, Sequence[str]]] | None:
    """Return (source, its tokens) in order; None where that cannot be told."""
    tokens, rest = text.split(), read(text).rest.split()
    spans, masked = _spans(tokens, own), _spans(rest, own)
    if spans is None or masked is None or [s for *_, s in spans] != [s for *_, s in masked]:
        return None
    cuts = [0]
    for (one, other), (near, far) in zip(pairwise(spans), pairwise(masked), strict=True):
        cut = _cut(tokens[one[1] + 1 : other[0]], rest[near[1] + 1 : far[0]])
        if cut is None:
            return None
        cuts.append(one[1] + 1 + cut)
    cuts.append(len(tokens))
    stretches = zip(pairwise(cuts), spans, strict=True)
    return [(source, tokens[start:end]) for (start, end), (*_, source) in stretches]


def _spans(tokens: Sequence[str], own: Sequence[set[str]]) -> list[Span] | None:
    """Return the spans of the sources in order; None where they cross or are alike."""
    places: list[list[int]] = [[] for _ in own]
    for place, token in enumerate(tokens):
        if is_content(token) and token not in SPATIAL:
            found = [n for n, words in enumerate(own) if any(same(token, word) for word in words)]
            if len(found) == 1:
                places[found[0]].append(place)
    if not all(places):
        return None
    spans = sorted((found[0], found[-1], source) for source, found in enumerate(places))
    crossed = any(one[1] >= other[0] for one, other in pairwise(spans))
    return None if crossed else spans


def _cut(between: Sequence[str], masked: Sequence[str]) -> int | None:
    """Return where what stands between two sources is cut; None where that cannot be told.

    Args:
        between: its tokens.
        masked: the same with `MASK` in place of what they say of places.
    """
    groups = list(_groups(masked))
    if not groups:
        return 0
    before, after = masked[: groups[0][0]], masked[groups[-1][1] :]
    bracketed = "(" in before and ")" in after
    leads, trails = not bracketed and bool(_JOINTS & set(before)), bool(_JOINTS & set(after))
    if len(groups) == 1 and leads != trails:
        return 0 if leads else len(between) - len(after)
    # "... on the left while on the right ...": one joint, the same slot on either side of it.
    joints = [at for at, token in enumerate(between) if token in _JOINTS]
    if leads or trails or len(joints) != 1:
        return None
    slots = [set(_places(side)) for side in (between[: joints[0]], between[joints[0] + 1 :])]
    return joints[0] if slots[0] & slots[1] else None


def _groups(masked: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each run of places."""
    start = end = None
    for at, token in enumerate(masked):
        if token != MASK:
            continue
        if start is not None and end is not None and not set(masked[end:at]) <= _CHAINED:
            yield start, end
            start = None
        start, end = at if start is None else start, at + 1
    if start is not None and end is not None:
        yield start, end
