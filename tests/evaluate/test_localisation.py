import math

import numpy as np
import pytest

from elsa_data.evaluate.localisation import breakdown, directions_of, localisation
from elsa_data.evaluate.probe import fit_directions, fit_words, great_circle_deg
from elsa_data.evaluate.sets import Meta
from elsa_data.geometry import great_circle_deg as exact_deg


def unit_vectors(rows, seed=0):
    found = np.random.default_rng(seed).standard_normal((rows, 3))
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_angles_are_those_of_the_exact_scalar_form():
    first, second = unit_vectors(50), 3.0 * unit_vectors(50, seed=1)
    wanted = [exact_deg(tuple(a), tuple(b)) for a, b in zip(first, second, strict=True)]
    assert great_circle_deg(first, second) == pytest.approx(wanted)


def test_a_probe_finds_what_is_linearly_there_and_nothing_where_nothing_is():
    rng = np.random.default_rng(4)
    known, other = unit_vectors(800), unit_vectors(300, seed=5)
    mixing = rng.standard_normal((3, 32))
    probe = fit_directions(known @ mixing, known)
    assert great_circle_deg(probe(other @ mixing), other).mean() < 5
    blind = fit_directions(rng.standard_normal((800, 32)), known)
    assert great_circle_deg(blind(rng.standard_normal((300, 32))), other).mean() == pytest.approx(
        90, abs=12
    )


def test_a_probe_of_words_is_fair_to_rare_ones_and_the_same_twice():
    rng = np.random.default_rng(6)
    words = np.repeat([0, 1], [900, 60])
    vectors = np.stack([words + 0.4 * rng.standard_normal(960), rng.standard_normal(960)], 1)
    found = fit_words(vectors, words, 2)(vectors)
    assert (found.argmax(1)[words == 1] == 1).mean() > 0.8
    assert (fit_words(vectors, words, 2)(vectors) == found).all()


def test_mean_median_and_bins_by_hand():
    metas = [
        Meta(
            clip=f"c{at}",
            room=f"r{at}",
            label="Rain" if at < 40 else "Bell",
            azimuth_deg=10.0 if at < 40 else 100.0,
            elevation_deg=0.0,
            distance_m=1.5,
        )
        for at in range(50)
    ]
    turned = [math.radians(20.0 if at < 40 else 90.0) for at in range(50)]
    found = np.array([[math.cos(angle), math.sin(angle), 0.0] for angle in turned])
    mean, median = localisation("model", metas, found)
    assert (mean.value, median.value) == (pytest.approx(10.0), pytest.approx(10.0))
    parts = breakdown(metas, found)
    sectors = {each["from"]: each for each in parts["azimuth_deg"]}
    assert sectors[0.0] == {"from": 0.0, "to": 45.0, "n": 40, "mean_deg": pytest.approx(10.0)}
    assert sectors[90.0] == {"from": 90.0, "to": 135.0, "n": 10, "mean_deg": None}
    assert [each["label"] for each in parts["class"]] == ["Bell", "Rain"]
    assert sum(each["n"] for each in parts["t30_s"]) == 0


def test_a_sound_without_a_direction_has_none():
    assert np.isnan(directions_of([Meta(clip="c", room="r")])).all()
