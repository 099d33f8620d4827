"""The document: one file that needs no network, its style and its script inside it."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from elsa_data.config import SLOTS, Vocabulary
from elsa_data.conventions import CONVENTIONS
from elsa_data.report.markup import Markup, joined, tag
from elsa_data.report.plate import Shown, plate
from elsa_data.report.totals import Losses, Totals
from elsa_data.report.whole import headline, whole_set

GENERATOR: Final = "elsa-data report"
"""Says of a page that it is ours, so that a newer one may take its place."""

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a page says.

    Attributes:
        name: of the build or the set.
        state: one line about what it is: preset, seed, how far it is.
        made: facts of how it was made, by name.
        vocabulary: the words for numbers, where the set says them.
        shown: the sample.
    """

    name: str
    state: str
    made: dict[str, str]
    totals: Totals
    losses: Losses | None
    vocabulary: Vocabulary | None
    shown: Sequence[Shown]


def page(report: Report) -> bytes:
    """Return index.html: equal reports give equal bytes."""
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content=GENERATOR),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{report.name}: report"),
        tag("style", Markup(style)),
    )
    body = tag("body", *_body(report), tag("script", Markup(script)))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n".encode()


def is_report(index_html: bytes) -> bool:
    """Return whether a page was made by `page`."""
    return f'name="generator" content="{GENERATOR}"'.encode() in index_html[:4096]


def _policy(script: str) -> str:
    """Return what the page may do: run its own script, play its own sounds, nothing else."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "media-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def _body(report: Report) -> Iterator[Markup]:
    yield tag("a", "Skip to the clips", href="#clips", class_="skip")
    yield tag(
        "header",
        tag("h1", report.name),
        tag("p", report.state),
        tag("button", "Light / dark", type="button", id="theme"),
        tag(
            "nav",
            tag("a", "Clips", href="#clips"),
            tag("a", "The whole set", href="#set"),
            tag("a", "How it was made", href="#made"),
        ),
        class_="top",
    )
    yield tag("section", headline(report.totals, report.losses), aria_label="In numbers")
    yield tag(
        "main",
        tag(
            "section",
            tag("h2", "Clips"),
            _filters(report),
            *(plate(shown, report.vocabulary) for shown in report.shown),
            tag("p", "No clip of the sample fits.", class_="nothing", hidden=True),
            id="clips",
        ),
        tag(
            "section",
            tag("h2", "The whole set"),
            whole_set(report.totals, report.losses, report.vocabulary),
            id="set",
        ),
        tag("section", tag("h2", "How it was made"), *_made(report), id="made"),
    )


def _filters(report: Report) -> Markup:
    rows = sum(report.totals.rows.values())
    number = len(report.shown)
    status = tag("output", f"{number} of {number}", id="count")
    return tag(
        "form",
        tag(
            "div",
            tag("label", "Search", for_="search", class_="unseen"),
            tag(
                "input",
                id="search",
                type="search",
                placeholder="Search captions, sounds, ids",
                autocomplete="off",
            ),
            status,
            tag("span", f"shown, a sample of {rows:,} rows"),
            tag("span", *_keys(), class_="keys"),
            class_="search",
        ),
        tag("details", tag("summary", "Filter"), *_chips(report), open=True),
        class_="filters",
        role="search",
    )


def _keys() -> Iterator[Markup]:
    for keys, does in (("j k", "move"), ("space", "play"), ("/", "search")):
        yield joined(*(tag("kbd", key) for key in keys.split()), f" {does} ")


def _chips(report: Report) -> Iterator[Markup]:
    examples = [shown.example for shown in report.shown]
    splits = Counter(example.split for example in examples)
    sources = Counter(source for e in examples for source in set(e.caption_sources))
    yield _chip_row("split", "split", splits, list(splits))
    yield _chip_row("captions", "source", sources, sorted(sources))
    said = Counter(
        word
        for e in examples
        for word in {e.room_size, e.reverberation}
        | {word for p in e.parts for word in (p.direction, p.elevation, p.distance)}
        if word
    )
    for slot, (_, words) in SLOTS.items():
        yield _chip_row(slot, slot, said, [word for word in words if said[word]])


def _chip_row(name: str, key: str, counts: Counter[str], values: Sequence[str]) -> Markup:
    chips = [
        tag(
            "button",
            value,
            tag("small", f"{counts[value]}"),
            type="button",
            data_key=key,
            data_value=value,
            aria_pressed="false",
        )
        for value in values
    ]
    return (
        tag("div", tag("span", name), *chips, role="group", aria_label=name) if chips else joined()
    )


def _made(report: Report) -> Iterator[Markup]:
    for facts in (report.made, CONVENTIONS):
        yield tag(
            "dl",
            *(tag("div", tag("dt", name), tag("dd", said)) for name, said in facts.items()),
            class_="made",
        )
    yield tag(
        "p",
        "Previews are decoded from the first-order sound for listening alone: binaural by a model "
        "of a head, stereo by two virtual microphones, W the omni channel. The data set is the "
        "ambisonics. Marked phrases are those that say a row's words; reflections are first-order "
        "image sources, drawn the fainter the weaker.",
        class_="note",
    )
