"""A set's direction, heard in its audio: a right set fits, any other convention shows."""

import itertools

import numpy as np
import pytest

from elsa_data.acoustics.direction import agreement, circular_correlation, intensity_direction
from elsa_data.ambisonics import encode
from elsa_data.geometry import unit_vector


def directions(seed: int, rows: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.array(
        [unit_vector(rng.uniform(-180, 180), rng.uniform(-45, 45)) for _ in range(rows)]
    )


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_a_plane_wave_in_diffuse_noise_is_found(rate: int) -> None:
    rng = np.random.default_rng(rate)
    for wanted in directions(1, 5):
        wave = rng.standard_normal(rate) * (np.arange(rate) % (rate // 4) > rate // 8)
        foa = encode(wanted)[:, None] * wave + 0.05 * rng.standard_normal((4, rate))
        found = intensity_direction(foa, rate)
        assert found @ wanted > np.cos(np.radians(3)), (rate, wanted, found)


def test_silence_has_no_direction() -> None:
    assert not intensity_direction(np.zeros((4, 16_000), np.float32), 16_000).any()


@pytest.mark.parametrize("seed", range(3))
def test_every_other_convention_is_named(seed: int) -> None:
    labelled = directions(seed, 60)
    noisy = labelled + 0.1 * np.random.default_rng(seed).standard_normal(labelled.shape)
    estimated = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
    right = agreement(estimated, labelled)
    assert right.better is None
    assert right.correlation > 0.95
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1, -1), repeat=3):
            if (order, signs) != ((0, 1, 2), (1, 1, 1)):
                wrong = agreement(estimated[:, order] * signs, labelled)
                assert wrong.better is not None, (seed, order, signs)


def test_circular_correlation_knows_turned_and_mirrored_angles() -> None:
    angles = np.random.default_rng(0).uniform(-np.pi, np.pi, 200)
    assert circular_correlation(angles, angles + 1.0) == pytest.approx(1.0)
    assert circular_correlation(angles, -angles) == pytest.approx(-1.0)
    unrelated = np.random.default_rng(1).uniform(-np.pi, np.pi, 200)
    assert abs(circular_correlation(angles, unrelated)) < 0.2
