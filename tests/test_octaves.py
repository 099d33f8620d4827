import numpy as np
import pytest
from scipy.signal import butter, sosfreqz

from elsa_data import octaves
from elsa_data.conventions import OCTAVE_BANDS_HZ


def test_weights_are_one_in_their_octave_and_sum_to_one():
    frequencies = np.geomspace(0.5, 24_000.0, 4001)
    weights = octaves.weights(frequencies)
    assert np.allclose(weights.sum(axis=0), 1.0)
    assert weights.min() >= 0.0
    assert octaves.weights(np.array(OCTAVE_BANDS_HZ)) == pytest.approx(np.eye(8))
    assert octaves.weights(np.array([0.0, 24_000.0])) == pytest.approx(np.eye(8)[:, [0, 7]])


def test_edges_belong_to_both_neighbours():
    edges = np.array(OCTAVE_BANDS_HZ[:-1]) * np.sqrt(2.0)
    assert octaves.weights(edges)[:-1].diagonal() == pytest.approx([0.5] * 7)


def test_mixture_is_what_a_butterworth_octave_lets_through():
    frequencies = np.arange(1.0, 22_000.0, 2.0)
    for band in (1, 4):
        center = OCTAVE_BANDS_HZ[band]
        sections = butter(3, [center / 2**0.5, center * 2**0.5], "bandpass", fs=192e3, output="sos")
        power = np.abs(sosfreqz(sections, frequencies, fs=192e3)[1]) ** 2
        wanted = octaves.weights(frequencies) @ power / power.sum()
        assert octaves.mixture()[band] == pytest.approx(wanted, abs=2e-3)


def test_mixture_keeps_to_the_nearest_neighbours():
    mixture = octaves.mixture()
    assert np.allclose(mixture.sum(axis=1), 1.0)
    far = np.abs(np.subtract.outer(range(8), range(8))) > 1
    assert mixture[far].max() < 1e-3
