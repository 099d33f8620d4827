"""The scene of a row as the pictures need it, and the scale that both are drawn at."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from elsa_data.conventions import OCTAVE_BANDS_HZ, WALLS
from elsa_data.examples import Example, ExamplePart
from elsa_data.geometry import Vector, clearance_m, rotate_yaw
from elsa_data.records import Walls

WIDTH: Final = 340.0
"""Of both pictures, in pixels: a phone shows them as they are."""

MARGIN: Final = 24.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a spatial row says of its scene; nothing in it is None."""

    size_m: Vector
    receiver_m: Vector
    yaw_deg: float
    absorption: Walls
    parts: tuple[ExamplePart, ...]
    sources_m: tuple[Vector, ...]

    @property
    def floor(self) -> list[Point]:
        """The corners of the floor seen by the receiver: metres to its front and to its left."""
        length, width, _ = self.size_m
        corners = ((0.0, 0.0), (length, 0.0), (length, width), (0.0, width))
        return [self.seen((x, y, 0.0)) for x, y in corners]

    def seen(self, point_m: Vector) -> Point:
        """Return how far a point of the room is to the receiver's front and to its left."""
        away = (point_m[0] - self.receiver_m[0], point_m[1] - self.receiver_m[1], 0.0)
        front, left, _ = rotate_yaw(away, -self.yaw_deg)
        return front, left

    def chord(self, source_m: Vector) -> Point:
        """Return how far the line from the receiver over a source reaches back and forth, in m."""
        step = self.step(source_m)
        reach = sorted(
            (edge - at) / move
            for at, move, end in zip(self.receiver_m, step, self.size_m[:2], strict=False)
            for edge in (0.0, end)
            if abs(move) > 1e-9
        )
        return max(d for d in reach if d <= 0.0), min(d for d in reach if d >= 0.0)

    def step(self, source_m: Vector) -> Point:
        """Return the horizontal direction to a source; to the front where it is overhead."""
        away = (source_m[0] - self.receiver_m[0], source_m[1] - self.receiver_m[1])
        across = math.hypot(*away)
        if across < 1e-6:
            turn = math.radians(self.yaw_deg)
            return math.cos(turn), math.sin(turn)
        return away[0] / across, away[1] / across

    @property
    def pixels_per_m(self) -> float:
        """The scale at which every picture of the scene fits."""
        fronts, lefts = zip(*self.floor, strict=True)
        spans = [max(fronts) - min(fronts), max(lefts) - min(lefts), self.size_m[2]]
        spans += [end - start for start, end in map(self.chord, self.sources_m)]
        return (WIDTH - 2 * MARGIN) / max(spans)


def setting_of(example: Example) -> Setting | None:
    """Return the scene of a row, or None of a row that has none, or an impossible one."""
    size, receiver = example.size_m, example.receiver_position_m
    yaw, absorption = example.receiver_yaw_deg, example.absorption
    sources: Sequence[Vector] = [p.position_m for p in example.parts if p.position_m is not None]
    if size is None or receiver is None or yaw is None or absorption is None or not sources:
        return None
    if len(sources) != len(example.parts) or not _shaped(size, absorption, [receiver, *sources]):
        return None
    if min(clearance_m(size, place) for place in (receiver, *sources)) <= 0.0:
        return None
    if min(math.dist(receiver, source) for source in sources) <= 0.0:
        return None
    return Setting(
        size_m=size,
        receiver_m=receiver,
        yaw_deg=yaw,
        absorption=absorption,
        parts=example.parts,
        sources_m=tuple(sources),
    )


def _shaped(size_m: Vector, absorption: Walls, places: Sequence[Vector]) -> bool:
    """Return whether a stranger's row holds as many numbers as a scene has."""
    bands = [len(wall) == len(OCTAVE_BANDS_HZ) for wall in absorption]
    return all(len(place) == 3 for place in (size_m, *places)) and bands == [True] * len(WALLS)
