"""Where the direct sound and the first reflections of a shoebox run.

Source: Allen & Berkley, JASA 65:943, 1979, doi:10.1121/1.382599 (image sources).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from elsa_data.conventions import MID_BANDS_HZ, OCTAVE_BANDS_HZ, SPEED_OF_SOUND_M_S, WALLS
from elsa_data.geometry import Vector
from elsa_data.records import Walls


@dataclass(frozen=True, slots=True)
class Bounce:
    """A reflection by one wall: where it touches, and how it arrives beside the direct sound.

    Attributes:
        wall: of `WALLS`.
        point_m: in the room frame.
        delay_s: later than the direct sound.
        level_db: beside the direct sound, at 500 Hz and 1 kHz.
    """

    wall: str
    point_m: Vector
    delay_s: float
    level_db: float


def first_reflections(
    size_m: Vector, absorption: Walls, receiver_m: Vector, source_m: Vector
) -> Iterator[Bounce]:
    """Yield the reflection by each of the six walls, in the order of `WALLS`."""
    direct_m = math.dist(receiver_m, source_m)
    for index, wall in enumerate(WALLS):
        axis, far = divmod(index, 2)
        plane_m = size_m[axis] * far
        image = list(source_m)
        image[axis] = 2.0 * plane_m - source_m[axis]
        along = (plane_m - receiver_m[axis]) / (image[axis] - receiver_m[axis])
        point = tuple(r + along * (i - r) for r, i in zip(receiver_m, image, strict=True))
        length_m = math.dist(receiver_m, image)
        kept = 1.0 - _mid(absorption[index])
        yield Bounce(
            wall=wall,
            point_m=(point[0], point[1], point[2]),
            delay_s=(length_m - direct_m) / SPEED_OF_SOUND_M_S,
            level_db=10.0 * math.log10(max(kept, 1e-6)) + 20.0 * math.log10(direct_m / length_m),
        )


def _mid(bands: tuple[float, ...]) -> float:
    """Return the mean of a wall's absorption at 500 Hz and 1 kHz."""
    return sum(bands[OCTAVE_BANDS_HZ.index(hz)] for hz in MID_BANDS_HZ) / len(MID_BANDS_HZ)
