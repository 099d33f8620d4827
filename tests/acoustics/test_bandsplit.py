import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from elsa_data.acoustics import bandsplit
from elsa_data.conventions import OCTAVE_BANDS_HZ


def test_band_weights_sum_to_one():
    weights = bandsplit.band_weights(2560, 48_000, "cpu").numpy()
    assert weights.shape == (8, 1281)
    assert np.allclose(weights.sum(axis=0), 1.0, atol=1e-6)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_lower_bands_end_below_their_own_nyquist(rate):
    weights = bandsplit.band_weights(4096, rate, "cpu").numpy()
    covered = []
    for step, bands in bandsplit.bands_by_step(rate):
        covered += range(bands.start, bands.stop)
        kept = 4096 // step // 2 + 1
        assert np.all(weights[bands, kept:] == 0.0), (rate, step)
    assert covered == list(range(len(OCTAVE_BANDS_HZ)))


def test_log_weights_make_causal_responses_with_the_gains_of_their_bands():
    size, rate = 8192, 48_000
    real, imaginary = (
        t.numpy()[:, : size // 2 + 1] for t in bandsplit.log_weights(size, rate, "cpu")
    )
    gains = np.array([0.9, 0.8, 0.7, 0.3, 0.2, 0.15, 0.1, 0.1])
    response = np.exp(np.log(gains) @ real + 1j * (np.log(gains) @ imaginary))
    at_centres = [round(f * size / rate) for f in OCTAVE_BANDS_HZ]
    assert np.abs(response[at_centres]) == pytest.approx(gains, rel=1e-3)
    impulse = np.fft.irfft(response)
    ahead = np.square(impulse[size // 2 :]).sum() / np.square(impulse).sum()
    assert 10 * np.log10(ahead) < -60.0


def test_zero_phase_mixing_of_the_same_gains_is_not_causal():
    # What the exact treatment of the first images is for.
    weights = bandsplit.band_weights(8192, 48_000, "cpu").numpy()
    impulse = np.fft.irfft(np.array([0.9, 0.8, 0.7, 0.3, 0.2, 0.15, 0.1, 0.1]) @ weights)
    ahead = np.square(impulse[4096:-10]).sum() / np.square(impulse).sum()
    assert 10 * np.log10(ahead) > -40.0


def test_high_pass_is_the_causal_butterworth():
    size, rate = 65_536, 48_000
    impulse = np.zeros(size)
    impulse[0] = 1.0
    wanted = sosfilt(butter(2, 20.0, "highpass", fs=rate, output="sos"), impulse)
    got = np.fft.irfft(bandsplit.high_pass(size, rate, "cpu").numpy())
    assert np.abs(got - wanted).max() < 1e-6


def test_fade_out_is_one_in_the_pass_band_and_zero_at_nyquist():
    gains = bandsplit.fade_out(1000, 48_000, "cpu").numpy()
    assert np.all(gains[:450] == 1.0)
    assert gains[-1] == pytest.approx(0.0, abs=1e-6)
