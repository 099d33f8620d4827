"""Who hears what from where: a receiver's capsules and a source, both inside the room."""

import math
from collections.abc import Iterator

from elsa_data import rooms
from elsa_data.acoustics import capsules
from elsa_data.acoustics.capsules import Layout
from elsa_data.errors import SimulationError
from elsa_data.geometry import Vector, clearance_m
from elsa_data.records import Group, Placement

CLOSEST_M = 0.1
"""Nearer than this a point source and a point receiver describe nothing real."""


def heard_at(group: Group) -> Iterator[tuple[Placement, Layout, tuple[Vector, ...], float]]:
    """Yield each placement, the receiver's layout and capsules, the latest direct arrival in s.

    Raises:
        SimulationError: ``source-too-close``, ``outside-room`` or ``receiver-unsupported``.
    """
    scene = group.scene
    layout = capsules.layout_of(scene.receiver.kind)
    ears = capsules.positions(layout, scene.receiver.position_m, scene.receiver.yaw_deg)
    for ear in ears:
        _require_inside(group, "the receiver", ear)
    for placement in scene.placements:
        name = f"source {placement.placement_id}"
        _require_inside(group, name, placement.position_m)
        distances = [math.dist(ear, placement.position_m) for ear in ears]
        if min(distances) < CLOSEST_M:
            raise SimulationError(
                "source-too-close",
                f"{name} of group {group.group_id} is {min(distances):.3f} m from the receiver, "
                f"wanted {CLOSEST_M} m or more: move one of them",
            )
        yield (
            placement,
            layout,
            ears,
            max(distances) / rooms.speed_of_sound(scene.room.temperature_c),
        )


def _require_inside(group: Group, name: str, position_m: Vector) -> None:
    size_m = group.scene.room.size_m
    # Written so that NaN is refused as well.
    if not clearance_m(size_m, position_m) > 0.0:
        raise SimulationError(
            "outside-room",
            f"{name} of group {group.group_id} stands at {position_m} m, wanted a place inside "
            f"the room of {size_m} m: move it",
        )
