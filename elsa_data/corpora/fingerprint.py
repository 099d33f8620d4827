"""A short name of a recording that survives gain, padding, resampling and, mostly, codecs.

Energies of 17 mel bands from 150 Hz to 5.5 kHz are averaged over four soft windows that span the
sounding part, whatever its length; the 64 differences between neighbouring bands are the
features. Each gives one bit: above or below the widest empty interval among the middle of the
sorted features. A fixed threshold would fall among the features and flip a bit at the slightest
change; this one lies as far from all of them as it can. The length of the sounding part,
in steps of 2 %, tells apart what the bits do not.

What it does (measured on 100 sounds of the demo, 20 kinds): equal in every case under gain,
16-bit rounding and silence added at the ends, in 99 % under resampling to 32 kHz, 86 % under MP3
and 65 % under Ogg Vorbis at libsndfile's defaults; of 1,320 pairs of *different* sounds of one
kind none agreed. So it finds most re-encoded copies, not all, and none that was cut to another
length: those are for ``source_id`` and an exclusion list to catch.

Source: the band-difference idea is J. Haitsma, T. Kalker, "A highly robust audio fingerprinting
system", ISMIR 2002; windows, threshold and length are ours.
"""

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE_HZ: Final = 16_000

_BANDS: Final = 17
_WINDOWS: Final = 4
_BAND_EDGES_HZ: Final = (150.0, 5500.0)
_FFT: Final = 2048
_HOP: Final = 512
_CHUNK: Final = 256
_SOUNDING_DB: Final = -35.0
_FLOOR: Final = 1e-3
"""Energies under -30 dB of the largest are codec noise as often as sound; they fade into this."""

_LENGTH_STEP: Final = 0.02


def fingerprint(samples: NDArray[np.float32]) -> str:
    """Return 16 hex digits, a dash and the length class of (n,) samples at 16 kHz, not silent."""
    loud = np.abs(samples)
    sounding = np.flatnonzero(loud >= loud.max() * 10.0 ** (_SOUNDING_DB / 20.0))
    part = samples[sounding[0] : sounding[-1] + 1]
    features = np.diff(_levels_db(part), axis=1).ravel()
    ordered = np.sort(features)
    skipped = len(ordered) // 5
    gaps = np.diff(ordered[skipped : len(ordered) - skipped])
    threshold = ordered[skipped + int(np.argmax(gaps))]
    bits = np.packbits(features > threshold).tobytes().hex()
    return f"{bits}-{round(math.log(len(part)) / _LENGTH_STEP)}"


def _levels_db(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return levels in decibels (windows, bands), above a floor relative to the largest."""
    frames = _frame_energies(samples)
    position = (np.arange(len(frames)) + 0.5) / len(frames)
    centres = (np.arange(_WINDOWS) + 0.5) / _WINDOWS
    # Triangles wider than their spacing: where the sounding part begins may move a little.
    weights = np.maximum(0.0, 1.0 - np.abs(position - centres[:, None]) * _WINDOWS / 1.5)
    energies = (weights / weights.sum(axis=1, keepdims=True)) @ frames
    return 10.0 * np.log10(energies + _FLOOR * energies.max() + 1e-30)


def _frame_energies(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return mel-band energies (frames, bands), a few frames at a time to bound the memory."""
    padded = np.pad(samples, (_FFT // 2, _FFT // 2 + _HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP]
    window, bank = np.hanning(_FFT), _mel_bank()
    chunks = [
        np.abs(np.fft.rfft(frames[at : at + _CHUNK] * window)) ** 2 @ bank
        for at in range(0, len(frames), _CHUNK)
    ]
    return np.concatenate(chunks)


@lru_cache(maxsize=1)
def _mel_bank() -> NDArray[np.float64]:
    """Return triangular weights (bins, bands), evenly spaced on the mel scale."""
    low, high = (2595.0 * math.log10(1.0 + hz / 700.0) for hz in _BAND_EDGES_HZ)
    edges = np.linspace(low, high, _BANDS + 2)
    mels = 2595.0 * np.log10(1.0 + np.fft.rfftfreq(_FFT, 1.0 / RATE_HZ) / 700.0)[:, None]
    rising = (mels - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mels) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))
