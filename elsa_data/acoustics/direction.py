"""Where finished audio comes from, and whether a whole set agrees with its labels.

Reverberant audio tells its direction only roughly, so this judges a set and never a row: a
channel swapped or a sign flipped anywhere shows as a better fit of that other convention.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

Floats = NDArray[np.float64]

FRAME_S = 0.008
ONSET_DB = 10.0
"""A bin counts where its energy rises this much over the frame before: there the direct sound is
least covered by reflections."""

COHERENT = 0.9
"""Least ratio of active intensity to energy; 1 is a single plane wave, 0 a diffuse field."""

LOUDNESS = 0.3
"""Exponent of a bin's intensity in the mean: many faint first arrivals outvote one loud echo."""

BAND_HZ = (100.0, 7600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How well estimated directions fit the labels.

    Attributes:
        rows: how many were compared.
        correlation: circular correlation of azimuth, 1 for equal, -1 for mirrored.
        median_error_deg: median great-circle angle.
        better: the convention that fits better than the declared one, such as ``+y+x+z``, if any.
    """

    rows: int
    correlation: float
    median_error_deg: float
    better: str | None


def intensity_direction(foa: NDArray[np.floating], sample_rate_hz: int) -> Floats:
    """Return the unit vector (3,) as x, y, z that AmbiX audio (4, samples) seems to come from.

    Sums active intensity, its loudness compressed, over the time-frequency bins that rise and are
    coherent; zero where none is.

    Source: Pulkki, "Spatial sound reproduction with directional audio coding", JAES 55:503, 2007.
    """
    frame = round(FRAME_S * sample_rate_hz)
    transform = ShortTimeFFT(hann(frame, sym=False), hop=frame // 2, fs=sample_rate_hz)
    spectrum = transform.stft(foa.astype(np.float64), p0=0, padding="zeros")
    low, high = (int(edge * frame / sample_rate_hz) for edge in BAND_HZ)
    w, y, z, x = spectrum[:, low : high + 1]
    intensity = np.real(np.conj(w) * np.stack([x, y, z]))
    energy = (np.abs(w) ** 2 + np.abs(x) ** 2 + np.abs(y) ** 2 + np.abs(z) ** 2) / 2
    before = np.pad(energy[:, :-2], ((0, 0), (2, 0)))  # frames overlap by half
    rising = energy > before * 10 ** (ONSET_DB / 10)
    strength = np.linalg.norm(intensity, axis=0)
    kept = rising & (strength > COHERENT * energy) & (energy > energy.max() * 1e-6)
    total = (intensity[:, kept] * strength[kept] ** (LOUDNESS - 1)).sum(axis=1)
    length = np.linalg.norm(total)
    return total / length if length > 0 else total


def agreement(estimated: Floats, labelled: Floats) -> Agreement:
    """Return how unit vectors (rows, 3) as x, y, z estimated from audio fit the labelled ones.

    Every permutation and every sign of the three axes is tried on the estimates.
    """
    errors = {
        _name(order, signs): float(np.median(_angles(estimated[:, order] * signs, labelled)))
        for order in itertools.permutations(range(3))
        for signs in itertools.product((1, -1), repeat=3)
    }
    declared = errors.pop("+x+y+z")
    best = min(errors, key=lambda name: errors[name])
    return Agreement(
        rows=len(labelled),
        correlation=circular_correlation(_azimuth(estimated), _azimuth(labelled)),
        median_error_deg=declared,
        better=best if errors[best] <= declared else None,
    )


def circular_correlation(first: Floats, second: Floats) -> float:
    """Return the circular correlation of angles (rows,) in radians, in [-1, 1].

    Source: Fisher & Lee, "A correlation coefficient for circular data", Biometrika 70:327, 1983,
    in the form that sums once over the rows.
    """
    ca, sa, cb, sb = np.cos(first), np.sin(first), np.cos(second), np.sin(second)
    product = (ca @ cb) * (sa @ sb) - (ca @ sb) * (sa @ cb)
    spread = _spread(first) * _spread(second)
    return float(4 * product / np.sqrt(spread)) if spread > 0 else 0.0


def _spread(angles: Floats) -> float:
    return angles.size**2 - np.cos(2 * angles).sum() ** 2 - np.sin(2 * angles).sum() ** 2


def _azimuth(vectors: Floats) -> Floats:
    return np.arctan2(vectors[:, 1], vectors[:, 0])


def _angles(first: Floats, second: Floats) -> Floats:
    return np.degrees(np.arccos(np.clip((first * second).sum(axis=1), -1.0, 1.0)))


def _name(order: tuple[int, ...], signs: tuple[int, ...]) -> str:
    axes = zip(order, signs, strict=True)
    return "".join(f"{'+' if sign > 0 else '-'}{'xyz'[axis]}" for axis, sign in axes)
