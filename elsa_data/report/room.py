"""The room of a row from above and from the side, at one scale.

From above the receiver faces up the page, so that left in the caption is left in the picture. The
reflections by the side walls stay true from above; those by floor and ceiling, from the side.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from elsa_data.config import Vocabulary
from elsa_data.examples import ExamplePart
from elsa_data.geometry import Vector
from elsa_data.report import svg
from elsa_data.report.markup import Markup, joined, signed, tag
from elsa_data.report.paths import Bounce, first_reflections
from elsa_data.report.setting import MARGIN, WIDTH, Point, Setting

ABOVE: Final = ("x0", "x1", "y0", "y1")
RINGS_M: Final = (1.0, 2.0, 4.0, 8.0)
FAINTEST_DB: Final = -24.0
LETTER_PX: Final = 6.4
"""About the width of a letter of a label."""

Place = Callable[[Point], Point]


def from_above(setting: Setting, vocabulary: Vocabulary | None, name: str) -> Markup:
    """Return the floor plan; ``name`` tells its definitions from those of other pictures."""
    scale = setting.pixels_per_m
    fronts, lefts = zip(*setting.floor, strict=True)
    shift = (WIDTH - (max(lefts) - min(lefts)) * scale) / 2 + max(lefts) * scale

    def place(seen: Point) -> Point:
        front, left = seen
        return shift - left * scale, MARGIN + (max(fronts) - front) * scale

    outline = [place(corner) for corner in setting.floor]
    height = 2 * MARGIN + (max(fronts) - min(fronts)) * scale
    return svg.svg(
        WIDTH,
        height,
        tag("defs", svg.clip(name, outline)),
        svg.path(outline, "floor", shut=True),
        svg.group(
            *_sectors(setting, vocabulary, place),
            *_rings(setting, place),
            clip_path=f"url(#{name})",
        ),
        svg.path(outline, "walls", shut=True),
        *(_bounces_above(setting, source, place) for source in setting.sources_m),
        *_sources_above(setting, place),
        _head(place((0.0, 0.0))),
        label="The room from above; the receiver faces up",
        class_="room",
    )


def from_the_side(setting: Setting, index: int, vocabulary: Vocabulary | None, name: str) -> Markup:
    """Return the upright cut through receiver and one source, which is drawn to its right."""
    scale, source = setting.pixels_per_m, setting.sources_m[index]
    part, ear = setting.parts[index], setting.receiver_m[2]
    start, end = setting.chord(source)
    margin = (WIDTH - (end - start) * scale) / 2

    def place(cut: Point) -> Point:
        across, up = cut
        return margin + (across - start) * scale, MARGIN + (setting.size_m[2] - up) * scale

    corners = ((start, 0.0), (end, 0.0), (end, setting.size_m[2]), (start, setting.size_m[2]))
    outline = [place(corner) for corner in corners]
    here, there = place((0.0, ear)), place((_across(setting, source), source[2]))
    return svg.svg(
        WIDTH,
        2 * MARGIN + setting.size_m[2] * scale,
        tag("defs", svg.clip(name, outline)),
        svg.path(outline, "floor", shut=True),
        svg.group(
            *_slopes(part, vocabulary, ear, place),
            svg.line(here, place((end, ear)), "guide"),
            clip_path=f"url(#{name})",
        ),
        svg.path(outline, "walls", shut=True),
        *_bounces_beside(setting, source, place),
        svg.line(here, there, "direct"),
        _source(there, here, index if len(setting.parts) > 1 else None),
        svg.circle(here, 6.0, "ear"),
        # To its right and under the ceiling: elsewhere a label would stand in a wall.
        _label(
            there,
            (0.0, there[1]),
            part.elevation,
            f"{signed(part.elevation_deg or 0.0)}°",
            highest=MARGIN + (28.0 if part.elevation else 16.0),
        ),
        label="The room from the side, cut along the direct sound",
        class_="room",
    )


def _sectors(setting: Setting, vocabulary: Vocabulary | None, place: Place) -> Iterator[Markup]:
    """Yield the range of directions that each source's word means."""
    far = math.hypot(*setting.size_m[:2])
    for part in setting.parts:
        if vocabulary is None or part.direction is None:
            continue
        for low, high in vocabulary.intervals("direction", part.direction):
            yield svg.path(_fan(low, high, far, place), "meant", shut=True)


def _slopes(
    part: ExamplePart, vocabulary: Vocabulary | None, ear_m: float, place: Place
) -> Iterator[Markup]:
    """Yield the range of elevations that the source's word means."""
    if vocabulary is None or part.elevation is None:
        return
    for low, high in vocabulary.intervals("elevation", part.elevation):
        angles = [math.radians(low + (high - low) * step / 12) for step in range(13)]
        rim = [(50 * math.cos(angle), ear_m + 50 * math.sin(angle)) for angle in angles]
        yield svg.path([place(at) for at in [(0.0, ear_m), *rim]], "meant", shut=True)


def _fan(low_deg: float, high_deg: float, radius_m: float, place: Place) -> list[Point]:
    steps = max(2, math.ceil((high_deg - low_deg) / 6))
    angles = (math.radians(low_deg + (high_deg - low_deg) * k / steps) for k in range(steps + 1))
    rim = [(radius_m * math.cos(angle), radius_m * math.sin(angle)) for angle in angles]
    return [place(at) for at in [(0.0, 0.0), *rim]]


def _rings(setting: Setting, place: Place) -> Iterator[Markup]:
    """Yield rings about the receiver, their distances written away from the first source."""
    centre = place((0.0, 0.0))
    away = math.radians((setting.parts[0].azimuth_deg or 0.0) + 180.0)
    for radius_m in RINGS_M:
        radius = radius_m * setting.pixels_per_m
        if radius < 14 or radius > WIDTH:
            continue
        yield svg.circle(centre, radius, "ring")
        at = place((radius_m * math.cos(away), radius_m * math.sin(away)))
        yield svg.words((at[0], at[1] + 3), f"{radius_m:g} m", "tick", "middle")


def _bounces_above(setting: Setting, source_m: Vector, place: Place) -> Markup:
    here, there = place((0.0, 0.0)), place(setting.seen(source_m))
    return joined(
        *(
            _bounce(bounce, [there, place(setting.seen(bounce.point_m)), here])
            for bounce in _reflections(setting, source_m)
            if bounce.wall in ABOVE
        ),
        svg.line(there, here, "direct"),
    )


def _bounces_beside(setting: Setting, source_m: Vector, place: Place) -> Iterator[Markup]:
    here = place((0.0, setting.receiver_m[2]))
    there = place((_across(setting, source_m), source_m[2]))
    for bounce in _reflections(setting, source_m):
        if bounce.wall not in ABOVE:
            touched = place((_across(setting, bounce.point_m), bounce.point_m[2]))
            yield _bounce(bounce, [there, touched, here])


def _reflections(setting: Setting, source_m: Vector) -> Iterator[Bounce]:
    return first_reflections(setting.size_m, setting.absorption, setting.receiver_m, source_m)


def _bounce(bounce: Bounce, points: Sequence[Point]) -> Markup:
    """Return a reflection, the fainter the weaker it is."""
    seen = 0.15 + 0.6 * max(0.0, 1.0 - bounce.level_db / FAINTEST_DB)
    hint = f"{bounce.wall}: {1e3 * bounce.delay_s:.1f} ms later, {signed(bounce.level_db, 1)} dB"
    return svg.group(svg.path(points, "bounce", hint=hint), opacity=f"{seen:.2f}")


def _sources_above(setting: Setting, place: Place) -> Iterator[Markup]:
    here, several = place((0.0, 0.0)), len(setting.parts) > 1
    for index, (part, source_m) in enumerate(zip(setting.parts, setting.sources_m, strict=True)):
        there = place(setting.seen(source_m))
        said = ", ".join(word for word in (part.direction, part.distance) if word)
        told = f"{signed(part.azimuth_deg or 0.0)}°, {part.distance_m or 0.0:.1f} m"
        yield _source(there, here, index if several else None)
        yield _label(there, here, said or None, told)


def _source(there: Point, here: Point, index: int | None) -> Markup:
    """Return a source that sends waves to the receiver, with its letter where it has others."""
    back = math.atan2(here[1] - there[1], here[0] - there[0])
    waves = [
        svg.path(
            [
                (there[0] + radius * math.cos(angle), there[1] + radius * math.sin(angle))
                for angle in (back + math.radians(turn) for turn in range(-40, 41, 10))
            ],
            "wave",
        )
        for radius in (10.0, 15.0)
        if 2.0 * radius < math.dist(there, here)
    ]
    letter = None if index is None else chr(ord("A") + index)
    name = svg.words((there[0], there[1] + 3.5), letter, "letter", "middle") if letter else None
    return joined(*waves, svg.circle(there, 6.0, "source"), name)


def _head(at: Point) -> Markup:
    """Return the receiver with its nose to the front."""
    x, y = at
    nose = [(x - 4.0, y - 5.0), (x, y - 12.0), (x + 4.0, y - 5.0)]
    return joined(svg.path(nose, "ear", shut=True), svg.circle(at, 6.5, "ear"))


def _label(
    there: Point, here: Point, said: str | None, told: str, *, highest: float = 26.0
) -> Markup:
    """Return the word of a source over its number, on the side away from the receiver."""
    away = math.atan2(there[1] - here[1], there[0] - here[0])
    wide = LETTER_PX * max(len(said or ""), len(told))
    if abs(math.cos(away)) > 0.35:
        left, right = there[0] - 13.0 - wide, there[0] + 13.0
        outwards = right if math.cos(away) > 0.0 else left
        # Where the picture ends it goes to the other side, not over the source.
        x = outwards if 2.0 <= outwards <= WIDTH - wide - 2.0 else left + right - outwards
        y = there[1] + 4.0 + 10.0 * math.sin(away)
    else:
        x = there[0] - wide / 2
        y = there[1] + (27.0 if math.sin(away) > 0.0 else -11.0)
    x, y = min(max(x, 2.0), WIDTH - wide - 2.0), max(y, highest)
    lines = [svg.words((x, y - 11.0), said, "said")] if said else []
    return joined(*lines, svg.words((x, y + 1.0), told, "told"))


def _across(setting: Setting, point_m: Vector) -> float:
    """Return the horizontal distance of a point from the receiver, in metres."""
    return math.dist(setting.receiver_m[:2], point_m[:2])
