"""Where a source and its receiver stand: a floor plan that holds a target, drawn until it fits."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from elsa_data.errors import PlacementError
from elsa_data.geometry import Vector, position_of
from elsa_data.scene_laws import HeightLaw, SceneLaws
from elsa_data.scenes.targets import Target

PLACEMENT_TRIES: Final = 200
"""Floor plans drawn for one target before it is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorPlan:
    """A room's size, its receiver and its source, in the room frame in metres and degrees."""

    size_m: Vector
    receiver_m: Vector
    yaw_deg: float
    source_m: Vector


def draw_floor_plan(target: Target, laws: SceneLaws, rng: np.random.Generator) -> FloorPlan:
    """Return a room of the target's area that holds its source at the target's place.

    Only what no caption names is redrawn (aspect, ceiling, yaw), so what it does name keeps its
    law. The receiver, its height included, is then uniform over the positions where both it and
    the source keep the clearance: that set is a box, so the first draw fits.

    Raises:
        PlacementError: ``placement-unreachable`` after `PLACEMENT_TRIES` rooms.
    """
    for _ in range(PLACEMENT_TRIES):
        size_m = _draw_size(target.floor_area_m2, laws, rng)
        yaw_deg = laws.yaw_deg.sample(rng)
        spot = (target.azimuth_deg, target.elevation_deg, target.distance_m)
        offset = position_of((0.0, 0.0, 0.0), yaw_deg, *spot)
        receiver_m = _draw_receiver(size_m, offset, laws.clearance_m, rng)
        if receiver_m is not None:
            source_m = position_of(receiver_m, yaw_deg, *spot)
            return FloorPlan(
                size_m=size_m, receiver_m=receiver_m, yaw_deg=yaw_deg, source_m=source_m
            )
    raise PlacementError(
        "placement-unreachable",
        f"no room of {target.floor_area_m2:.1f} m2 holds a source {target.distance_m:.2f} m away "
        f"at elevation {target.elevation_deg:.1f} deg, {laws.clearance_m:g} m off the walls, "
        f"in {PLACEMENT_TRIES} draws",
    )


def draw_height_m(law: HeightLaw, floor_area_m2: float, rng: np.random.Generator) -> float:
    """Return a ceiling's height over a floor of this area, in metres."""
    return law.low_m + (law.highest_m(floor_area_m2) - law.low_m) * rng.random()


def _draw_size(floor_area_m2: float, laws: SceneLaws, rng: np.random.Generator) -> Vector:
    aspect = laws.aspect.sample(rng)
    height_m = draw_height_m(laws.height_m, floor_area_m2, rng)
    return (math.sqrt(floor_area_m2 * aspect), math.sqrt(floor_area_m2 / aspect), height_m)


def _draw_receiver(
    size_m: Vector, offset: Vector, clearance_m: float, rng: np.random.Generator
) -> Vector | None:
    """Return a receiver that keeps the clearance, as does what stands ``offset`` from it."""
    slack = [length - 2 * clearance_m - abs(o) for length, o in zip(size_m, offset, strict=True)]
    if min(slack) < 0:
        return None
    x, y, z = (
        clearance_m + max(0.0, -o) + s * rng.random() for s, o in zip(slack, offset, strict=True)
    )
    return (x, y, z)
