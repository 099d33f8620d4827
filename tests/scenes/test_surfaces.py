from itertools import product

import numpy as np
import pytest
from scipy import stats

from elsa_data.distributions import Constant, Uniform
from elsa_data.errors import PlacementError
from elsa_data.rooms import ABSORPTION_RANGE, analytic_t30, t30_mid
from elsa_data.scene_laws import Surfaces
from elsa_data.scenes.surfaces import draw_room, draw_scattering, draw_spectrum
from tests.scenes.scenery import preset_of, with_laws

ELSA = preset_of("elsa")
LAWS = ELSA.scenes["train"]
SIZE = (6.0, 4.5, 2.8)


def test_a_room_has_the_t30_asked_for_and_absorption_a_wall_can_have():
    rng = np.random.default_rng(1)
    for wanted in (0.1445, 0.3, 1.0, 2.6719):
        room = draw_room(SIZE, wanted, LAWS, ELSA.materials, rng)
        climate = {"temperature_c": room.temperature_c, "humidity": room.humidity}
        per_band = analytic_t30(room.size_m, room.absorption, room.scattering, **climate)
        assert t30_mid(per_band) == pytest.approx(wanted, rel=1e-3)
        assert room.target_t30_s == wanted
        low, high = ABSORPTION_RANGE
        assert all(low <= a <= high for wall in room.absorption for a in wall)
        assert 16 <= room.temperature_c <= 26
        assert 30 <= room.humidity <= 70


def test_each_surface_is_made_of_its_own_materials():
    surfaces = Surfaces(walls=("a", "b"), floor=("c",), ceiling=("d",))
    spectra = {name: (n / 10,) * 8 for n, name in enumerate("abcd")}
    rng = np.random.default_rng(2)
    drawn = [draw_spectrum(surfaces, spectra, rng) for _ in range(200)]
    assert all(walls[4] == spectra["c"] and walls[5] == spectra["d"] for walls in drawn)
    two = (spectra["a"], spectra["b"])
    assert {walls[:4] for walls in drawn} == set(product(two, repeat=4))


def test_scattering_keeps_its_law_and_rises_with_frequency():
    rng = np.random.default_rng(3)
    drawn = np.array([draw_scattering(Uniform(low=0.1, high=0.5), rng) for _ in range(200)])
    assert drawn.shape == (200, 6, 8)
    assert np.all(np.diff(drawn, axis=-1) >= 0)
    assert stats.kstest(drawn.reshape(-1), stats.uniform(0.1, 0.4).cdf).pvalue > 0.01
    assert drawn[..., 0].mean() < 0.16
    assert drawn[..., -1].mean() > 0.44
    assert np.all(np.array(draw_scattering(Constant(value=0.0), rng)) == 0.0)


def test_no_temperature_law_leaves_the_temperature_open():
    laws = with_laws(ELSA, temperature_c=None).scenes["train"]
    room = draw_room(SIZE, 0.5, laws, ELSA.materials, np.random.default_rng(4))
    assert room.temperature_c is None


def test_a_t30_beyond_every_material_is_refused():
    with pytest.raises(PlacementError, match=r"T30 of 0\.0\d s was asked for") as caught:
        draw_room((20.0, 14.0, 6.0), 0.02, LAWS, ELSA.materials, np.random.default_rng(5))
    assert caught.value.reason == "t30-unreachable"
