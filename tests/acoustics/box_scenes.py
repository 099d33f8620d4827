"""Scenes for the tests of both backends: one shoebox, one receiver, some placements."""

import numpy as np

from elsa_data.conventions import OCTAVE_BANDS_HZ, WALLS
from elsa_data.geometry import Vector, clearance_m, position_of
from elsa_data.records import Group, Placement, Receiver, Room, Scene, Walls
from elsa_data.rooms import solve_absorption
from elsa_data.seeding import rng_for

UNEVEN = tuple(
    tuple(0.05 + 0.03 * wall + 0.02 * band for band in range(len(OCTAVE_BANDS_HZ)))
    for wall in range(len(WALLS))
)
"""Absorption that differs on every wall and in every band: a swapped pair shows."""


def flat(value: float) -> Walls:
    """Return one number for all walls and bands."""
    return tuple((value,) * len(OCTAVE_BANDS_HZ) for _ in WALLS)


def box(
    *,
    size_m: Vector = (5.0, 4.0, 2.7),
    absorption: Walls | None = None,
    t30_s: float | None = None,
    scattering: float = 0.0,
    receiver_m: Vector = (2.1, 1.7, 1.4),
    yaw_deg: float = 0.0,
    sources_m: tuple[Vector, ...] = ((3.3, 2.9, 1.8),),
    sample_rate_hz: int = 16000,
    **climate: float,
) -> Group:
    """Return a group of one room, with the absorption given or solved for a T30."""
    walls = absorption or UNEVEN
    if t30_s is not None:
        walls = solve_absorption(size_m, walls, flat(scattering), t30_s, **climate)
    room = Room(
        size_m=size_m,
        absorption=walls,
        scattering=flat(scattering),
        target_t30_s=t30_s,
        **climate,
    )
    return Group(
        group_id="box",
        shard=0,
        split="train",
        seed=7,
        sample_rate_hz=sample_rate_hz,
        scene=Scene(
            room=room,
            receiver=Receiver(kind="foa", position_m=receiver_m, yaw_deg=yaw_deg),
            placements=tuple(
                Placement(placement_id=f"p{k}", position_m=p) for k, p in enumerate(sources_m)
            ),
        ),
        clips=(),
        examples=(),
    )


def random_box(seed: int, *, t30_s: tuple[float, float] = (0.15, 0.4), **changes) -> Group:
    """Return a group drawn by a seed: 13-60 m2, uneven walls, a source at 0.5 m or more."""
    rng = rng_for(seed, "random-box")
    area, ratio = np.exp(rng.uniform(np.log(13.0), np.log(60.0))), rng.uniform(1.0, 1.6)
    size_m = tuple(float(v) for v in (np.sqrt(area * ratio), np.sqrt(area / ratio), 0.0))
    size_m = (size_m[0], size_m[1], float(rng.uniform(2.4, 3.6)))
    receiver_m = tuple(float(rng.uniform(0.6, side - 0.6)) for side in size_m)
    yaw_deg = float(rng.uniform(-180.0, 180.0))
    while True:
        azimuth, elevation = rng.uniform(-180.0, 180.0), rng.uniform(-50.0, 50.0)
        source_m = position_of(receiver_m, yaw_deg, azimuth, elevation, rng.uniform(0.5, 4.0))
        if clearance_m(size_m, source_m) > 0.3:
            break
    spectrum = tuple(tuple(float(a) for a in row) for row in rng.uniform(0.1, 0.5, (6, 8)))
    return box(
        size_m=size_m,
        absorption=spectrum,
        t30_s=float(rng.uniform(*t30_s)),
        receiver_m=receiver_m,
        yaw_deg=yaw_deg,
        sources_m=(source_m,),
        **changes,
    )
