"""What a network hears: log-mel of W, intensity vectors, stereo magnitude and phase.

Audio is AmbiX (batch, 4, samples) as `elsa_data.conventions` says. A positive component of the
active intensity points to the source. Everything runs on the device of the audio.
"""

import functools
import math
from typing import Final, Literal

import torch
from torch import Tensor

from elsa_data.conventions import FOA_CHANNELS

Normalize = Literal["energy", "unit", "dcase"]

POWER_FLOOR: Final = 1e-10
"""-100 dB: what digital silence reads as."""

_EPSILON: Final = 1e-6
_Y, _Z, _X = (FOA_CHANNELS.index(name) for name in "YZX")


def stft(audio: Tensor, n_fft: int, hop: int) -> Tensor:
    """Return the complex spectrum (..., n_fft / 2 + 1, frames) of audio (..., samples), Hann."""
    window = torch.hann_window(n_fft, device=audio.device, dtype=audio.dtype)
    flat = audio.reshape(-1, audio.shape[-1])
    spectrum = torch.stft(flat, n_fft, hop, window=window, return_complex=True)
    return spectrum.reshape(*audio.shape[:-1], *spectrum.shape[-2:])


def log_mel(spectrum: Tensor, mel: Tensor) -> Tensor:
    """Return decibels (..., mels, frames) of a spectrum (..., bins, frames) by `mel_filters`."""
    return 10.0 * torch.log10((mel @ power(spectrum)).clamp_min(POWER_FLOOR))


def power(spectrum: Tensor) -> Tensor:
    """Return the squared magnitude."""
    return spectrum.real.square() + spectrum.imag.square()


def intensity(foa: Tensor, normalize: Normalize, mel: Tensor | None = None) -> Tensor:
    """Return active and reactive intensity (batch, 6, bands, frames): Y, Z, X of each.

    Re and Im of conj(W) (Y, Z, X), for a spectrum (batch, 4, bins, frames). ``energy`` sums
    intensity and energy over a mel band and divides: the active part is then at most 1 long, and
    1 minus its length is the diffuseness. ``unit`` divides each bin by the length of its active
    part. ``dcase`` divides each bin by its energy, then sums over bands. Without ``mel`` (mels,
    bins) bands are bins. Digital silence gives 0.

    Source: Merimaa & Pulkki, "Spatial Impulse Response Rendering I", JAES 53, 2005 (energy);
    Devnani et al., arXiv:2409.11369, 2024 (unit); Cao et al., DCASE 2019 (dcase).
    """
    w = foa[:, :1]
    cross = w.conj() * foa[:, [_Y, _Z, _X]]
    vectors = torch.cat([cross.real, cross.imag], dim=1)
    if normalize == "unit":
        length = cross.real.square().sum(1, keepdim=True).sqrt()
        floor = _EPSILON * power(w).mean(dim=(-2, -1), keepdim=True)
        return _banded(vectors / length.maximum(floor).clamp_min(POWER_FLOOR), mel)
    squares = power(foa)
    if normalize == "dcase":
        energy = squares[:, :1] + squares[:, 1:].sum(1, keepdim=True) / 3
        return _banded(vectors / energy.clamp_min(POWER_FLOOR), mel)
    energy = _banded(squares.sum(1, keepdim=True) / 2, mel)
    return _banded(vectors, mel) / energy.clamp_min(POWER_FLOOR)


def stereo(left_right: Tensor) -> Tensor:
    """Return magnitudes and phases (batch, 4, bins, frames) of a spectrum (batch, 2, bins, frames).

    Source: Seki et al., "Spatial-CLAP", arXiv:2509.14785, 2025.
    """
    return torch.cat([left_right.abs(), left_right.angle()], dim=1)


def resample(audio: Tensor, from_hz: int, to_hz: int) -> Tensor:
    """Return audio (..., samples) at another rate: its spectrum cut off or padded with zeros.

    The signal is taken as periodic, so its first and last milliseconds may ring.
    """
    if from_hz == to_hz:
        return audio
    length = audio.shape[-1] * to_hz // from_hz
    return torch.fft.irfft(torch.fft.rfft(audio), n=length) * (length / audio.shape[-1])


def mel_filters(bands: int, n_fft: int, rate_hz: int, low_hz: float, high_hz: float) -> Tensor:
    """Return triangular filters (bands, n_fft / 2 + 1) of equal area on Slaney's mel scale.

    Source: Slaney, "Auditory Toolbox", Interval Research, 1998.
    """
    low, high = _mel(low_hz), _mel(high_hz)
    edges = [_hertz(low + (high - low) * at / (bands + 1)) for at in range(bands + 2)]
    edge = torch.tensor(edges, dtype=torch.float64)
    bins = torch.linspace(0, rate_hz / 2, n_fft // 2 + 1, dtype=torch.float64)
    rise = (bins - edge[:-2, None]) / (edge[1:-1] - edge[:-2])[:, None]
    fall = (edge[2:, None] - bins) / (edge[2:] - edge[1:-1])[:, None]
    filters = rise.minimum(fall).clamp_min(0.0) * (2.0 / (edge[2:] - edge[:-2]))[:, None]
    return filters.float()


@functools.cache
def _mel(hertz: float) -> float:
    return hertz * 3 / 200 if hertz < 1000 else 15 + 27 * math.log(hertz / 1000) / math.log(6.4)


def _hertz(mel: float) -> float:
    return mel * 200 / 3 if mel < 15 else 1000 * math.exp((mel - 15) * math.log(6.4) / 27)


def _banded(bins: Tensor, mel: Tensor | None) -> Tensor:
    return bins if mel is None else mel @ bins
