import librosa
import numpy as np
import pytest
import torch

from elsa_data.ambisonics import encode
from elsa_data.geometry import unit_vector
from elsa_data.train.features import (
    intensity,
    log_mel,
    mel_filters,
    resample,
    stereo,
    stft,
)

RNG = np.random.default_rng(4)
N_FFT, HOP, RATE_HZ = 64, 16, 16_000
FOA = torch.from_numpy(RNG.standard_normal((2, 4, 400)))
MEL = mel_filters(6, N_FFT, RATE_HZ, 50, 8000).double()


def naive_stft(signal: np.ndarray) -> np.ndarray:
    """(bins, frames) of one channel: reflected ends, periodic Hann, the sum over each frame."""
    padded = np.pad(signal, N_FFT // 2, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    frames = 1 + len(signal) // HOP
    spectrum = np.zeros((N_FFT // 2 + 1, frames), dtype=complex)
    for frame in range(frames):
        part = padded[frame * HOP : frame * HOP + N_FFT] * window
        for k in range(N_FFT // 2 + 1):
            turn = np.exp(-2j * np.pi * k * np.arange(N_FFT) / N_FFT)
            spectrum[k, frame] = (part * turn).sum()
    return spectrum


SPECTRA = np.stack([[naive_stft(channel) for channel in row] for row in FOA.numpy()])


def naive_intensity(row: np.ndarray, normalize: str, mel: np.ndarray | None) -> np.ndarray:
    """(6, bands, frames) of one row, a bin or a band at a time."""
    w, y, z, x = row
    frames = w.shape[1]
    bands = len(w) if mel is None else len(mel)
    weights = np.eye(len(w)) if mel is None else mel
    floor = 1e-6 * (np.abs(w) ** 2).mean()
    found = np.zeros((6, bands, frames))
    for frame in range(frames):
        for band in range(bands):
            vector, energy, total = np.zeros(6), 0.0, np.zeros(6)
            for k, weight in enumerate(weights[band]):
                cross = [np.conj(w[k, frame]) * each[k, frame] for each in (y, z, x)]
                own = np.array([c.real for c in cross] + [c.imag for c in cross])
                squares = [abs(each[k, frame]) ** 2 for each in (w, y, z, x)]
                if normalize == "unit":
                    total += weight * own / max(np.linalg.norm(own[:3]), floor)
                elif normalize == "dcase":
                    total += weight * own / (squares[0] + sum(squares[1:]) / 3)
                vector += weight * own
                energy += weight * sum(squares) / 2
            found[:, band, frame] = vector / energy if normalize == "energy" else total
    return found


def test_a_spectrum_is_a_sum_over_each_frame():
    assert stft(FOA, N_FFT, HOP).numpy() == pytest.approx(SPECTRA, abs=1e-10)


@pytest.mark.parametrize("banded", [True, False])
@pytest.mark.parametrize("normalize", ["energy", "unit", "dcase"])
def test_intensity_is_what_a_loop_finds(normalize, banded):
    mel = MEL if banded else None
    found = intensity(torch.from_numpy(SPECTRA), normalize, mel).numpy()
    for at, row in enumerate(SPECTRA):
        expected = naive_intensity(row, normalize, None if mel is None else mel.numpy())
        assert found[at] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("normalize", ["energy", "unit"])
def test_a_plane_wave_points_at_its_source(normalize):
    toward = unit_vector(50.0, -20.0)
    noise = RNG.standard_normal(4000)
    foa = torch.from_numpy(np.outer(encode(toward), noise))[None]
    found = intensity(stft(foa, N_FFT, HOP), normalize).numpy()[0]
    x, y, z = toward
    assert found[:3].mean(axis=(1, 2)) == pytest.approx([y, z, x], abs=1e-6)
    assert np.abs(found[3:]).max() < 1e-9


def test_energy_normalised_intensity_is_at_most_one_long():
    found = intensity(torch.from_numpy(SPECTRA), "energy", MEL)
    assert found[:, :3].norm(dim=1).max() <= 1
    assert found.norm(dim=1).min() > 0


@pytest.mark.parametrize("normalize", ["energy", "unit", "dcase"])
def test_silence_is_zero(normalize):
    silent = stft(torch.zeros(1, 4, 400), N_FFT, HOP)
    assert not intensity(silent, normalize, MEL.float()).any()
    assert log_mel(silent, MEL.float()).unique().tolist() == [-100.0]


def test_log_mel_is_what_a_loop_finds():
    found = log_mel(torch.from_numpy(SPECTRA), MEL).numpy()
    expected = np.zeros_like(found)
    for band, weights in enumerate(MEL.numpy()):
        total = sum(weight * np.abs(SPECTRA[:, :, k]) ** 2 for k, weight in enumerate(weights))
        expected[:, :, band] = 10 * np.log10(total)
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("bands", "n_fft", "rate"), [(64, 1024, 48_000), (48, 512, 16_000)])
def test_filters_are_slaneys(bands, n_fft, rate):
    expected = librosa.filters.mel(
        sr=rate, n_fft=n_fft, n_mels=bands, fmin=50, fmax=min(14_000, rate / 2), norm="slaney"
    )
    found = mel_filters(bands, n_fft, rate, 50, min(14_000, rate / 2)).numpy()
    assert found == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("before", "after"), [(16_000, 48_000), (48_000, 16_000)])
def test_a_tone_stays_itself_at_another_rate(before, after):
    def tone(rate):
        return torch.sin(2 * torch.pi * 1000 * torch.arange(rate // 10) / rate)

    assert resample(tone(before), before, after) == pytest.approx(tone(after), abs=1e-4)


def test_stereo_keeps_level_and_time_of_each_side():
    spectrum = torch.from_numpy(SPECTRA[:, :2])
    found = stereo(spectrum).numpy()
    again = found[:, :2] * np.exp(1j * found[:, 2:])
    assert again == pytest.approx(SPECTRA[:, :2], abs=1e-9)
