"""How a spectrum is parted into octave bands, and what an octave filter makes of the parts.

A coefficient given per octave holds over its octave and changes over to the next around their
common edge. An octave filter that measures one band also lets some of its neighbours through, and
where those decay more slowly it is they that are heard late: a measured decay is a mixture.

Source: IEC 61260-1:2014 (octaves); ISO 3382-1:2009, 5.3.4 (decay times behind filters).
"""

import functools
import math

import numpy as np
from numpy.typing import NDArray

from elsa_data.conventions import OCTAVE_BANDS_HZ

Floats = NDArray[np.float64]

TRANSITION_OCTAVES = 0.35
"""Width of a change-over. A narrower one rings longer, a wider one smears decays."""

FILTER_ORDER = 3
"""Of the Butterworth low-pass whose band-pass form is the octave filter of measurements."""

_HIGHEST_HZ = 22_000.0


def weights(frequencies_hz: NDArray[np.floating]) -> Floats:
    """Return the weight of each octave band (8, frequencies); the bands sum to 1 everywhere.

    Raised-cosine steps in log frequency around the octave edges; the outer bands go on for ever.
    """
    octaves = np.log2(np.maximum(frequencies_hz, 1.0))
    edges = np.log2(OCTAVE_BANDS_HZ[:-1]) + 0.5
    position = (octaves - edges[:, None]) / TRANSITION_OCTAVES + 0.5
    steps = np.sin(np.clip(position, 0.0, 1.0) * math.pi / 2.0) ** 2
    whole = np.ones((1, len(octaves)))
    return -np.diff(np.concatenate([whole, steps, 0.0 * whole]), axis=0)


@functools.cache
def mixture() -> Floats:
    """Return what share of the energy behind each octave filter (rows) is of each band (8, 8).

    Of white sound; rows sum to 1.
    """
    frequencies = np.arange(1.0, _HIGHEST_HZ)
    width = math.sqrt(2.0) - math.sqrt(0.5)
    ratio = frequencies / np.array(OCTAVE_BANDS_HZ)[:, None]
    power = 1.0 / (1.0 + ((ratio - 1.0 / ratio) / width) ** (2 * FILTER_ORDER))
    shares = power @ weights(frequencies).T
    return shares / shares.sum(axis=1, keepdims=True)


@functools.cache
def neighbourhood() -> tuple[NDArray[np.int64], Floats]:
    """Return the bands each octave filter hears, itself between two, and their shares (8, 3)."""
    own = np.arange(len(OCTAVE_BANDS_HZ))[:, None]
    heard = np.clip(own + np.array([-1, 0, 1]), 0, len(OCTAVE_BANDS_HZ) - 1)
    # The outer bands have one neighbour: there the other index is their own again, counted half.
    times = (heard[:, :, None] == heard[:, None, :]).sum(axis=2)
    return heard, mixture()[own, heard] / times
