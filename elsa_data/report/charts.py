"""Pictures of the whole set: where the sources are, as seen by their receivers."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from elsa_data.config import Vocabulary
from elsa_data.report import svg
from elsa_data.report.markup import Markup, signed
from elsa_data.report.totals import (
    AZIMUTH_BIN_DEG,
    DISTANCE_BIN_M,
    ELEVATION_BIN_DEG,
)

SIZE: Final = 300.0
RADIUS: Final = 112.0


def rose(counts: Mapping[int, int], vocabulary: Vocabulary | None) -> Markup:
    """Return the directions from above, front up, left on the left; areas are in proportion."""
    centre = (SIZE / 2, SIZE / 2)
    most = max(counts.values(), default=1)
    petals = [
        svg.path(
            _petal(centre, low, low + AZIMUTH_BIN_DEG, RADIUS * math.sqrt(counts[low] / most)),
            "petal",
            shut=True,
            hint=f"{signed(low)}° to {signed(low + AZIMUTH_BIN_DEG)}°: {counts[low]:,}",
        )
        for low in sorted(counts)
    ]
    return svg.svg(
        SIZE,
        SIZE,
        *_arcs(centre, "direction", vocabulary, RADIUS + 5, 0.0),
        svg.circle(centre, RADIUS, "ring"),
        svg.circle(centre, RADIUS / math.sqrt(2), "ring"),
        *petals,
        svg.path([(150, 146), (146, 154), (154, 154)], "ear", shut=True),
        *_compass(centre),
        label="Directions of the sources from above, the front up",
        class_="chart",
    )


def fan(counts: Mapping[int, int], vocabulary: Vocabulary | None) -> Markup:
    """Return the elevations as seen from the side: level to the right, up upwards."""
    centre = (86.0, SIZE / 2)
    most = max(counts.values(), default=1)
    reach = 1.15 * RADIUS
    petals = [
        svg.path(
            _petal(
                centre, low - 90, low + ELEVATION_BIN_DEG - 90, reach * math.sqrt(number / most)
            ),
            "petal",
            shut=True,
            hint=f"{signed(low)}° to {signed(low + ELEVATION_BIN_DEG)}°: {number:,}",
        )
        for low, number in sorted(counts.items())
    ]
    ticks = [
        svg.words((x, y + 4), f"{signed(deg)}°", "tick", "end" if abs(deg) == 90 else "start")
        for deg in (90, 45, 0, -45, -90)
        for x, y in [_polar(centre, deg * 1.04 - 90, reach + (8 if abs(deg) == 90 else 13))]
    ]
    half = [_polar(centre, deg, reach) for deg in range(-180, 1, 6)]
    return svg.svg(
        SIZE,
        SIZE,
        *_arcs(centre, "elevation", vocabulary, reach + 5, -90.0),
        svg.path(half, "ring"),
        *petals,
        *ticks,
        svg.circle(centre, 4.0, "ear"),
        label="Elevations of the sources",
        class_="chart",
    )


def distances(counts: Mapping[int, int]) -> Markup:
    """Return the distances of the sources as columns."""
    wide, high, left, top = SIZE - 40, SIZE - 78, 20.0, 38.0
    last = max(counts, default=0) + 1
    most = max(counts.values(), default=1)
    step = wide / last
    columns = [
        svg.rect(
            left + at * step + 0.75,
            top + high * (1 - number / most),
            max(1.0, step - 1.5),
            high * number / most,
            "petal",
            f"{at * DISTANCE_BIN_M:g} to {(at + 1) * DISTANCE_BIN_M:g} m: {number:,}",
        )
        for at, number in sorted(counts.items())
    ]
    every = max(1, math.ceil(last * DISTANCE_BIN_M / 6))
    ticks = [
        svg.words(
            (left + metre / DISTANCE_BIN_M * step, top + high + 18), f"{metre} m", "tick", "middle"
        )
        for metre in range(0, math.floor(last * DISTANCE_BIN_M) + 1, every)
    ]
    return svg.svg(
        SIZE,
        SIZE,
        *columns,
        svg.line((left, top + high), (left + wide, top + high), "axis"),
        *ticks,
        label="Distances of the sources",
        class_="chart",
    )


def _polar(centre: svg.Point, azimuth_deg: float, radius: float) -> svg.Point:
    """Return a point of a picture whose 0 degrees are up and whose +90 are on the left."""
    turn = math.radians(azimuth_deg)
    return centre[0] - radius * math.sin(turn), centre[1] - radius * math.cos(turn)


def _petal(centre: svg.Point, low: float, high: float, radius: float) -> list[svg.Point]:
    rim = [_polar(centre, low + (high - low) * step / 4, radius) for step in range(5)]
    return [centre, *rim]


def _compass(centre: svg.Point) -> Iterator[Markup]:
    names = (
        (0, "front", "middle"),
        (90, "left", "end"),
        (-90, "right", "start"),
        (180, "back", "middle"),
    )
    for degrees, name, anchor in names:
        x, y = _polar(centre, degrees, RADIUS + 14)
        yield svg.words(
            (x, y + (0 if degrees == 0 else 8 if degrees == 180 else 4)), name, "tick", anchor
        )


def _arcs(
    centre: svg.Point, slot: str, vocabulary: Vocabulary | None, radius: float, turn_deg: float
) -> Iterator[Markup]:
    """Yield an arc over the angles that each word of a slot means."""
    if vocabulary is None:
        return
    for word in vocabulary.words(slot)[:-1]:
        for low, high in vocabulary.intervals(slot, word):
            steps = [low + (high - low) * step / 16 + turn_deg for step in range(17)]
            rim = [_polar(centre, degrees, radius) for degrees in steps]
            yield svg.path(rim, "meaning", hint=f"{word}: {signed(low)}° to {signed(high)}°")
