"""What geometry alone says of a response: where its sound comes from, and when."""

import math
from typing import NamedTuple

from elsa_data import rooms
from elsa_data.geometry import Vector, seen_from
from elsa_data.records import Group, Room

WINDOW_S = 2.5e-3
"""The arrival: from this long before the direct sound to this long after it. A reflection inside
makes the source look elsewhere to any listener, so it is flagged."""


class Truth(NamedTuple):
    """What the geometry says of a placement."""

    azimuth_deg: float
    elevation_deg: float
    distance_m: float
    arrival_s: float
    overlap: bool


def truth_of(group: Group, placement_id: str) -> Truth:
    """Return direction, distance, arrival and overlap of a placement, from geometry alone."""
    room, receiver = group.scene.room, group.scene.receiver
    source_m = group.scene.placement(placement_id).position_m
    seen = seen_from(receiver.position_m, receiver.yaw_deg, source_m)
    c = rooms.speed_of_sound(room.temperature_c)
    nearest_m = min(math.dist(i, receiver.position_m) for i in first_reflections(room, source_m))
    return Truth(*seen, seen[2] / c, (nearest_m - seen[2]) / c <= WINDOW_S)


def first_reflections(room: Room, source_m: Vector) -> list[Vector]:
    """Return the six images of first order: no other reflection can come before them all."""
    images = []
    for axis, length in enumerate(room.size_m):
        for wall in (0.0, length):
            image = list(source_m)
            image[axis] = 2.0 * wall - source_m[axis]
            images.append((image[0], image[1], image[2]))
    return images
