from dataclasses import replace

import pytest

from elsa_data.config import load_preset
from elsa_data.distributions import Choice, Constant, LogUniform, Uniform
from elsa_data.scene_laws import HeightLaw, Surfaces
from elsa_data.strict import FieldError

LAWS = load_preset("tiny").scenes["train"]


def test_ceilings_rise_with_the_floor_up_to_a_limit():
    law = HeightLaw(low_m=2.4, high_m=6.0, per_root_area=0.25)
    assert law.highest_m(16.0) == pytest.approx(3.4)
    assert law.highest_m(207.36) == pytest.approx(6.0)
    assert law.highest_m(277.4) == 6.0


@pytest.mark.parametrize("numbers", [(0.0, 6.0, 0.2), (3.0, 2.0, 0.2), (2.4, 6.0, -0.1)])
def test_ceilings_upside_down_are_refused(numbers):
    low, high, slope = numbers
    with pytest.raises(ValueError, match="wanted 0 < low_m <= high_m"):
        HeightLaw(low_m=low, high_m=high, per_root_area=slope)


@pytest.mark.parametrize(
    ("field", "law", "message"),
    [
        ("azimuth_deg", Uniform(low=0, high=360), "reaches 0 to 360; wanted within -180 to 180"),
        ("distance_m", Uniform(low=-1, high=2), "reaches -1 to 2"),
        ("distance_m", Constant(value=0.0), "reaches 0 to 0"),
        ("aspect", Uniform(low=0.5, high=2), "reaches 0.5 to 2; wanted within 1"),
        ("target_t30_s", Choice(values=(0.0, 1.0)), "reaches 0 to 1; wanted within 0.05"),
        ("floor_area_m2", LogUniform(low=0.1, high=9), "reaches 0.1 to 9"),
        ("temperature_c", Constant(value=90), "reaches 90 to 90"),
        ("clearance_m", 1.2, "got 1.2, wanted 0 to half of the lowest ceiling, 2.4 m"),
    ],
)
def test_laws_beyond_their_limits_name_their_field(field, law, message):
    with pytest.raises(FieldError, match=message) as caught:
        replace(LAWS, **{field: law})
    assert caught.value.field == field


def test_a_distance_no_room_holds_is_refused():
    with pytest.raises(FieldError, match="starts at 20 m and the largest room holds"):
        replace(LAWS, distance_m=Uniform(low=20.0, high=30.0))


@pytest.mark.parametrize(("low", "high"), [(80, 85), (-85, -80)])
def test_a_direction_no_ceiling_allows_is_refused(low, high):
    with pytest.raises(FieldError, match="is 80 deg or steeper") as caught:
        replace(
            LAWS,
            elevation_deg=Uniform(low=low, high=high),
            distance_m=Uniform(low=3.6, high=4.0),
        )
    assert caught.value.field == "elevation_deg"
    assert replace(LAWS, elevation_deg=Uniform(low=low, high=high)).elevation_deg.bounds[0] == low


def test_a_surface_of_nothing_is_refused():
    with pytest.raises(FieldError, match="name at least one") as caught:
        Surfaces(walls=("a",), floor=(), ceiling=("c",))
    assert caught.value.field == "floor"
