"""What a receiver is made of: coincident spherical harmonics, or capsules apart from each other."""

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from elsa_data.ambisonics import channels_of
from elsa_data.errors import SimulationError, did_you_mean
from elsa_data.geometry import Vector, rotate_yaw

STEREO_SPACING_M = 0.1698
"""Between the two omnidirectional capsules of ``stereo``: about the width of a head."""


class Layout(NamedTuple):
    """Where the capsules stand in the receiver's frame and the ambisonic order of each one."""

    order: int
    offsets_m: tuple[Vector, ...] = ((0.0, 0.0, 0.0),)

    @property
    def channels(self) -> int:
        """How many channels a response has: those of every capsule in turn."""
        return len(self.offsets_m) * channels_of(self.order)

    @property
    def spaced(self) -> bool:
        """Whether its capsules stand apart, so that sound reaches them one after another."""
        return len(self.offsets_m) > 1


LAYOUTS = {
    "foa": Layout(1),
    "hoa2": Layout(2),
    "hoa3": Layout(3),
    "stereo": Layout(0, ((0.0, STEREO_SPACING_M / 2, 0.0), (0.0, -STEREO_SPACING_M / 2, 0.0))),
}
"""``stereo`` has its left capsule first."""


def layout_of(kind: str) -> Layout:
    """Return the layout of a receiver kind.

    Raises:
        SimulationError: ``receiver-unsupported``.
    """
    if kind not in LAYOUTS:
        raise SimulationError(
            "receiver-unsupported",
            f"receiver {kind!r}: known are {', '.join(LAYOUTS)}.{did_you_mean(kind, LAYOUTS)}",
        )
    return LAYOUTS[kind]


def positions(layout: Layout, position_m: Vector, yaw_deg: float) -> tuple[Vector, ...]:
    """Return where the capsules of a turned receiver stand in the room, in metres."""
    turned = (rotate_yaw(offset, yaw_deg) for offset in layout.offsets_m)
    return tuple((x + position_m[0], y + position_m[1], z + position_m[2]) for x, y, z in turned)


def yaw_matrix(order: int, yaw_deg: float) -> NDArray[np.float64]:
    """Return the matrix (channels, channels) from the room's frame to that of a turned receiver.

    A yaw mixes the two harmonics of equal degree and opposite order m by the angle m yaw.

    Source: Zotter & Frank, "Ambisonics", Springer 2019, 5.2.2, DOI 10.1007/978-3-030-17207-7.
    """
    matrix = np.zeros((channels_of(order), channels_of(order)))
    for degree in range(order + 1):
        centre = degree * degree + degree
        matrix[centre, centre] = 1.0
        for m in range(1, degree + 1):
            cos, sin = math.cos(m * math.radians(yaw_deg)), math.sin(m * math.radians(yaw_deg))
            plus, minus = centre + m, centre - m
            matrix[plus, plus] = matrix[minus, minus] = cos
            matrix[plus, minus], matrix[minus, plus] = sin, -sin
    return matrix


def harmonics(rays: torch.Tensor, order: int) -> torch.Tensor:
    """Return SN3D gains in ACN order (..., (order + 1)^2) of unit vectors (..., 3), as a tensor.

    The same polynomials as `elsa_data.ambisonics.encode`, on any device.
    """
    x, y, z = rays.unbind(-1)
    gains = [torch.ones_like(x)]
    if order >= 1:
        gains += [y, z, x]
    if order >= 2:
        r3 = math.sqrt(3.0)
        gains += [r3 * x * y, r3 * y * z, 1.5 * z * z - 0.5, r3 * x * z, r3 / 2 * (x * x - y * y)]
    if order >= 3:
        r58, r15, r38 = math.sqrt(5 / 8), math.sqrt(15.0), math.sqrt(3 / 8)
        gains += [
            r58 * y * (3.0 * x * x - y * y),
            r15 * x * y * z,
            r38 * y * (5.0 * z * z - 1.0),
            z * (2.5 * z * z - 1.5),
            r38 * x * (5.0 * z * z - 1.0),
            r15 / 2 * z * (x * x - y * y),
            r58 * x * (x * x - 3.0 * y * y),
        ]
    return torch.stack(gains, dim=-1)
