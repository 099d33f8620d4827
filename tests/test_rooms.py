import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from elsa_data import octaves, rooms
from elsa_data.conventions import OCTAVE_BANDS_HZ
from elsa_data.errors import PlacementError

BANDS = len(OCTAVE_BANDS_HZ)


def walls(*values: float) -> np.ndarray:
    return np.repeat(np.array(values)[:, None], BANDS, axis=1)


def random_room(seed: int):
    rng = default_rng(seed)
    size = rng.uniform([3.0, 3.0, 2.4], [14.0, 12.0, 5.0])
    spectrum = rng.uniform(0.05, 0.6, (6, BANDS))
    return size, spectrum, np.full((6, BANDS), rng.uniform(0.0, 0.5))


def test_speed_of_sound_at_zero_twenty_and_unknown():
    assert rooms.speed_of_sound(None) == 343.0
    assert rooms.speed_of_sound(0.0) == pytest.approx(331.3)
    assert rooms.speed_of_sound(20.0) == pytest.approx(343.2, abs=0.05)


def test_air_equals_the_table_of_iso_9613_1():
    # Table 1 of the standard, 20 degrees, decibels a kilometre at 125 Hz .. 8 kHz.
    table = {
        50.0: (0.445, 1.32, 2.73, 4.66, 9.86, 29.4, 104.0),
        20.0: (0.712, 1.39, 2.60, 6.53, 21.5, 74.1, 215.0),
    }
    for humidity, wanted in table.items():
        db_per_km = rooms.air_absorption(20.0, humidity) * 1e4 / math.log(10.0)
        assert db_per_km[:7] == pytest.approx(wanted, rel=0.02), humidity


def test_air_alone_caps_the_highest_bands():
    mirror = np.zeros((6, BANDS))
    power = rooms.decay((5.0, 4.0, 3.0), mirror, mirror, [0.0, 0.1])
    t60 = 0.6 * math.log(10.0) / np.log(power[:, 0] / power[:, 1])
    assert t60[6] == pytest.approx(1.66, abs=0.03)
    assert t60[7] == pytest.approx(0.48, abs=0.01)


def test_materials_equal_pyroomacoustics_where_it_has_them():
    library = pytest.importorskip("pyroomacoustics")
    path = Path(library.__file__).parent / "data" / "materials.json"
    groups = json.loads(path.read_text())["absorption"].values()
    known = {name: row["coeffs"] for group in groups for name, row in group.items()}
    ours = rooms.materials()
    assert 25 <= len(ours) <= 40
    for name, bands in ours.items():
        assert len(bands) == BANDS, name
        theirs = np.minimum(known[name], 0.99)
        assert bands[: len(theirs)] == pytest.approx(theirs, abs=1e-9), name
        assert set(bands[len(theirs) :]) == {bands[len(theirs) - 1]}, name


def test_octant_rule_integrates_polynomials():
    rays, weights = rooms.octant_rule()
    assert weights.sum() == pytest.approx(1.0, abs=1e-14)
    assert weights @ rays == pytest.approx([0.5] * 3, abs=1e-4)
    assert weights @ rays**2 == pytest.approx([1 / 3] * 3, abs=1e-6)
    assert weights @ rays**4 == pytest.approx([0.2] * 3, abs=1e-6)


def test_octant_rule_follows_rays_that_graze_walls():
    # Only z is lossy: the mean of exp(-x |u_z|) is (1 - exp(-x)) / x.
    rays, weights = rooms.octant_rule()
    for axis in range(3):
        for x in (1.0, 10.0, 100.0):
            got = weights @ np.exp(-x * rays[:, axis])
            assert got == pytest.approx((1 - math.exp(-x)) / x, rel=0.02), (axis, x)


def test_decay_is_a_mean_over_the_sphere():
    size, absorption, scattering = random_room(3)
    rng = default_rng(11)
    rays = rng.standard_normal((400_000, 3))
    rays = np.abs(rays / np.linalg.norm(rays, axis=1, keepdims=True))
    exponents = -np.log(1 - absorption)
    per_axis = (exponents[0::2] + exponents[1::2]) / 2 / size[:, None]
    share = rooms.mean_scattering(size, scattering)[4]
    rate = (1 - share) * rays @ per_axis[:, 4] + share * per_axis[:, 4].sum() / 2
    rate += rooms.air_absorption(None, 50.0)[4]
    times = np.array([0.0, 0.05, 0.2])
    wanted = [np.exp(-343.0 * rate * t).mean() * 4 * np.pi * 343.0 / size.prod() for t in times]
    got = rooms.decay(size, absorption, scattering, times)[4]
    assert got == pytest.approx(wanted, rel=0.01)


def test_full_scattering_is_eyring():
    size, absorption = np.array([7.0, 5.0, 3.0]), walls(0.1, 0.3, 0.2, 0.2, 0.4, 0.05)
    areas = np.array([15.0, 15.0, 21.0, 21.0, 35.0, 35.0])
    exponent = areas @ -np.log(1 - absorption[:, 2])
    air = 4 * size.prod() * rooms.air_absorption(None, 50.0)[2]
    eyring = 24 * math.log(10) / 343.0 * size.prod() / (exponent + air)
    power = rooms.decay(size, absorption, np.ones((6, BANDS)), [0.0, 0.1])[2]
    assert 0.6 * math.log(10) / math.log(power[0] / power[1]) == pytest.approx(eyring)


@pytest.mark.parametrize("seed", range(4))
def test_t30_is_the_fit_of_what_an_octave_filter_lets_through(seed):
    size, absorption, scattering = random_room(seed)
    t30 = rooms.analytic_t30(size, absorption, scattering, temperature_c=15.0, humidity=30.0)
    times = np.arange(0, 6.0, 5e-4)
    power = rooms.decay(size, absorption, scattering, times, temperature_c=15.0, humidity=30.0)
    power = octaves.mixture() @ power
    for band in (0, 3, 7):
        curve = 10 * np.log10(power[band][::-1].cumsum()[::-1] / power[band].sum())
        fit = (curve <= -5) & (curve >= -35)
        slope = np.polyfit(times[fit], curve[fit], 1)[0]
        assert t30[band] == pytest.approx(-60 / slope, rel=0.01), (seed, band)


@pytest.mark.parametrize("seed", range(20))
def test_solved_absorption_has_the_asked_t30(seed):
    size, spectrum, scattering = random_room(seed)
    target = default_rng(100 + seed).uniform(0.3, 1.0)
    solved = rooms.solve_absorption(size, spectrum, scattering, target, temperature_c=25.0)
    flat = np.array(solved)
    assert flat.shape == (6, BANDS)
    assert flat.min() >= 0.01
    assert flat.max() <= 0.95
    got = rooms.t30_mid(rooms.analytic_t30(size, solved, scattering, temperature_c=25.0))
    assert got == pytest.approx(target, rel=1e-3), seed


def test_solving_keeps_the_shape_of_the_spectrum():
    size, spectrum, scattering = random_room(1)
    solved = np.array(rooms.solve_absorption(size, spectrum, scattering, 0.5))
    ratio = np.log(1 - solved) / np.log(1 - spectrum)
    inside = (solved > 0.0101) & (solved < 0.9499)
    assert np.ptp(ratio[inside]) < 1e-9


def test_an_unreachable_t30_is_refused_with_the_interval():
    size, spectrum, scattering = random_room(2)
    with pytest.raises(PlacementError, match=r"reach 0\.\d\d to \d+\.\d\d s") as caught:
        rooms.solve_absorption(size, spectrum, scattering, 60.0)
    assert caught.value.reason == "t30-unreachable"


def test_rates_are_the_same_for_one_room_and_for_many():
    many = [random_room(seed) for seed in range(5)]
    stacked = rooms.decay_rates(*(np.stack(part) for part in zip(*many, strict=True)))
    for room, rates in zip(many, stacked, strict=True):
        assert np.allclose(rooms.decay_rates(*room), rates, rtol=1e-13)


def test_t30_mid_is_the_mean_of_500_hz_and_1_khz():
    per_band = np.arange(8.0)
    assert rooms.t30_mid(per_band) == 2.5
