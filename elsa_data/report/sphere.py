"""Whence the energy of a room impulse response comes, over time: maps of the sphere.

Each short frame is one dot at the direction of its active intensity, the larger the more energy it
brings. The direct sound is one dot, reflections are single dots, a diffuse tail is dust all over.

Source: Merimaa & Pulkki, JAES 53:1115, 2005 (directional energy analysis of room responses); the
map is Mollweide's, which keeps areas: Snyder, "Map projections", USGS PP 1395, 1987, p. 249.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from elsa_data.conventions import SPEED_OF_SOUND_M_S
from elsa_data.examples import ExamplePart
from elsa_data.geometry import spherical
from elsa_data.records import Rir
from elsa_data.report import svg
from elsa_data.report.markup import Markup, joined, tag

FRAME_S: Final = 1e-3
LEAD_S: Final = 2e-3
"""The first map begins this long before the direct sound."""

ENDS_MS: Final = (5.0, 20.0, 80.0, math.inf)
"""Where the maps end after the direct sound; 80 ms is where clarity parts early from late."""

FAINTEST_DB: Final = -40.0
"""Below the loudest frame of the response: what is fainter is no dot."""

DOTS: Final = 72
"""At most, of a map: the loudest."""

RADIUS: Final = 38.0
MARGIN: Final = 6.0


@dataclass(frozen=True, slots=True)
class Frames:
    """Short frames of a response: times (n,) s after the direct sound, energy and intensity."""

    after_s: NDArray[np.float64]
    energy: NDArray[np.float64]
    intensity: NDArray[np.float64]


def frames_of(rir: Rir, distance_m: float) -> Frames:
    """Return the frames of a first-order response; intensity (n, 3) points to where sound is from.

    The direct sound stands at the middle of a frame.
    """
    rate = rir.sample_rate_hz
    size = max(8, round(FRAME_S * rate))
    arrival = round(distance_m / SPEED_OF_SOUND_M_S * rate)
    start = arrival - size // 2 - size * round(LEAD_S / FRAME_S)
    audio = rir.samples.astype(np.float64)[:, max(0, start) :]
    if start < 0:
        audio = np.pad(audio, ((0, 0), (-start, 0)))
    count = audio.shape[1] // size
    w, y, z, x = audio[:, : count * size].reshape(4, count, size)
    intensity = np.stack([(w * each).sum(axis=1) for each in (x, y, z)], axis=1)
    after = (np.arange(count) - round(LEAD_S / FRAME_S)) * size / rate
    return Frames(after, (w * w).sum(axis=1), intensity)


def sphere_pictures(rir: Rir, part: ExamplePart) -> Markup:
    """Return a map for each span of time, with the share of the energy that came in it."""
    frames = frames_of(rir, part.distance_m or 0.0)
    total, loudest = float(frames.energy.sum()), float(frames.energy.max(initial=0.0))
    if total <= 0.0:
        return joined()
    begins = (-math.inf, *(end / 1e3 for end in ENDS_MS[:-1]))
    maps = []
    for index, (begin, end) in enumerate(zip(begins, ENDS_MS, strict=True)):
        inside = (frames.after_s >= begin) & (frames.after_s < end / 1e3)
        dots = list(_dots(frames, inside, loudest, index))
        share = float(frames.energy[inside].sum()) / total
        maps.append(_map(dots, part, _span(index), _shown(share)))
    return joined(*maps)


def mollweide(azimuth_deg: float, elevation_deg: float) -> svg.Point:
    """Return a direction on the map, whose half height is 1: left is left, up is negative."""
    phi = math.radians(elevation_deg)
    theta = phi
    for _ in range(30):
        slope = 2.0 + 2.0 * math.cos(2.0 * theta)
        if slope < 1e-9:
            break
        theta -= (2.0 * theta + math.sin(2.0 * theta) - math.pi * math.sin(phi)) / slope
    return -2.0 * math.radians(azimuth_deg) / math.pi * math.cos(theta), -math.sin(theta)


def _dots(
    frames: Frames, inside: NDArray[np.bool_], loudest: float, index: int
) -> Iterator[Markup]:
    picked = np.flatnonzero(inside & (frames.energy > loudest * 10 ** (FAINTEST_DB / 10)))
    picked = picked[np.argsort(-frames.energy[picked], kind="stable")][:DOTS]
    for frame in picked.tolist():
        x, y, z = frames.intensity[frame].tolist()
        azimuth, elevation, _ = spherical((x, y, z))
        level = 10 * math.log10(float(frames.energy[frame]) / loudest)
        radius = 0.8 + 4.2 * (1.0 - level / FAINTEST_DB)
        yield svg.circle(_at(azimuth, elevation), radius, f"dot span{index}")


def _map(dots: list[Markup], part: ExamplePart, span: str, share: str) -> Markup:
    wide, high = 4 * RADIUS + 2 * MARGIN, 2 * RADIUS + 2 * MARGIN
    true = _at(part.azimuth_deg or 0.0, part.elevation_deg or 0.0)
    picture = svg.svg(
        wide,
        high,
        tag("ellipse", cx=wide / 2, cy=high / 2, rx=2 * RADIUS, ry=RADIUS, class_="globe"),
        *(
            svg.path([_at(azimuth, e) for e in range(-90, 91, 15)], "grid")
            for azimuth in (-90, 0, 90)
        ),
        svg.line(_at(180, 0), _at(-180, 0), "grid"),
        *dots,
        svg.circle(true, 7.0, "true", "where the source is"),
        *(svg.words(_put(az), name, "tick", "middle") for az, name in ((90, "L"), (-90, "R"))),
        label=f"Directions of the energy, {span}",
        class_="sphere",
    )
    return tag("figure", picture, tag("figcaption", tag("span", span), " ", tag("b", share)))


def _at(azimuth_deg: float, elevation_deg: float) -> svg.Point:
    x, y = mollweide(azimuth_deg, elevation_deg)
    return MARGIN + RADIUS * (2.0 + x), MARGIN + RADIUS * (1.0 + y)


def _put(azimuth_deg: float) -> svg.Point:
    x, y = _at(azimuth_deg, 0.0)
    return x, y + 14.0


def _span(index: int) -> str:
    if index == 0:
        return f"to {ENDS_MS[0]:g} ms"
    if index == len(ENDS_MS) - 1:
        return f"after {ENDS_MS[-2]:g} ms"
    return f"{ENDS_MS[index - 1]:g}\u2013{ENDS_MS[index]:g} ms"


def _shown(share: float) -> str:
    if 0.0 < share < 0.0005:
        return "< 0.1 %"
    return f"{100 * share:.0f} %" if share >= 0.095 or share == 0.0 else f"{100 * share:.1f} %"
