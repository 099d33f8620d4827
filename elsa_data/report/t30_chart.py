"""What decay was asked for, and what was found."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from elsa_data.report import svg
from elsa_data.report.markup import Markup
from elsa_data.report.totals import T30_BINS_AN_OCTAVE, T30_FIRST_S

SIZE: Final = 300.0
T30_TICKS_S: Final = (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)


def asked_and_measured(counts: Mapping[tuple[int, int], int]) -> Markup:
    """Return how often each T30 was measured where each was asked for; both axes by octaves."""
    left, top, span = 44.0, 12.0, SIZE - 56
    bins = [edge for pair in counts for edge in pair] or [0]
    first, last = min(bins), max(bins) + 1
    step = span / (last - first)
    most = max(counts.values(), default=1)
    cells = [
        svg.group(
            svg.rect(
                left + (asked - first) * step,
                top + span - (measured - first + 1) * step,
                step,
                step,
                "cell",
                f"asked {_t30(asked):.2f} s, measured {_t30(measured):.2f} s: {number:,}",
            ),
            opacity=f"{0.12 + 0.88 * math.sqrt(number / most):.2f}",
        )
        for (asked, measured), number in sorted(counts.items())
    ]
    return svg.svg(
        SIZE,
        SIZE,
        svg.rect(left, top, span, span, "frame"),
        *cells,
        svg.line((left, top + span), (left + span, top), "guide"),
        *_t30_ticks(first, last, left, top, span),
        svg.words((left + span, top + span + 32), "asked for", "tick", "end"),
        svg.words((left + 6, top + 15), "measured ↑", "tick"),
        label="T30 asked for and measured",
        class_="chart",
    )


def _t30_ticks(first: int, last: int, left: float, top: float, span: float) -> Iterator[Markup]:
    before = -math.inf
    for seconds in T30_TICKS_S:
        at = T30_BINS_AN_OCTAVE * math.log2(seconds / T30_FIRST_S)
        place = span * (at - first) / (last - first)
        if not 0 <= place <= span or place - before < 34:
            continue
        before = place
        yield svg.words((left + place, top + span + 16), f"{seconds:g} s", "tick", "middle")
        yield svg.words((left - 6, top + span - place + 4), f"{seconds:g}", "tick", "end")
        yield svg.line((left + place, top + span), (left + place, top + span + 4), "axis")
        yield svg.line((left - 4, top + span - place), (left, top + span - place), "axis")


def _t30(index: int) -> float:
    return T30_FIRST_S * 2 ** ((index + 0.5) / T30_BINS_AN_OCTAVE)
