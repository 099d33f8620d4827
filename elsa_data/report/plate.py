"""One row on the page: its sound, its words and what they stand for, its room, its response."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from elsa_data.config import Vocabulary
from elsa_data.examples import Example, ExamplePart
from elsa_data.records import Rir
from elsa_data.report.decay import decay_picture
from elsa_data.report.highlight import asserted_spans, marked, spans, words_of
from elsa_data.report.markup import Markup, signed, tag
from elsa_data.report.player import player
from elsa_data.report.preview import Preview
from elsa_data.report.room import from_above, from_the_side
from elsa_data.report.setting import setting_of
from elsa_data.report.sphere import sphere_pictures
from elsa_data.report.verdicts import verdict_on

NOTHING: Final = "\u2013"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A row to be shown: its number on the page, and the RIRs of its parts that are there."""

    number: int
    example: Example
    preview: Preview
    rirs: Mapping[str, Rir]


def plate(shown: Shown, vocabulary: Vocabulary | None) -> Markup:
    """Return everything the page shows of one row."""
    example = shown.example
    words = sorted(word for said in words_of(example).values() for word in said)
    return tag(
        "article",
        _title(shown),
        tag("div", *_told(shown, vocabulary), class_="told"),
        *_pictures(shown, vocabulary),
        tag("footer", *_facts(example)),
        id=f"clip-{shown.number}",
        class_="plate" if example.spatial else "plate mono",
        tabindex="-1",
        data_split=example.split,
        data_source=" ".join(sorted(set(example.caption_sources))),
        data_words=" ".join(words),
        aria_label=f"Clip {shown.number}: {example.caption}",
    )


def _title(shown: Shown) -> Markup:
    example = shown.example
    labels = ", ".join(label for part in example.parts for label in part.labels[:1])
    return tag(
        "header",
        tag("a", f"{shown.number}", href=f"#clip-{shown.number}", class_="number"),
        tag("span", labels or "unlabelled", class_="sound"),
        tag("span", example.split),
        None if example.spatial else tag("span", "mono original"),
        tag("code", example.example_id),
    )


def _told(shown: Shown, vocabulary: Vocabulary | None) -> Iterator[Markup]:
    example, words = shown.example, words_of(shown.example)
    pairs = list(zip(example.captions, example.original_captions, strict=True))
    caption, original = pairs[0]
    if example.spatial:
        before = marked(original, asserted_spans(original, words))
        yield tag("p", tag("span", "source said"), " ", tag("q", before), class_="before")
    yield tag("p", marked(caption, spans(caption, original, words)), class_="caption", dir="auto")
    yield tag("p", verdict_on(example, 0), class_="verdict")
    if len(pairs) > 1:
        others = [
            tag("li", marked(said, spans(said, source, words)), " ", tag("q", source))
            for said, source in pairs[1:]
        ]
        yield tag(
            "details",
            tag("summary", f"{len(others)} more {'caption' if len(others) == 1 else 'captions'}"),
            tag("ul", *others),
        )
    yield player(shown.number, shown.preview)
    if example.spatial:
        yield tag("dl", *_readings(example, vocabulary), class_="readings")


def _readings(example: Example, vocabulary: Vocabulary | None) -> Iterator[Markup]:
    """Yield each attribute: its word, and the number that the word stands for."""
    several = len(example.parts) > 1
    for index, part in enumerate(example.parts):
        letter = f" {chr(ord('A') + index)}" if several else ""
        yield _reading(f"direction{letter}", part.direction, _deg(part.azimuth_deg), "place")
        yield _reading(f"elevation{letter}", part.elevation, _deg(part.elevation_deg), "place")
        yield _reading(f"distance{letter}", part.distance, _unit(part.distance_m, "m"), "place")
    yield _reading("room", example.room_size, _unit(example.floor_area_m2, "m²", 0), "space")
    yield _reading("reverb", example.reverberation, _t30(example.parts[0], vocabulary), "space")


def _reading(name: str, word: str | None, value: str, kind: str) -> Markup:
    said = tag("b", word, class_=kind) if word else tag("b", NOTHING, class_="none")
    return tag("div", tag("dt", name), tag("dd", said, tag("span", value)))


def _pictures(shown: Shown, vocabulary: Vocabulary | None) -> Iterator[Markup]:
    example = shown.example
    setting = setting_of(example)
    if setting is None:
        return
    size = " \u00d7 ".join(f"{metres:.1f}" for metres in setting.size_m)
    above = _figure(
        "above",
        "from above",
        f"{size} m, the receiver faces up",
        from_above(setting, vocabulary, f"above-{shown.number}"),
    )
    beside = [
        from_the_side(setting, index, vocabulary, f"side-{shown.number}-{index}")
        for index in range(len(setting.parts))
    ]
    told = "cut along the direct sound"
    yield tag(
        "div",
        above,
        _figure("beside", "from the side", told, *beside),
        *_response(shown),
        class_="pictures",
    )


def _response(shown: Shown) -> Iterator[Markup]:
    """Yield the pictures of the impulse response of the first source, or why there are none."""
    part = shown.example.parts[0]
    rir = shown.rirs.get(part.rir_sha256 or "")
    if rir is None:
        yield tag(
            "p",
            "The impulse response is not kept here, so its decay and its energy on the sphere "
            "are not drawn.",
            class_="note",
        )
        return
    yield _figure("fall", "decay", "of the response in each octave, W", decay_picture(rir, part))
    yield _figure(
        "whence",
        "energy on the sphere",
        "after the direct sound: a dot is a millisecond, the ring the source",
        tag("div", sphere_pictures(rir, part), class_="spheres"),
    )


def _figure(class_: str, name: str, told: str, *pictures: Markup) -> Markup:
    caption = tag("figcaption", tag("b", name), " ", told)
    return tag("figure", *pictures, caption, class_=class_)


def _facts(example: Example) -> Iterator[Markup]:
    """Yield what else is known, small."""
    yield _fact("level", f"{_number(example.wet_level_dbfs)} dBFS")
    for part in example.parts:
        if example.spatial:
            yield _fact("T30,mid", _unit(part.t30_mid_s, "s"))
            yield _fact("asked for", _unit(example.target_t30_s, "s"))
            yield _fact("EDT", _unit(part.edt_s, "s"))
            yield _fact("C50", f"{_number(part.c50_db)} dB")
            yield _fact("DRR", f"{_number(part.drr_db)} dB")
        yield _fact("clip", f"{part.corpus}: {part.clip_id}")
        yield _fact("source", part.source_id)
        yield _fact("licence", part.licence)
        if part.attribution:
            yield _fact("by", part.attribution)


def _fact(name: str, value: str) -> Markup:
    return tag("span", tag("i", name), " ", value)


def _t30(part: ExamplePart, vocabulary: Vocabulary | None) -> str:
    """Return the decay time that the words read; T30,mid where the set does not say which."""
    full = vocabulary is not None and vocabulary.t30 == "full"
    return f"T30 {_unit(part.t30_full_s if full else part.t30_mid_s, 's')}"


def _deg(value: float | None) -> str:
    return NOTHING if value is None else f"{signed(value)}°"


def _unit(value: float | None, unit: str, digits: int = 2) -> str:
    return NOTHING if value is None else f"{value:.{digits}f} {unit}"


def _number(value: float | None) -> str:
    return NOTHING if value is None else signed(value, 1)
