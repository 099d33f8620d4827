"""How far a complete image sum reaches: in time by its decay, in order by its distance."""

import math

import numpy as np
from numpy.typing import NDArray

from elsa_data import rooms
from elsa_data.errors import SimulationError
from elsa_data.geometry import Vector
from elsa_data.records import Room

DECAY_DB = 60.0
"""A band ends where it has fallen this far: T30 needs 45 dB, and rooms decay unevenly."""

MAX_IMAGES = 2_000_000
"""pyroomacoustics holds every image of an order at once: this many take it about 2 s and 0.5 GB to
find, and some seconds more to sum."""


def decay_times_s(room: Room) -> NDArray[np.float64]:
    """Return when each band (bands,) of the room has fallen by `DECAY_DB`."""
    climate = {"temperature_c": room.temperature_c, "humidity": room.humidity}
    shape = (room.size_m, room.absorption, room.scattering)
    longest_s = 3.0 * float(rooms.analytic_t30(*shape, **climate).max())
    times_s = np.linspace(0.0, longest_s, 600)
    left = np.cumsum(rooms.decay(*shape, times_s, **climate)[:, ::-1], axis=1)[:, ::-1]
    steps = np.count_nonzero(left > left[:, :1] * 10.0 ** (-DECAY_DB / 10.0), axis=1)
    return steps * times_s[1]


def order_for(size_m: Vector, reach_m: float) -> int:
    """Return the least order sure to hold every image nearer than ``reach_m`` metres.

    The image of index n on an axis of length L is at least (|n| - 1) L away on it, so that
    sum |n_i| <= 3 + reach * sqrt(sum 1 / L_i^2) by Cauchy-Schwarz.

    Raises:
        SimulationError: ``too-many-images``.
    """
    order = 3 + math.floor(reach_m * math.sqrt(sum(1.0 / length**2 for length in size_m)))
    images = (2 * order + 1) * (2 * order * order + 2 * order + 3) // 3
    if images > MAX_IMAGES:
        raise SimulationError(
            "too-many-images",
            f"a room of {metres(size_m)} needs {images:,} image sources up to {reach_m:.0f} m, "
            f"more than the {MAX_IMAGES:,} pyroomacoustics is given: ask for a shorter T30 or use "
            "the torch engine",
        )
    return order


def metres(vector: Vector) -> str:
    """Return a size or a position as a person writes it."""
    return " x ".join(f"{value:.2f}" for value in vector) + " m"
