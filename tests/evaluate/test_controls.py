import numpy as np
import pytest
import torch

from elsa_data.ambisonics import encode
from elsa_data.evaluate.controls import (
    drawn_level,
    only_w,
    turn_left,
    turning,
    without_active,
    without_reactive,
)
from elsa_data.evaluate.intensity import arrival
from elsa_data.evaluate.probe import great_circle_deg
from elsa_data.evaluate.sets import Meta
from elsa_data.geometry import unit_vector

RATE_HZ = 16_000


def plane_wave(azimuth_deg, elevation_deg=0.0):
    noise = np.random.default_rng(1).standard_normal(RATE_HZ // 2)
    gains = encode(unit_vector(azimuth_deg, elevation_deg))
    return torch.tensor(gains[:, None] * noise, dtype=torch.float32)


@pytest.mark.parametrize("azimuth_deg", [-170.0, -90.0, -20.0, 0.0, 45.0, 90.0, 135.0])
def test_a_turned_sound_is_the_sound_from_there(azimuth_deg):
    turned = turn_left(plane_wave(azimuth_deg, 30.0)[None])[0]
    assert turned == pytest.approx(plane_wave(azimuth_deg + 90.0, 30.0), abs=1e-5)


def test_one_channel_has_no_direction_and_keeps_its_sound():
    audio = plane_wave(40.0)[None]
    alone = only_w(audio)
    assert (alone[:, 0] == audio[:, 0]).all()
    assert not alone[:, 1:].any()
    assert (audio[:, 1:] != 0).any()


def test_a_level_drawn_anew_is_within_ten_decibels_and_differs_by_sound():
    audio = torch.ones(200, 4, 3)
    changed = drawn_level(0)(audio)
    gains_db = 20 * torch.log10(changed[:, 0, 0])
    assert (changed == changed[:, :1, :1]).all()
    assert gains_db.min() >= -10
    assert gains_db.max() <= 10
    assert float(gains_db.std()) == pytest.approx(20 / 12**0.5, rel=0.1)
    assert (drawn_level(0)(audio) == changed).all()


def test_a_veil_takes_one_intensity_and_leaves_the_features_as_they_were():
    features = {"intensity": torch.ones(2, 6, 3, 4), "log_mel": torch.ones(2, 1, 3, 4)}
    active, reactive = without_reactive(features), without_active(features)
    assert active["intensity"].mean((0, 2, 3)).tolist() == [1, 1, 1, 0, 0, 0]
    assert reactive["intensity"].mean((0, 2, 3)).tolist() == [0, 0, 0, 1, 1, 1]
    assert features["intensity"].min() == 1
    assert active["log_mel"].min() == 1


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (100, 40), (-60, -30), (180, 80)])
def test_the_arrival_of_a_plane_wave_is_where_it_comes_from(azimuth, elevation):
    burst = torch.cat([torch.zeros(4, 4000), plane_wave(azimuth, elevation)], dim=1)
    found = arrival(burst, RATE_HZ)
    assert great_circle_deg(found, np.array(unit_vector(azimuth, elevation))) < 0.5
    assert not arrival(torch.zeros(4, 4000), RATE_HZ).any()


def test_words_that_turn_are_counted():
    words = {name: np.eye(4)[at] for at, name in enumerate(("front", "left", "right", "back"))}
    metas = [Meta(clip=str(at), room=str(at), words={"direction": "front"}) for at in range(40)]
    before = np.tile(words["front"], (40, 1))
    after = np.tile(words["left"], (40, 1))
    after[:10] = words["right"]
    assert turning(metas, words, before, after).value == 75.0
