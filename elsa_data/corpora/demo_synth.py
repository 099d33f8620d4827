"""What the sounds of the demo are built from: excitation, resonance, envelope."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

Signal = NDArray[np.float64]
Rng = np.random.Generator


def time_s(rate: int, seconds: float) -> Signal:
    """Return the time in seconds of each of (n,) samples."""
    return np.arange(round(rate * seconds)) / rate


def band(signal: Signal, rate: int, low_hz: float, high_hz: float) -> Signal:
    """Return the signal between two frequencies, the upper one kept below Nyquist."""
    edges = [low_hz, min(high_hz, 0.45 * rate)]
    return np.asarray(sosfilt(butter(2, edges, "bandpass", fs=rate, output="sos"), signal))


def ring(signal: Signal, rate: int, hz: float, decay_s: float) -> Signal:
    """Return the signal through one resonance that falls by 60 dB in ``decay_s``."""
    radius = 10.0 ** (-3.0 / (decay_s * rate))
    angle = 2.0 * np.pi * min(hz, 0.45 * rate) / rate
    return np.asarray(
        lfilter([1.0 - radius], [1.0, -2.0 * radius * np.cos(angle), radius**2], signal)
    )


def swept(hz: Signal, rate: int) -> Signal:
    """Return the phase in radians of a tone whose frequency is given sample by sample."""
    return 2.0 * np.pi * np.cumsum(hz) / rate


def harmonics(phase: Signal, weights: list[float]) -> Signal:
    """Return a sum of harmonics of a phase in radians, the first weight for the first."""
    return sum((w * np.sin((k + 1) * phase) for k, w in enumerate(weights)), np.zeros_like(phase))


def place(signal: Signal, event: Signal, at: int) -> None:
    """Add an event into a signal from sample ``at``, cut where the signal ends."""
    part = event[: max(0, len(signal) - at)]
    signal[at : at + len(part)] += part


def swell(count: int, rise: float, fall: float) -> Signal:
    """Return an envelope (count,) that rises and falls over the given shares of its length."""
    position = np.linspace(0.0, 1.0, count)
    return np.minimum(1.0, np.minimum(position / rise, (1.0 - position) / fall))


def every(rng: Rng, seconds: float, gap_s: float, jitter: float) -> list[float]:
    """Return times from a short start to the end, about ``gap_s`` apart."""
    times, now = [], rng.uniform(0.02, 0.1)
    while now < seconds - 0.1:
        times.append(now)
        now += gap_s * rng.uniform(1.0 - jitter, 1.0 + jitter)
    return times
