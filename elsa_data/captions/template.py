"""A faithful sentence without a model: the source caption in a frame of true words."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from elsa_data.captions.assertions import MASK, Assertions, asserted
from elsa_data.captions.frames import PLACE_SLOTS, Frames, pattern_of, shipped_frames
from elsa_data.captions.sentence import body_of, closed, is_single, lower_first
from elsa_data.config import Vocabulary
from elsa_data.records import PartWords, SpatialAttributes
from elsa_data.seeding import rng_for

Words = Mapping[str, str]
"""Slot -> the word to be spoken."""

Pick = Callable[[Sequence[str]], str]
"""Draws one of several lines."""

INNER_JOINT: Final = "; "
SEVERAL_JOINT: Final = " and "
"""What joins the sentences of a source caption, alone and beside others."""


def caption(
    originals: tuple[str, ...],
    attributes: SpatialAttributes,
    vocabulary: Vocabulary,
    *,
    seed: int,
    key: str,
) -> str:
    """Return one English sentence: the source captions, word for word, and every true word once.

    A word that its source caption asserts already is not said again. With nothing to say, the
    source captions come back as a clean sentence. Equal arguments give equal sentences.

    Args:
        originals: one source caption per part, none of which contradicts ``attributes``
            (`elsa_data.captions.assertions.contradiction`).
        attributes: the words that are true of the example; no parts: of a sound without a place.
        vocabulary: says how size and reverberation words are phrased.
        seed: of the build.
        key: of the caption; it and the seed choose the frame.

    Raises:
        ValueError: there are more or fewer captions than parts.
    """
    return compose(
        originals, attributes, vocabulary, frames=shipped_frames(), pick=_picker(seed, key)
    )


def compose(
    originals: tuple[str, ...],
    attributes: SpatialAttributes,
    vocabulary: Vocabulary,
    *,
    frames: Frames,
    pick: Pick,
) -> str:
    """Return the sentence of `caption` in these frames, each line chosen by ``pick``."""
    said = [asserted(original) for original in originals]
    parts = attributes.parts or (PartWords(),) * len(originals)
    places = [_place_words(*pair) for pair in zip(parts, said, strict=True)]
    room = _room_words(attributes, said, vocabulary)
    if len(originals) == 1:
        return closed(_one(originals[0], places[0], room, frames, pick))
    return closed(_several(originals, places, room, frames, pick))


def spoken(text: str, originals: Sequence[str]) -> Assertions:
    """Return what a template's sentence asserts outside the words of its source captions.

    Read by the rules for source captions, not by the frames that wrote it: an independent check.
    """
    joint = INNER_JOINT if len(originals) == 1 else SEVERAL_JOINT
    for original in originals:
        text = _without(text, body_of(original, joint=joint))
    return asserted(text)


def misspoken(text: str, originals: Sequence[str], attributes: SpatialAttributes) -> str | None:
    """Return the first slot whose words in a template's sentence are not the true ones, else None.

    With several sources the words of all parts are compared as one set per slot.
    """
    said = [spoken(text, originals), *map(asserted, originals)]
    wanted = {
        "direction": {part.direction for part in attributes.parts},
        "elevation": {part.elevation for part in attributes.parts},
        "distance": {part.distance for part in attributes.parts},
        "size": {attributes.room_size},
        "reverb": {attributes.reverberation},
    }
    for slot, words in wanted.items():
        if frozenset().union(*(one.get(slot, ()) for one in said)) != words - {None}:
            return slot
    return None


def _one(original: str, place: Words, room: Words, frames: Frames, pick: Pick) -> str:
    groups = [name for name, words in (("place", place), ("room", room)) if words]
    if not groups:
        return body_of(original, joint=INNER_JOINT)
    lines = frames.frames["+".join(groups)]
    if not is_single(original):
        lines = [line for line in lines if not line.startswith("{sound}")]
    line = pick(lines)
    return line.format(
        sound=_sound(body_of(original, joint=INNER_JOINT), line),
        **_place(line, place, frames, pick),
        room=_room(room, frames, pick),
    )


def _several(
    originals: Sequence[str], places: list[Words], room: Words, frames: Frames, pick: Pick
) -> str:
    lines = frames.several.source if all(places) else frames.several.source_beside_placeless
    line = pick(lines)
    sources = []
    for original, place in zip(originals, places, strict=True):
        sound = lower_first(body_of(original, joint=SEVERAL_JOINT))
        sources.append(
            line.format(sound=sound, **_place(line, place, frames, pick)) if place else sound
        )
    joined = ", and ".join(sources)
    if not room:
        return joined
    return pick(frames.several.room).format(sources=joined, room=_room(room, frames, pick))


def _sound(body: str, line: str) -> str:
    return body if line.startswith("{sound}") else lower_first(body)


def _place(line: str, words: Words, frames: Frames, pick: Pick) -> dict[str, str]:
    """Return the value of {at} or {from}, whichever the line has."""
    form = "from" if "{from}" in line else "at"
    if not words:
        return {}
    said = {}
    for slot, word in words.items():
        said[slot] = pick(frames.phrases[slot][word]["at"])
        said[f"from_{slot}"] = pick(frames.phrases[slot][word]["from"])
    return {form: pick(frames.places[form][pattern_of(words)]).format(**said)}


def _room(words: Words, frames: Frames, pick: Pick) -> str:
    """Return the room with its article, or an empty string."""
    if not words:
        return ""
    phrase = pick(frames.rooms[pattern_of(words)]).format(**words)
    return f"an {phrase}" if phrase[0] in "aeiou" else f"a {phrase}"


def _room_words(
    attributes: SpatialAttributes, said: Sequence[Assertions], vocabulary: Vocabulary
) -> Words:
    """Return the phrases of the room's words that no source caption has said already."""
    words = {"size": attributes.room_size, "reverb": attributes.reverberation}
    return {
        slot: vocabulary.phrase(slot, word)
        for slot, word in words.items()
        if word is not None and not any(word in one.get(slot, ()) for one in said)
    }


def _place_words(part: PartWords, said: Assertions) -> Words:
    """Return the words of a source that its caption has not said already."""
    words = {slot: getattr(part, slot) for slot in PLACE_SLOTS}
    return {s: w for s, w in words.items() if w is not None and w not in said.get(s, ())}


def _picker(seed: int, key: str) -> Pick:
    rng = rng_for(seed, "template", key)
    return lambda lines: lines[int(rng.integers(len(lines)))]


def _without(text: str, body: str) -> str:
    """Return a sentence without a source caption: at its start, at its end, else within."""
    spans = [match.span() for match in re.finditer(re.escape(body), text, re.IGNORECASE)]
    if not spans:
        return text
    ends_it = not text[spans[-1][1] :].strip(".")
    start, end = spans[-1] if ends_it and spans[0][0] > 0 else spans[0]
    return text[:start] + MASK + text[end:]
