"""What a first-order ambisonic renderer owes, asked of the pyroomacoustics backend."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from elsa_data.acoustics import reference
from elsa_data.ambisonics import intensity
from elsa_data.geometry import Vector, great_circle_deg, rotate_yaw, seen_from, unit_vector
from elsa_data.records import Group, Placement
from tests.acoustics.box_scenes import UNEVEN, box, flat, random_box

RATE_HZ = 48_000


def direct(group: Group) -> np.ndarray:
    return reference.simulate_early([group], window_s=0.0)[0].samples.astype(np.float64)


def whole(group: Group) -> np.ndarray:
    return reference.simulate_rirs([group])[0].samples.astype(np.float64)


def error_db(got: np.ndarray, wanted: np.ndarray) -> float:
    wrong = float(np.square(got - wanted).sum() / np.square(wanted).sum())
    return 10.0 * math.log10(wrong) if wrong > 0.0 else -math.inf


@pytest.mark.parametrize("seed", range(20))
def test_the_direct_sound_points_at_the_source_with_norm_one(seed):
    group = random_box(seed, t30_s=(0.3, 0.4), sample_rate_hz=RATE_HZ)
    audio = direct(group)
    scene = group.scene
    seen = seen_from(
        scene.receiver.position_m, scene.receiver.yaw_deg, scene.placements[0].position_m
    )
    error_deg = great_circle_deg(tuple(intensity(audio)), unit_vector(*seen[:2]))
    assert error_deg < 1e-3, (seed, seen)
    norm = math.sqrt(np.square(audio[1:]).sum() / np.square(audio[0]).sum())
    assert norm == pytest.approx(1.0, abs=1e-6), (seed, seen)


@pytest.mark.parametrize(("axis", "side"), list(itertools.product(range(3), range(2))))
def test_each_first_order_reflection_comes_from_its_image(axis, side):
    """Five dead walls leave one reflection; it must point at the image in the sixth."""
    wall = 2 * axis + side
    live = tuple((0.0,) * 8 if w == wall else bands for w, bands in enumerate(flat(1.0)))
    group = box(
        size_m=(9.0, 8.0, 7.0),
        absorption=live,
        receiver_m=(4.1, 3.7, 3.2),
        sources_m=((5.3, 4.6, 4.1),),
        yaw_deg=25.0,
        sample_rate_hz=RATE_HZ,
    )
    (full,) = reference.simulate_early([group], window_s=0.06)
    alone = direct(group)
    taps = min(alone.shape[1], full.samples.shape[1])
    reflection = full.samples[:, :taps] - alone[:, :taps]
    image = list(group.scene.placements[0].position_m)
    image[axis] = 2.0 * side * group.scene.room.size_m[axis] - image[axis]
    seen = seen_from(group.scene.receiver.position_m, 25.0, (image[0], image[1], image[2]))
    got = tuple(intensity(reflection))
    assert great_circle_deg(got, unit_vector(*seen[:2])) < 0.01, (wall, seen)
    # As loud at 1 kHz, where air takes little, as its distance says: the wall reflects all.
    kilohertz = np.exp(-2j * np.pi * np.arange(taps) * 1000.0 / RATE_HZ)
    loudness = abs(kilohertz @ reflection[0]) / abs(kilohertz @ alone[0, :taps])
    distance_m = math.dist(group.scene.receiver.position_m, group.scene.placements[0].position_m)
    assert loudness == pytest.approx(distance_m / seen[2], rel=0.02), wall


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_a_turned_receiver_hears_the_same_field_turned(quarter):
    group = random_box(11, t30_s=(0.15, 0.2))
    receiver = group.scene.receiver
    turned = replace(receiver, yaw_deg=receiver.yaw_deg + 90.0 * quarter)
    before = whole(group)
    after = whole(replace(group, scene=replace(group.scene, receiver=turned)))
    w, y, z, x = before
    rotated = {1: (w, -x, z, y), 2: (w, -y, z, -x), 3: (w, x, z, -y)}[quarter]
    assert error_db(after, np.stack(rotated)) < -110.0


def test_any_turn_is_a_rotation_of_x_and_y():
    group = random_box(11, t30_s=(0.15, 0.2))
    receiver = group.scene.receiver
    turned = replace(receiver, yaw_deg=receiver.yaw_deg + 37.0)
    w, y, z, x = whole(group)
    after = whole(replace(group, scene=replace(group.scene, receiver=turned)))
    axes = np.array([rotate_yaw(axis, -37.0) for axis in np.eye(3)]).T
    x, y, z = axes @ np.stack([x, y, z])
    assert error_db(after, np.stack([w, y, z, x])) < -110.0


def test_a_mirrored_scene_changes_the_sign_of_y_alone():
    group = box(absorption=UNEVEN_AND_DULL, yaw_deg=0.0)
    room = group.scene.room
    x0, x1, y0, y1, floor, ceiling = room.absorption
    mirrored = replace(
        group.scene,
        room=replace(room, absorption=(x0, x1, y1, y0, floor, ceiling)),
        receiver=replace(
            group.scene.receiver, position_m=_mirror(group.scene.receiver.position_m, room.size_m)
        ),
        placements=tuple(
            Placement(placement_id=p.placement_id, position_m=_mirror(p.position_m, room.size_m))
            for p in group.scene.placements
        ),
    )
    before, after = whole(group), whole(replace(group, scene=mirrored))
    signs = np.array([[1.0], [-1.0], [1.0], [1.0]])
    # Single-precision image positions differ on the two sides of the room.
    assert error_db(after, signs * before) < -60.0


UNEVEN_AND_DULL = tuple(tuple(a + 0.3 for a in bands) for bands in UNEVEN)


def _mirror(position_m: Vector, size_m: Vector) -> Vector:
    return position_m[0], size_m[1] - position_m[1], position_m[2]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_the_order_is_high_enough_for_the_time(seed, monkeypatch):
    """Twelve orders more change nothing: the sum is complete up to its end."""
    group = random_box(seed, t30_s=(0.15, 0.2))
    before = whole(group)
    enough = reference.order_for
    monkeypatch.setattr(reference, "order_for", lambda *args: enough(*args) + 12)
    assert error_db(whole(group), before) < -110.0
