"""Octave filters applied in the frequency domain, each band at a rate of its own.

A band is brought back to time with only the bins it needs: the 125 Hz octave of a 48 kHz response
takes a 32nd of the samples of the 4 kHz one, and all eight cost about two full transforms.

Source: IEC 61260-1:2014 (octaves, base 2 edges); ISO 3382-1:2009, 5.3.4 (time-reversed filtering).
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft
from scipy.signal import butter, sosfreqz

RING_S = 0.15
"""Room left on both sides of a response: the 125 Hz filter has rung down by 60 dB in this time."""

STEP_S = 0.25e-3
"""Decays are read in steps of about this: the shortest T30 we read spans a hundred of them."""

HIGHEST_EDGE = 0.95
"""Share of Nyquist a band's upper edge may reach; the bilinear filter is bent beyond."""

FULL_BAND_HZ = 8000.0
"""Where the unfiltered response is cut off, so that every sample rate reads the same sound."""

_ORDER = {"bandpass": 3, "lowpass": 8}
"""Butterworth orders: six poles an octave, as is usual, and a low-pass that is one."""

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


def spectrum(samples: NDArray[np.floating], sample_rate_hz: int, fft_size: int = 0) -> Spectrum:
    """Return the spectrum of samples (taps,), in the nearest of a few sizes unless one is given."""
    size = fft_size or _fft_size(len(samples) + 2 * math.ceil(RING_S * sample_rate_hz))
    bins = np.asarray(rfft(samples.astype(np.float32, copy=False), size))
    return Spectrum(bins, size, len(samples), sample_rate_hz)


def octave_filter(center_hz: float, fft_size: int, sample_rate_hz: int) -> Filter:
    """Return the Butterworth octave about a centre that `holds`."""
    edges = (center_hz * math.sqrt(0.5), center_hz * math.sqrt(2.0))
    return _design("bandpass", edges, _KEPT * center_hz, fft_size, sample_rate_hz)


def full_band_filter(fft_size: int, sample_rate_hz: int) -> Filter | None:
    """Return the low-pass at `FULL_BAND_HZ`, or None where the sample rate holds no more."""
    if HIGHEST_EDGE * sample_rate_hz / 2.0 < FULL_BAND_HZ:
        return None
    return _design("lowpass", (FULL_BAND_HZ,), 2.0 * FULL_BAND_HZ, fft_size, sample_rate_hz)


def power(whole: Spectrum, band: Filter | None, *, reverse: bool = False) -> Power:
    """Return a response's energy through a filter, or through the filter run backwards in time.

    It starts before time zero, by the room a reversed filter needs to ring in, and ends where the
    response ended.
    """
    response, size = band if band else (None, whole.fft_size)
    bins = whole.bins[: size // 2 + 1]
    if response is not None:
        bins = bins * (response.conj() if reverse else response)
    rate_hz = whole.sample_rate_hz * size / whole.fft_size
    block = max(1, math.floor(STEP_S * rate_hz))
    lead = block * math.ceil(RING_S * rate_hz / block)
    steps = (lead + math.ceil(whole.taps * size / whole.fft_size)) // block
    audio = np.roll(np.asarray(irfft(bins, size)), lead)[: steps * block]
    values = np.square(audio).reshape(steps, block).sum(axis=1, dtype=np.float64)
    values *= size / whole.fft_size
    return Power(values, -lead / rate_hz, block / rate_hz)


def energy(whole: Spectrum, band: Filter) -> float:
    """Return the energy of a response in a band."""
    bins = whole.bins[: band.size // 2 + 1] * band.response
    return 2.0 * float(np.square(np.abs(bins)).sum(dtype=np.float64)) / whole.fft_size


@lru_cache(maxsize=512)
def _design(
    kind: str, edges_hz: tuple[float, ...], highest_hz: float, fft_size: int, sample_rate_hz: int
) -> Filter:
    edges = np.squeeze(edges_hz)  # scipy wants a number for a low-pass
    sections = butter(_ORDER[kind], edges, kind, fs=sample_rate_hz, output="sos")
    size = fft_size
    while size % 4 == 0 and size / fft_size * sample_rate_hz / 4.0 >= highest_hz:
        size //= 2
    grid = np.arange(size // 2 + 1) * (sample_rate_hz / fft_size)
    _, response = sosfreqz(sections, grid, fs=sample_rate_hz)
    return Filter(np.asarray(response, dtype=np.complex64), size)


def _fft_size(samples: int) -> int:
    """Return the least of 4, 5, 6, 7 times a power of two: few sizes, so filters are reused."""
    power = 1 << max(10, (samples - 1).bit_length() - 3)
    return next(power * k for k in range(4, 9) if power * k >= samples)
