"""The part of the page that speaks of every row: numbers, pictures, words, captions, losses."""

import re
from collections.abc import Iterator
from typing import Final

from elsa_data.config import SLOTS, Vocabulary
from elsa_data.conventions import SPLITS
from elsa_data.report.bars import SHOWN, bars, by_size, longest_bars
from elsa_data.report.charts import distances, fan, rose
from elsa_data.report.highlight import KIND
from elsa_data.report.markup import Markup, joined, tag, text
from elsa_data.report.t30_chart import asked_and_measured
from elsa_data.report.totals import Losses, Totals

_SLOT: Final = re.compile(rf"(\[(?:{'|'.join(KIND)})\])")

WHO: Final = {
    "template": "by rule from the source caption and the words",
    "llm": "rewritten by a language model and kept by the verifier",
    "original": "the source caption of a mono row",
}


def headline(totals: Totals, losses: Losses | None) -> Markup:
    """Return the numbers that come first."""
    rows, spatial = sum(totals.rows.values()), sum(totals.spatial.values())
    figures = [
        (f"{rows:,}", "rows", _splits(totals)),
        (_hours(totals), "of sound", f"{spatial:,} spatial rows, {rows - spatial:,} mono"),
        (f"{len(totals.rooms):,}", "rooms", "each with its receiver and source"),
        (f"{len(totals.clips):,}", "recordings", _classes(totals)),
    ]
    if losses is not None:
        lost = sum(losses.rejects.values())
        figures.append(
            (f"{lost:,}", "rejected", "by stage and reason below" if lost else "nothing was lost")
        )
    return tag(
        "dl",
        *(
            tag("div", tag("dt", name), tag("dd", tag("b", value), tag("span", more)))
            for value, name, more in figures
        ),
        class_="headline",
    )


def whole_set(totals: Totals, losses: Losses | None, vocabulary: Vocabulary | None) -> Markup:
    """Return every picture and table of the whole set."""
    spatial = sum(totals.azimuth.values())
    meant = "; an arc is what a word means" if vocabulary else ""
    figures = [
        _figure("Direction", f"seen from above{meant}", rose(totals.azimuth, vocabulary)),
        _figure("Elevation", f"seen from the side{meant}", fan(totals.elevation, vocabulary)),
        _figure("Distance", "from receiver to source", distances(totals.distance)),
        _figure("T30", _t30_told(totals), asked_and_measured(totals.t30)),
    ] if spatial else [tag("p", "No row is spatial.", class_="note")]  # fmt: skip
    return joined(
        tag("div", *figures, class_="charts"),
        tag("div", *_tables(totals, losses), class_="tables"),
    )


def _tables(totals: Totals, losses: Losses | None) -> Iterator[Markup]:
    if totals.azimuth:
        yield _panel("Words", "sources, or rooms, that each is true of", *_words(totals))
    yield _panel("Captions", "who wrote them", *_captions(totals, losses))
    if totals.frames:
        yield _panel("Frames", _frames_told(totals), _frames(totals))
    yield _panel("Rejects", "by stage and reason", *_rejects(totals, losses))
    yield _panel("Sounds", "classes of the sources", longest_bars(totals.labels))
    yield _panel("Licences", "of the sources", longest_bars(totals.licences))


def _words(totals: Totals) -> Iterator[Markup]:
    for slot, (_, words) in SLOTS.items():
        counts = {word: totals.words[slot, word] for word in words}
        counts["no word"] = totals.words[slot, None]
        yield tag("h4", slot)
        yield bars(counts, total=sum(counts.values()) or None)


def _captions(totals: Totals, losses: Losses | None) -> Iterator[Markup]:
    yield bars(dict(totals.sources.most_common()), total=sum(totals.sources.values()) or None)
    yield tag(
        "ul",
        *(tag("li", tag("b", who), f" {WHO[who]}") for who in totals.sources if who in WHO),
        class_="note",
    )
    if totals.read_again:
        wrong = sum(totals.misspoken.values())
        said = f"Read again here: {totals.read_again - wrong:,} of {totals.read_again:,} template "
        yield tag("p", said, "captions say their words and no others.", class_="note")
    if totals.misspoken:
        yield tag("h4", "not true of the row, by what they are wrong about")
        yield bars(by_size(totals.misspoken))
    if totals.models:
        yield tag("h4", "models")
        yield longest_bars(totals.models)
        yield tag("h4", "answers until one was faithful")
        yield bars({str(tries): n for tries, n in sorted(totals.attempts.items())})
    if losses is not None and losses.refused:
        yield tag("h4", f"answers refused, of {losses.asked:,} asked")
        yield bars(by_size(losses.refused))
    if losses is not None and losses.fallbacks:
        yield tag("h4", "given up for the template, by last reason")
        yield bars(by_size(losses.fallbacks))


def _frames(totals: Totals) -> Markup:
    """Return the most frequent forms of a caption, each slot in the colour of its words."""
    lines = [
        tag("li", tag("b", f"{number:,}"), " ", *map(_slotted, _SLOT.split(frame)))
        for frame, number in list(by_size(totals.frames).items())[:SHOWN]
    ]
    return tag("ol", *lines, class_="frames")


def _slotted(piece: str) -> Markup:
    slot = piece[1:-1]
    return tag("i", slot, class_=KIND[slot]) if _SLOT.fullmatch(piece) else text(piece)


def _rejects(totals: Totals, losses: Losses | None) -> Iterator[Markup]:
    if losses is None:
        yield tag(
            "p", "This set has no marks: what was lost on its way is not told.", class_="note"
        )
        return
    rows = sum(totals.rows.values())
    yield tag(
        "p",
        f"{losses.manifest_rows:,} manifest rows gave {losses.planned:,} planned examples and "
        f"{rows:,} rows.",
        class_="note",
    )
    if not losses.rejects:
        yield tag("p", "Nothing was rejected.", class_="note")
        return
    stages: dict[str, dict[str, int]] = {}
    for (stage, reason), number in losses.rejects.items():
        stages.setdefault(stage, {})[reason] = number
    for stage, reasons in stages.items():
        yield tag("h4", stage)
        yield bars(by_size(reasons))


def _figure(name: str, told: str, picture: Markup) -> Markup:
    return tag("figure", tag("figcaption", tag("h3", name), tag("p", told)), picture)


def _panel(name: str, told: str, *body: Markup) -> Markup:
    return tag("section", tag("h3", name), tag("p", told, class_="told"), *body)


def _t30_told(totals: Totals) -> str:
    lost = totals.t30_unmeasured
    more = f"; {lost:,} not measurable" if lost else ""
    return f"mean of 500 Hz and 1 kHz, each cell an eighth of an octave{more}"


def _frames_told(totals: Totals) -> str:
    return f"{len(totals.frames):,} different ones in {sum(totals.frames.values()):,} captions"


def _classes(totals: Totals) -> str:
    number = len(totals.labels)
    return f"of {number:,} classes" if number > 1 else "of one class" if number else "unlabelled"


def _splits(totals: Totals) -> str:
    known = [split for split in SPLITS if split in totals.rows]
    others = sorted(set(totals.rows) - set(known))
    return ", ".join(f"{split} {totals.rows[split]:,}" for split in [*known, *others])


def _hours(totals: Totals) -> str:
    hours = sum(totals.seconds.values()) / 3600
    return (
        f"{hours:,.0f} h"
        if hours >= 100
        else f"{hours:.1f} h"
        if hours >= 1
        else f"{60 * hours:.0f} min"
    )
