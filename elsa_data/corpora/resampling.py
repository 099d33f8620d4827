"""One resampler for all: soxr."""

import numpy as np
import soxr
from numpy.typing import NDArray


def resample(
    samples: NDArray[np.float32], from_hz: int, to_hz: int, *, quality: str = "VHQ"
) -> NDArray[np.float32]:
    """Return (n,) samples at another rate; the same array when the rates are equal."""
    if from_hz == to_hz:
        return samples
    return soxr.resample(samples, from_hz, to_hz, quality=quality)
