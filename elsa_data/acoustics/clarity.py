"""How energy is shared between early and late, direct and reverberant sound.

Source: ISO 3382-1:2009, A.2.3 (C50); Zahorik, JASA 112:2110, 2002, doi:10.1121/1.1506692
(direct-to-reverberant ratio).
"""

import math

import numpy as np
from numpy.typing import NDArray

from elsa_data.acoustics import octave
from elsa_data.conventions import MID_BANDS_HZ

EARLY_S = 0.05
"""C50 parts early from late sound this long after the direct arrival."""

_NOTHING = 1e-12
"""Under this share of the other side (-120 dB) an energy is rounding, not sound."""


def early_part(
    samples: NDArray[np.floating], sample_rate_hz: int, arrival_s: float
) -> NDArray[np.floating]:
    """Return what C50 counts as early of a response (taps,) whose sound arrives at a time."""
    return samples[: round((arrival_s + EARLY_S) * sample_rate_hz)]


def c50_db(early: octave.Spectrum, whole: octave.Spectrum) -> float | None:
    """Return the mean of C50 over the mid bands; None where one side of 50 ms is empty.

    Early and late sound are parted before they are filtered, so that no filter smears the border.

    Args:
        early: spectrum of the `early_part` of the response, of the same size as the whole one.
        whole: spectrum of the response.
    """
    late = whole._replace(bins=whole.bins - early.bins)
    ratios = []
    for center_hz in MID_BANDS_HZ:
        if not octave.holds(center_hz, whole.sample_rate_hz):
            return None
        band = octave.octave_filter(center_hz, whole.fft_size, whole.sample_rate_hz)
        ratio_db = _ratio_db(octave.energy(early, band), octave.energy(late, band))
        if ratio_db is None:
            return None
        ratios.append(ratio_db)
    return sum(ratios) / len(ratios)


def drr_db(samples: NDArray[np.floating], direct: NDArray[np.floating]) -> float | None:
    """Return direct over reverberant energy; None where there is no reverberant sound.

    What a response (taps,) has beyond its known direct sound (any,) is reverberant: no window has
    to guess where the one ends, and a reflection 1 ms later counts as what it is.
    """
    known = direct[: len(samples)].astype(np.float64)
    # Not a BLAS product: a threaded one is slower on so few numbers, and its bits are no one's.
    beside = np.square(samples[: len(known)] - known).sum()
    after = np.square(samples[len(known) :], dtype=np.float64).sum()
    return _ratio_db(float(np.square(known).sum()), float(beside + after))


def _ratio_db(above: float, below: float) -> float | None:
    if min(above, below) <= _NOTHING * max(above, below):
        return None
    return 10.0 * math.log10(above / below)
