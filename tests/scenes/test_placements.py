import numpy as np
import pytest
from scipy import stats

from elsa_data.distributions import Constant, Uniform
from elsa_data.errors import PlacementError
from elsa_data.geometry import clearance_m, seen_from
from elsa_data.scene_laws import HeightLaw
from elsa_data.scenes.placements import draw_floor_plan
from elsa_data.scenes.targets import Target, draw_target
from tests.scenes.scenery import preset_of, with_laws

LAWS = preset_of("elsa").scenes["train"]


def target(**numbers) -> Target:
    defaults = {"azimuth_deg": 30.0, "elevation_deg": 0.0, "distance_m": 2.0}
    return Target(**(defaults | {"floor_area_m2": 40.0, "t30_s": 0.5} | numbers))


def test_source_and_receiver_stand_clear_of_the_walls_and_show_the_target():
    rng = np.random.default_rng(1)
    for _ in range(500):
        wanted = draw_target(LAWS, rng, {})
        try:
            plan = draw_floor_plan(wanted, LAWS, rng)
        except PlacementError:
            assert wanted.floor_area_m2 < 24  # far and steep under the lowest ceilings only
            continue
        for position in (plan.receiver_m, plan.source_m):
            assert clearance_m(plan.size_m, position) >= LAWS.clearance_m - 1e-9
        shown = seen_from(plan.receiver_m, plan.yaw_deg, plan.source_m)
        asked = (wanted.azimuth_deg, wanted.elevation_deg, wanted.distance_m)
        assert shown == pytest.approx(asked, abs=1e-9)
        length, width, height = plan.size_m
        assert length * width == pytest.approx(wanted.floor_area_m2, rel=1e-12)
        assert LAWS.aspect.bounds[0] <= length / width * (1 + 1e-12)
        assert length / width <= LAWS.aspect.bounds[1] * (1 + 1e-12)
        assert 2.4 <= height <= min(6.0, 2.4 + 0.25 * wanted.floor_area_m2**0.5) + 1e-12


def test_a_ceiling_that_constrains_nothing_keeps_its_law():
    rng = np.random.default_rng(2)
    level = target(distance_m=0.5, floor_area_m2=100.0)
    heights = [draw_floor_plan(level, LAWS, rng).size_m[2] for _ in range(400)]
    assert stats.kstest(heights, stats.uniform(2.4, 2.5).cdf).pvalue > 0.01


def test_the_receiver_is_uniform_over_the_heights_where_both_fit():
    rng = np.random.default_rng(3)
    high = target(elevation_deg=30.0, distance_m=2.0, floor_area_m2=100.0)
    shares = []
    for _ in range(400):
        plan = draw_floor_plan(high, LAWS, rng)
        room = plan.size_m[2] - 2 * 0.3 - 1.0  # the source is 1 m higher
        shares.append((plan.receiver_m[2] - 0.3) / room)
    assert stats.kstest(shares, "uniform").pvalue > 0.01


def test_the_far_and_high_source_finds_its_ceiling():
    rng = np.random.default_rng(4)
    far_up = target(elevation_deg=48.0, distance_m=4.0, floor_area_m2=30.0)
    for _ in range(20):
        plan = draw_floor_plan(far_up, LAWS, rng)
        assert plan.size_m[2] >= 0.6 + 4.0 * np.sin(np.radians(48.0))


def test_a_long_distance_turns_the_room_until_its_diagonal_holds_it():
    rng = np.random.default_rng(5)
    far = target(distance_m=4.0, floor_area_m2=13.3)
    headings = [draw_floor_plan(far, LAWS, rng).yaw_deg + 30.0 for _ in range(200)]
    # The source lies near a diagonal: never along the short side of any of these rooms.
    along_y = [abs((heading + 90.0) % 180.0 - 90.0) for heading in headings]
    assert max(along_y) < 60.0
    assert len(set(headings)) == 200


def test_what_does_not_fit_is_refused_with_its_numbers():
    low = with_laws(
        preset_of("elsa"), height_m=HeightLaw(low_m=2.4, high_m=2.4, per_root_area=0.0)
    ).scenes["train"]
    with pytest.raises(PlacementError, match=r"40.0 m2 .* 3.50 m away at elevation 48.0 deg"):
        draw_floor_plan(target(elevation_deg=48.0, distance_m=3.5), low, np.random.default_rng(6))


def test_a_fixed_yaw_is_kept():
    fixed = with_laws(
        preset_of("elsa"), yaw_deg=Constant(value=90.0), aspect=Uniform(low=1.0, high=1.2)
    ).scenes["train"]
    plan = draw_floor_plan(target(), fixed, np.random.default_rng(7))
    assert plan.yaw_deg == 90.0
