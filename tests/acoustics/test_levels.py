import math

import numpy as np
import pytest

from elsa_data.acoustics import levels
from elsa_data.seeding import rng_for


def noise(seed: int, scale: float) -> np.ndarray:
    return (scale * rng_for(seed, "noise").standard_normal((4, 4_801))).astype(np.float32)


def test_a_full_scale_sine_is_at_minus_three():
    sine = np.sin(2.0 * np.pi * np.arange(48_000) / 48.0)
    audio = np.stack([sine, 9.0 * sine])
    assert levels.level_dbfs(audio) == pytest.approx(-3.0103, abs=1e-3)
    assert levels.peak_dbfs(audio) == pytest.approx(20.0 * math.log10(9.0))


@pytest.mark.parametrize("shape", [(4, 0), (4, 100)])
def test_silence_has_no_level_and_is_left_alone(shape):
    silence = np.zeros(shape, np.float32)
    assert levels.level_dbfs(silence) == -math.inf
    assert levels.peak_dbfs(silence) == -math.inf
    fitted, gain_db = levels.fit_peak(silence)
    assert gain_db == 0.0
    assert not fitted.any()
    assert levels.wet_gain_db(silence, "normalised", level_dbfs_1m=-30.0, draw=0.5) == 0.0


def test_a_quiet_clip_keeps_its_bits():
    audio = noise(1, 0.05)
    fitted, gain_db = levels.fit_peak(audio)
    assert gain_db == 0.0
    assert np.array_equal(fitted, audio)


@pytest.mark.parametrize("ceiling_dbfs", [-1.0, -6.0])
def test_a_loud_clip_takes_one_gain_for_all_channels(ceiling_dbfs):
    audio = noise(2, 1.0)
    audio[2] *= -3.0
    fitted, gain_db = levels.fit_peak(audio, ceiling_dbfs)
    assert levels.peak_dbfs(fitted) == pytest.approx(ceiling_dbfs, abs=1e-5)
    assert gain_db == pytest.approx(ceiling_dbfs - levels.peak_dbfs(audio))
    ratios = fitted / audio
    np.testing.assert_allclose(ratios, 10.0 ** (gain_db / 20.0), rtol=1e-6)


def test_a_negative_peak_counts():
    audio = np.array([[0.1, -2.0, 0.1]], np.float32)
    assert levels.peak_dbfs(audio) == pytest.approx(20.0 * math.log10(2.0))


def test_the_dry_gain_brings_a_clip_to_its_level_at_one_metre():
    dry = noise(3, 0.2)[:1]
    gain_db = levels.dry_gain_db(levels.level_dbfs(dry), -33.0)
    assert levels.level_dbfs(levels.amplified(dry, gain_db)) == pytest.approx(-33.0, abs=1e-4)


def test_the_level_laws():
    near, far = noise(4, 0.1), noise(4, 0.01)

    def wet_level(audio, law, draw=0.25):
        gain_db = levels.wet_gain_db(audio, law, level_dbfs_1m=-30.0, draw=draw)
        return levels.level_dbfs(levels.amplified(audio, gain_db))

    assert wet_level(near, "physical") - wet_level(far, "physical") == pytest.approx(20.0, abs=1e-3)
    assert wet_level(near, "normalised") == pytest.approx(-30.0, abs=1e-4)
    assert wet_level(far, "normalised") == pytest.approx(-30.0, abs=1e-4)
    low, high = levels.RANDOM_GAIN_DB
    for draw, gain_db in ((0.0, low), (0.5, (low + high) / 2.0)):
        got = wet_level(near, "random_gain", draw) - wet_level(near, "physical")
        assert got == pytest.approx(gain_db, abs=1e-3)


def test_an_unknown_law_names_the_known_ones():
    with pytest.raises(ValueError, match="physical, normalised, random_gain"):
        levels.wet_gain_db(noise(5, 0.1), "loud", level_dbfs_1m=-30.0, draw=0.0)
