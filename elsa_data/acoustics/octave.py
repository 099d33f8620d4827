"""Octave filters applied in the frequency domain, each band at a rate of its own.

A band is brought back to time with only the bins it needs: the 125 Hz octave of a 48 kHz response
takes a 32nd of the samples of the 4 kHz one, and all eight cost about two full transforms.

Source: IEC 61260-1:2014 (octaves, base 2 edges); ISO 3382-1:2009, 5.3.4 (time-reversed filtering).
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

RING_S = 0.15
"""Room left on both sides of a response: the 125 Hz filter has rung down by 60 dB in this time."""

STEP_S = 0.25e-3
"""Decays are read in steps of about this: the shortest T30 we read spans a hundred of them."""

HIGHEST_EDGE = 0.95
"""Share of Nyquist a band's upper edge may reach; the bilinear filter is bent beyond."""

FULL_BAND_HZ = 8000.0
"""Where the unfiltered response is cut off, so that every sample rate reads the same sound."""

_OCTAVE_ORDER, _LOW_PASS_ORDER = 3, 8
"""Butterworth orders: six poles an octave, as is usual, and a low-pass that is steep."""

_KEPT = 3.0
"""A band keeps its bins up to this multiple of its centre, where it is over 30 dB down."""


class Filter(NamedTuple):
    """A causal filter: its response (bins,) on an FFT grid and the size of its inverse FFT."""

    response: NDArray[np.complex64]
    size: int


class Spectrum(NamedTuple):
    """The FFT (bins,) of a response that is ``taps`` long, with silence for filters to ring in."""

    bins: NDArray[np.complex64]
    fft_size: int
    taps: int
    sample_rate_hz: int


class Power(NamedTuple):
    """The energy of a response in steps of time: step k begins ``first_s + k * step_s`` seconds."""

    values: NDArray[np.float64]
    first_s: float
    step_s: float


def bandwidth_hz(center_hz: float) -> float:
    """Return the width of an octave band."""
    return center_hz * (math.sqrt(2.0) - math.sqrt(0.5))


def holds(center_hz: float, sample_rate_hz: int) -> bool:
    """Return whether an octave lies below `HIGHEST_EDGE` of the Nyquist frequency."""
    return center_hz * math.sqrt(2.0) <= HIGHEST_EDGE * sample_rate_hz / 2.0


def spectrum(samples: NDArray[np.floating], sample_rate_hz: int) -> Spectrum:
    """Return the spectrum of samples (taps,)."""
    return spectra([samples], sample_rate_hz)[0]


def spectra(
    sounds: Sequence[NDArray[np.floating]], sample_rate_hz: int, size: int = 0
) -> list[Spectrum]:
    """Return the spectra of sounds (taps,), of the `fft_size` of the longest unless one is given.

    Four of them at once cost less than two one by one, and have the same bits.
    """
    size = size or fft_size(max(map(len, sounds)), sample_rate_hz)
    rows = np.zeros((len(sounds), size), np.float32)
    for row, sound in zip(rows, sounds, strict=True):
        row[: len(sound)] = sound
    return [
        Spectrum(bins, size, len(sound), sample_rate_hz)
        for bins, sound in zip(np.asarray(rfft(rows)), sounds, strict=True)
    ]


def fft_size(taps: int, sample_rate_hz: int) -> int:
    """Return the size that holds a response and silence for filters to ring in.

    The least of 4, 5, 6 times a power of two: few sizes, so filters are reused.
    """
    samples = taps + 2 * math.ceil(RING_S * sample_rate_hz)
    power = 1 << max(10, (samples - 1).bit_length() - 3)
    return next(power * k for k in (4, 5, 6, 8) if power * k >= samples)


def octave_filter(center_hz: float, fft_size: int, sample_rate_hz: int) -> Filter:
    """Return the Butterworth octave about a centre that `holds`."""
    return _octave_design(center_hz, fft_size, sample_rate_hz)


def full_band_filter(fft_size: int, sample_rate_hz: int) -> Filter | None:
    """Return the low-pass at `FULL_BAND_HZ`, or None where the sample rate holds no more."""
    if HIGHEST_EDGE * sample_rate_hz / 2.0 < FULL_BAND_HZ:
        return None
    return _low_pass_design(fft_size, sample_rate_hz)


def power(whole: Spectrum, band: Filter | None, *, reverse: bool = False) -> Power:
    """Return a response's energy through a filter, or through the filter run backwards in time.

    It starts before time zero, by the room a reversed filter needs to ring in, and ends where the
    response ended.
    """
    return powers(whole, [band], reverse=reverse)[0]


def powers(
    whole: Spectrum, bands: Sequence[Filter | None], *, reverse: bool = False
) -> list[Power]:
    """Return `power` through each of some filters, in order."""
    rows = [_filtered(whole, band, reverse) for band in bands]
    # Four transforms of one size cost less than two alone, so the widest bands share the largest.
    wide = [k for k, (_, size) in enumerate(rows) if 4 * size > whole.fft_size]
    bins = np.zeros((len(wide), whole.fft_size // 2 + 1), np.complex64)
    for row, k in zip(bins, wide, strict=True):
        row[: len(rows[k][0])] = rows[k][0]
    audio = dict(zip(wide, np.asarray(irfft(bins, whole.fft_size)), strict=True)) if wide else {}
    return [
        _power(whole, audio[k] if k in audio else np.asarray(irfft(row, size)))
        for k, (row, size) in enumerate(rows)
    ]


def _filtered(
    whole: Spectrum, band: Filter | None, reverse: bool
) -> tuple[NDArray[np.complex64], int]:
    """Return the bins that a filter leaves and the size of their inverse FFT."""
    if band is None:
        return whole.bins, whole.fft_size
    response = band.response.conj() if reverse else band.response
    return whole.bins[: len(response)] * response, band.size


def _power(whole: Spectrum, audio: NDArray[np.float32]) -> Power:
    """Return the energy in steps of a filtered response that goes round: its end is before 0."""
    share = len(audio) / whole.fft_size
    rate_hz = whole.sample_rate_hz * share
    block = max(1, math.floor(STEP_S * rate_hz))
    lead = block * math.ceil(RING_S * rate_hz / block)
    end = math.ceil(whole.taps * share) // block * block
    steps = [part.reshape(-1, block) for part in (audio[len(audio) - lead :], audio[:end])]
    values = np.concatenate([np.einsum("sk,sk->s", part, part) for part in steps])
    return Power(share * values.astype(np.float64), -lead / rate_hz, block / rate_hz)


def energy(whole: Spectrum, band: Filter) -> float:
    """Return the energy of a response in a band."""
    bins = whole.bins[: band.size // 2 + 1] * band.response
    return 2.0 * float(np.square(np.abs(bins)).sum(dtype=np.float64)) / whole.fft_size


@lru_cache(maxsize=512)
def _octave_design(center_hz: float, fft_size: int, sample_rate_hz: int) -> Filter:
    size, warped = _grid(_KEPT * center_hz, fft_size, sample_rate_hz)
    low, high = (
        math.tan(math.pi * center_hz * edge / sample_rate_hz)
        for edge in (math.sqrt(0.5), math.sqrt(2.0))
    )
    # Band-pass form of a low-pass; 0 Hz, where it has no number, is taken a little above.
    warped = np.maximum(warped, 1e-6 * low)
    return Filter(_butterworth(_OCTAVE_ORDER, (warped - low * high / warped) / (high - low)), size)


@lru_cache(maxsize=64)
def _low_pass_design(fft_size: int, sample_rate_hz: int) -> Filter:
    size, warped = _grid(2.0 * FULL_BAND_HZ, fft_size, sample_rate_hz)
    edge = math.tan(math.pi * FULL_BAND_HZ / sample_rate_hz)
    return Filter(_butterworth(_LOW_PASS_ORDER, warped / edge), size)


def _grid(
    highest_hz: float, fft_size: int, sample_rate_hz: int
) -> tuple[int, NDArray[np.floating]]:
    """Return the size of an inverse FFT that holds a frequency, and its bins as tan(pi f / fs)."""
    size = fft_size
    while size % 4 == 0 and size / fft_size * sample_rate_hz / 4.0 >= highest_hz:
        size //= 2
    return size, np.tan(np.arange(size // 2 + 1) * (math.pi / fft_size))


def _butterworth(order: int, frequency: NDArray[np.floating]) -> NDArray[np.complex64]:
    """Return the response of a low-pass at frequencies (bins,) in units of its edge.

    Source: Oppenheim & Schafer, "Discrete-Time Signal Processing", 3rd ed., 7.2.2, B.1.
    """
    below = 1.0 + 1j * frequency if order % 2 else np.ones(len(frequency), np.complex128)
    for pair in range(order // 2):
        damping = 2.0 * math.sin((2 * pair + 1) * math.pi / (2 * order))
        below *= 1.0 - np.square(frequency) + 1j * damping * frequency
    return (1.0 / below).astype(np.complex64)
