"""The tables and histograms of a card, a function for each section."""

from collections.abc import Mapping
from typing import Any

from elsa_data.shards.facts import (
    AZIMUTH_BIN_DEG,
    DISTANCE_BIN_M,
    ELEVATION_BIN_DEG,
    Facts,
)
from elsa_data.shards.markdown import histogram, quoted, table


def samples(facts: Facts) -> str:
    """Return one row of each split as it is."""
    shown = [s for split in facts.splits if (s := facts.census.samples.get(split))]
    if not shown:
        return ""
    return table(
        ("example_id", "the source said", "the row says", "words"),
        [
            (
                f"`{sample.example_id}`",
                quoted(sample.original),
                quoted(sample.caption),
                ", ".join(quoted(word) for word in sample.words if word) or "none",
            )
            for sample in shown
        ],
    )


def places(facts: Facts) -> str:
    """Return the histograms of azimuth, elevation and distance."""
    census = facts.census
    if not census.azimuth:
        return "No row is spatial."
    azimuth = {
        f"{low:+4d} to {low + AZIMUTH_BIN_DEG:+4d} deg": census.azimuth[low]
        for low in range(-180, 180, AZIMUTH_BIN_DEG)
    }
    elevation = {
        f"{low:+3d} to {low + ELEVATION_BIN_DEG:+3d} deg": census.elevation[low]
        for low in range(-90, 90, ELEVATION_BIN_DEG)
    }
    distance = {
        f"{low * DISTANCE_BIN_M:.1f} to {(low + 1) * DISTANCE_BIN_M:.1f} m": census.distance[low]
        for low in range(min(census.distance), max(census.distance) + 1)
    }
    return "\n\n".join(
        [
            "Azimuth, +90 is left:",
            histogram(azimuth),
            "Elevation:",
            histogram(_trimmed(elevation)),
            "Distance:",
            histogram(distance),
            f"A reflection arrives within 2.5 ms of the direct sound (`doa_overlap`) in "
            f"{census.overlaps[True]} of {sum(census.overlaps.values())} sources.",
        ]
    )


def rooms(facts: Facts) -> str:
    """Return the decay times asked for and measured."""
    measured = facts.census.t30
    spans = [*facts.t30_asked, *(span for span in measured if span not in facts.t30_asked)]
    named = [span for span in spans if span is not None]
    rows: list[tuple[str, object, int]] = [
        (span, facts.t30_asked.get(span, 0), measured[span]) for span in sorted(named, key=_start_s)
    ]
    rows.append(("not measurable", "-", measured[None]))
    return (
        "T30 is the mean of 500 Hz and 1 kHz, from the slope of the Schroeder curve between -5 and "
        "-35 dB (ISO 3382-1), on the impulse response that was used.\n\n"
        + table(("T30", "rooms asked for", "sources measured"), rows)
    )


def words(facts: Facts) -> str:
    """Return the rows per word, and how the words hang together."""
    if not facts.words:
        return ""
    counted = [
        (slot, ", ".join(f"{quoted(word) if word else 'none'} {number}" for word, number in words))
        for slot, counts in facts.words.items()
        if (words := sorted(counts.items(), key=lambda item: (item[0] is None, item[0] or "")))
    ]
    worst = sorted(facts.cramers_v.items(), key=lambda item: -item[1])
    return "\n\n".join(
        [
            table(("slot", "rows per word"), counted),
            "Cramer's V tells how well one attribute predicts another: 0 not at all, 1 wholly. "
            "It is not corrected for chance.",
            table(("pair", "V"), [(f"{a} / {b}", f"{value:.2f}") for (a, b), value in worst]),
        ]
    )


def captions(facts: Facts) -> str:
    """Return who wrote the captions."""
    census = facts.census
    parts = [table(("source", "captions"), census.caption_sources.most_common())]
    if census.models:
        models = [(quoted(model), number) for model, number in census.models.most_common()]
        tries = [(number, census.attempts[number]) for number in sorted(census.attempts)]
        parts += [table(("model", "captions"), models), table(("answers asked", "captions"), tries)]
    parts.append(
        "`template`: the source caption and the words, joined by rule. `llm`: rewritten by a "
        "language model, and kept only when it says all the words and no other. `original`: the "
        "source caption of a mono row."
    )
    return "\n\n".join(parts)


def licences(facts: Facts) -> str:
    """Return the licences of the sources, added up over the rows."""
    rows = [
        (
            quoted(name),
            use.count,
            use.unnamed,
            ", ".join(f"{quoted(corpus)} {number}" for corpus, number in use.corpora.most_common()),
        )
        for name, use in sorted(facts.census.licences.items())
    ]
    parts = [
        "Each source of each row keeps its own licence, in `parts[].licence`, and whom to name, in "
        "`parts[].attribution`. Who needs one licence for all filters by it.",
        table(("licence", "sources", "of them without a name", "corpora"), rows),
    ]
    if facts.allowed:
        parts.append(
            "Published on the word of the publisher that they hold the right: "
            + ", ".join(map(quoted, facts.allowed))
            + "."
        )
    return "\n\n".join(parts)


def lost(facts: Facts) -> str:
    """Return what was rejected, and the overlaps between splits that were removed."""
    if not facts.rejects:
        return "Nothing: every row of the manifest and every planned example is here."
    parts = [
        "Each line is a manifest row (before `simulate`) or an example (from then on).",
        table(("stage: reason", "lost"), [(quoted(k), n) for k, n in facts.rejects.items()]),
    ]
    if facts.removed:
        parts.append(
            "Of these, overlaps between or within splits, found by source, sound and fingerprint:"
        )
        parts.append(table(("overlap", "removed"), _quoted_items(facts.removed)))
    return "\n\n".join(parts)


def _quoted_items(counts: Mapping[str, int]) -> list[tuple[Any, ...]]:
    return [(quoted(name), number) for name, number in counts.items()]


def _trimmed(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts without the empty ones at both ends."""
    items = list(counts.items())
    filled = [at for at, (_, number) in enumerate(items) if number]
    return dict(items[filled[0] : filled[-1] + 1]) if filled else {}


def _start_s(span: str) -> float:
    """Return the seconds a span begins with, to order spans by."""
    first = span.split("-")[0].split()[0]
    return -1.0 if first == "under" else float(first)
