"""How a room impulse response dies away in each octave: Schroeder curves, and the T30 of the row.

Source: Schroeder, JASA 37:409, 1965, doi:10.1121/1.1909343; ISO 3382-1:2009, 5.3.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from elsa_data.acoustics import octave
from elsa_data.acoustics.decay_fit import T30_RANGE_DB, schroeder
from elsa_data.conventions import OCTAVE_BANDS_HZ
from elsa_data.examples import ExamplePart
from elsa_data.records import Rir
from elsa_data.report import svg
from elsa_data.report.markup import Markup

WIDTH, HEIGHT = 460.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 118.0, 10.0, 26.0
LOWEST_DB: Final = -60.0
POINTS: Final = 56
"""Of each curve: as many as the eye can tell."""

TICKS_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Times in seconds and levels in dB, both (points,)."""


def decay_curves(rir: Rir) -> dict[float, Curve]:
    """Return the Schroeder curve of W behind each octave filter that the sample rate holds."""
    whole = octave.spectrum(rir.samples[0], rir.sample_rate_hz)
    centres = [hz for hz in OCTAVE_BANDS_HZ if octave.holds(hz, rir.sample_rate_hz)]
    filters = [octave.octave_filter(hz, whole.fft_size, whole.sample_rate_hz) for hz in centres]
    powers = octave.powers(whole, filters)
    return {hz: _curve(power) for hz, power in zip(centres, powers, strict=True)}


def decay_picture(rir: Rir, part: ExamplePart) -> Markup:
    """Return the curves of every octave over time, and the T30 of each as the row has it."""
    curves = decay_curves(rir)
    longest = max((float(times[-1]) for times, _ in curves.values() if times.size), default=0.1)
    longest = max(longest, 0.02)
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(time_s: float, level_db: float) -> svg.Point:
        return LEFT + wide * time_s / longest, TOP + high * level_db / LOWEST_DB

    drawn = [
        svg.path(
            [place(float(t), float(level)) for t, level in zip(*curve, strict=True)],
            f"curve band{OCTAVE_BANDS_HZ.index(hz)}",
            hint=_named(hz),
        )
        for hz, curve in curves.items()
        if curve[0].size
    ]
    first, last = (place(0.0, -level)[1] for level in T30_RANGE_DB)
    return svg.svg(
        WIDTH,
        HEIGHT,
        svg.rect(
            LEFT, first, wide, last - first, "read", "T30 is read from \u22125 to \u221235 dB"
        ),
        *_axes(longest),
        *drawn,
        *_legend(part, list(curves)),
        label="Decay of the room in each octave",
        class_="decay",
    )


def _curve(power: octave.Power) -> Curve:
    """Return a curve from time zero to where it has fallen out of the picture, thinned out."""
    remaining = schroeder(power.values)
    levels = 10 * np.log10(np.maximum(remaining / max(remaining[0], 1e-30), 1e-12))
    times = power.first_s + power.step_s * np.arange(levels.size)
    # A Schroeder curve dives where its response is cut: the last part says nothing.
    seen = (times >= 0.0) & (levels >= LOWEST_DB) & (np.arange(levels.size) < 0.97 * levels.size)
    kept = np.flatnonzero(seen)
    if not kept.size:
        return times[:0], levels[:0]
    chosen = kept[np.unique(np.linspace(0, kept.size - 1, POINTS).round().astype(int))]
    return times[chosen], levels[chosen]


def _axes(longest_s: float) -> Iterator[Markup]:
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    for level in range(0, int(LOWEST_DB) - 1, -20):
        y = TOP + high * level / LOWEST_DB
        yield svg.line((LEFT, y), (LEFT + wide, y), "grid")
        shown = f"{level} dB".replace("-", "\u2212") if level == 0 else f"\u2212{-level}"
        yield svg.words((LEFT - 5, y + 3.5), shown, "tick", "end")
    step = next((tick for tick in TICKS_S if longest_s / tick <= 4.5), TICKS_S[-1])
    for count in range(int(longest_s / step) + 1):
        x = LEFT + wide * count * step / longest_s
        yield svg.line((x, TOP + high), (x, TOP + high + 4), "axis")
        shown = f"{count * step:.2g} s" if count else "0"
        yield svg.words((x, TOP + high + 17), shown, "tick", "middle")
    yield svg.line((LEFT, TOP + high), (LEFT + wide, TOP + high), "axis")


def _legend(part: ExamplePart, centres: Sequence[float]) -> Iterator[Markup]:
    """Yield each octave with its measured T30, or a dash where it could not be measured."""
    x, step = WIDTH - RIGHT + 16, 22.0
    yield svg.words((WIDTH - 2, TOP + 8), "T30", "tick", "end")
    for row, hz in enumerate(centres):
        index, y = OCTAVE_BANDS_HZ.index(hz), TOP + 30 + step * row
        time_s = dict(enumerate(part.t30_s or ())).get(index)
        yield svg.line((x, y - 4), (x + 12, y - 4), f"curve band{index}")
        yield svg.words((x + 18, y), _named(hz), "tick")
        shown = "\u2013" if time_s is None else f"{time_s:.2f} s"
        yield svg.words((WIDTH - 2, y), shown, "figure", "end")


def _named(hz: float) -> str:
    return f"{hz:g} Hz" if hz < 1000 else f"{hz / 1000:g} kHz"
