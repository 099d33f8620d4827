import re

import numpy as np
import pytest

from elsa_data.ambisonics import encode
from elsa_data.conventions import SPEED_OF_SOUND_M_S
from elsa_data.geometry import unit_vector
from elsa_data.report.sphere import MARGIN, RADIUS, frames_of, mollweide, sphere_pictures
from tests.report.examples import RATE_HZ, circles, part_at, rir_of


def arrivals(*given: tuple[float, float, float, float]) -> np.ndarray:
    """An impulse response of clicks: seconds, azimuth, elevation, gain."""
    samples = np.zeros((4, RATE_HZ // 2))
    for seconds, azimuth, elevation, gain in given:
        gains = encode(unit_vector(azimuth, elevation))
        samples[:, round(seconds * RATE_HZ)] += gain * gains
    return samples


def test_a_map_has_the_corners_it_should() -> None:
    assert mollweide(0, 0) == pytest.approx((0, 0), abs=1e-9)
    assert mollweide(90, 0) == pytest.approx((-1, 0), abs=1e-9)  # left is left
    assert mollweide(-180, 0) == pytest.approx((2, 0), abs=1e-9)
    assert mollweide(30, 90)[1] == pytest.approx(-1, abs=1e-3)  # up is up
    assert mollweide(30, -90)[1] == pytest.approx(1, abs=1e-3)


def test_a_map_keeps_areas() -> None:
    """The share of the ellipse below a latitude is that of the sphere."""
    for elevation in (-60.0, -20.0, 0.0, 35.0, 70.0):
        height = -mollweide(0, elevation)[1]
        share = 0.5 + (height * np.sqrt(1 - height**2) + np.arcsin(height)) / np.pi
        assert share == pytest.approx((1 + np.sin(np.radians(elevation))) / 2, abs=1e-6)


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (90, 0), (-120, 30), (170, -40)])
def test_the_direct_sound_is_one_dot_inside_the_ring(azimuth: float, elevation: float) -> None:
    distance = 2.0
    rir = rir_of(arrivals((distance / SPEED_OF_SOUND_M_S, azimuth, elevation, 0.5)))
    svg = sphere_pictures(rir, part_at(azimuth, elevation, distance))
    ((x, y, radius),) = circles(svg, "dot span0")
    rings = re.findall(r'cx="([^"]*)" cy="([^"]*)" r="7" class="true"', svg)
    assert len(rings) == 4
    assert (x, y) == pytest.approx(tuple(map(float, rings[0])), abs=0.11)
    assert radius == 5.0
    assert re.findall(r"<b>([^<]*)</b>", svg) == ["100 %", "0 %", "0 %", "0 %"]


def test_later_energy_stands_in_later_maps_and_is_smaller_when_weaker() -> None:
    direct = 2.0 / SPEED_OF_SOUND_M_S
    rir = rir_of(
        arrivals(
            (direct, 0, 0, 1.0), (direct + 0.01, 90, 0, 0.5), (direct + 0.05, -90, 0, 0.1),
            (direct + 0.3, 0, 80, 0.02),
        )
    )  # fmt: skip
    svg = sphere_pictures(rir, part_at(0, 0, 2.0))
    spans = [circles(svg, f"dot span{index}") for index in range(4)]
    assert [len(found) for found in spans] == [1, 1, 1, 1]
    sizes = [found[0][2] for found in spans]
    assert sizes == sorted(sizes, reverse=True)
    middle = MARGIN + 2 * RADIUS
    assert spans[1][0][0] < middle - 20  # from the left
    assert spans[2][0][0] > middle + 20
    assert spans[3][0][1] < MARGIN + 10  # from above


def test_frames_hold_all_the_energy_from_the_direct_sound_on() -> None:
    direct = 3.0 / SPEED_OF_SOUND_M_S
    samples = arrivals((direct, 40, 10, 1.0), (direct + 0.02, -70, 0, 0.4), (0.4, 10, 0, 0.2))
    frames = frames_of(rir_of(samples), 3.0)
    assert frames.energy.sum() == pytest.approx((samples[0] ** 2).sum(), rel=1e-6)
    assert frames.after_s[np.argmax(frames.energy)] == pytest.approx(0, abs=1e-9)


def test_silence_draws_nothing() -> None:
    assert sphere_pictures(rir_of(np.zeros((4, 800))), part_at(0, 0, 1)) == ""
