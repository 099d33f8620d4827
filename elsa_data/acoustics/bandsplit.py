"""Frequency responses shared by every room: band weights, their minimum phase, the high-pass.

All are tables over the bins of one FFT size, made once in NumPy and kept.
"""

import functools
import math

import numpy as np
import torch
from numpy.typing import NDArray

from elsa_data import octaves
from elsa_data.conventions import OCTAVE_BANDS_HZ

HIGH_PASS_HZ = 20.0
"""Below this no room image sum is right (it has a large offset at 0 Hz) and nobody hears."""

PASS_BAND = 0.45
"""Share of the sample rate up to which responses are exact; from there to 0.5 they fade out."""

_PHASE_GRID = 4

_BLOCK = 64
"""Matrix products of other widths have other bits at other places in memory."""

_LOWER = 4


def bin_frequencies(size: int, sample_rate_hz: int) -> NDArray[np.floating]:
    """Return the frequencies in hertz (size / 2 + 1,) of a real FFT."""
    return np.arange(size // 2 + 1) * (sample_rate_hz / size)


def padded(table: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return a table (..., bins) with zeros up to a multiple of 64 bins."""
    return np.pad(table, [(0, 0)] * (table.ndim - 1) + [(0, -table.shape[-1] % _BLOCK)])


@functools.cache
def bands_by_step(sample_rate_hz: int) -> tuple[tuple[int, slice], ...]:
    """Return (step, bands) of the lower and the upper bands.

    The lower ones end below the Nyquist frequency of the sample rate divided by their step.
    """
    top_hz = OCTAVE_BANDS_HZ[_LOWER - 1] * 2.0 ** ((1.0 + octaves.TRANSITION_OCTAVES) / 2.0)
    step = 1 << math.floor(math.log2(min(max(sample_rate_hz / 2.0 / top_hz, 1.0), 8.0)))
    return (step, slice(0, _LOWER)), (1, slice(_LOWER, len(OCTAVE_BANDS_HZ)))


@functools.cache
def band_weights(size: int, sample_rate_hz: int, device: str) -> torch.Tensor:
    """Return the zero-phase weights (8, bins) float32: gains mix as sum_b gain_b weight_b."""
    weights = octaves.weights(bin_frequencies(size, sample_rate_hz))
    return torch.tensor(weights, dtype=torch.float32, device=device)


@functools.cache
def log_weights(size: int, sample_rate_hz: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return `band_weights` and their Hilbert partners, each (8, bins and more) float32.

    exp(sum_b ln gain_b (weight_b + i partner_b)) has the gains of its bands and minimum phase, so
    that nothing sounds before its time. Zeros fill up the bins to a multiple of 64.

    Source: Oppenheim & Schafer, "Discrete-Time Signal Processing", 3rd ed., 13.1 (the cepstrum of
    a minimum-phase sequence is causal).
    """
    fine = size * _PHASE_GRID
    cepstrum = np.fft.irfft(octaves.weights(bin_frequencies(fine, sample_rate_hz)), fine)
    cepstrum[:, 1 : fine // 2] *= 2.0
    cepstrum[:, fine // 2 + 1 :] = 0.0
    response = np.fft.rfft(cepstrum)[:, ::_PHASE_GRID]
    real, imaginary = (
        torch.tensor(padded(part), dtype=torch.float32, device=device)
        for part in (response.real, response.imag)
    )
    return real, imaginary


@functools.cache
def fade_out(size: int, sample_rate_hz: int, device: str) -> torch.Tensor:
    """Return the gains (bins,) float32 that end every response before the Nyquist frequency."""
    share = bin_frequencies(size, sample_rate_hz) / sample_rate_hz
    position = np.clip((share - PASS_BAND) / (0.5 - PASS_BAND), 0.0, 1.0)
    return torch.tensor(np.cos(position * math.pi / 2.0) ** 2, dtype=torch.float32, device=device)


@functools.cache
def high_pass(size: int, sample_rate_hz: int, device: str) -> torch.Tensor:
    """Return the response (bins,) complex64 of a causal second-order Butterworth high-pass.

    It is minimum phase: a zero-phase one would sound before the direct path.

    Source: bilinear transform, Oppenheim & Schafer, 7.2.2.
    """
    z = np.exp(-2j * math.pi * bin_frequencies(size, sample_rate_hz) / sample_rate_hz)
    cut = math.tan(math.pi * HIGH_PASS_HZ / sample_rate_hz)
    norm = 1.0 + math.sqrt(2.0) * cut + cut * cut
    back = 2.0 * (cut * cut - 1.0) / norm, (1.0 - math.sqrt(2.0) * cut + cut * cut) / norm
    response = (1.0 - z) ** 2 / norm / (1.0 + back[0] * z + back[1] * z * z)
    return torch.tensor(response, dtype=torch.complex64, device=device)
