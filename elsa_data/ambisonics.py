"""Real spherical harmonics in AmbiX, the FuMa converter, and direction from intensity."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from elsa_data.conventions import FOA_CHANNELS

MAX_ORDER = 3

_FUMA_FROM_ACN = (0, 3, 1, 2)
"""FuMa's W, X, Y, Z picked out of W, Y, Z, X."""


def channels_of(order: int) -> int:
    """Return the number of ambisonic channels of an order."""
    return (order + 1) ** 2


def encode(directions: ArrayLike, order: int = 1) -> NDArray[np.float64]:
    """Return SN3D gains in ACN order (..., (order + 1)^2) for unit vectors (..., 3) as x, y, z.

    Raises:
        ValueError: the order is not in 0..3.

    Source: Nachbar et al., AmbiX, 2011; polynomials from Zotter & Frank, "Ambisonics", 2019, A.3.
    """
    if not 0 <= order <= MAX_ORDER:
        raise ValueError(f"ambisonic order {order}: 0 to {MAX_ORDER} are supported")
    x, y, z = np.moveaxis(np.asarray(directions, dtype=np.float64), -1, 0)
    gains = [np.ones_like(x), y, z, x]
    if order >= 2:
        r3 = math.sqrt(3.0)
        gains += [r3 * x * y, r3 * y * z, (3 * z * z - 1) / 2, r3 * x * z, r3 / 2 * (x * x - y * y)]
    if order >= 3:
        r58, r15, r38 = math.sqrt(5 / 8), math.sqrt(15.0), math.sqrt(3 / 8)
        gains += [
            r58 * y * (3 * x * x - y * y),
            r15 * x * y * z,
            r38 * y * (5 * z * z - 1),
            z * (5 * z * z - 3) / 2,
            r38 * x * (5 * z * z - 1),
            r15 / 2 * z * (x * x - y * y),
            r58 * x * (x * x - 3 * y * y),
        ]
    return np.stack(gains[: channels_of(order)], axis=-1)


def n3d_gains(order: int) -> NDArray[np.float64]:
    """Return the factors ((order + 1)^2,) that turn SN3D into N3D: sqrt(2 n + 1) for degree n."""
    degrees = np.concatenate([np.full(2 * n + 1, n) for n in range(order + 1)])
    return np.sqrt(2.0 * degrees + 1.0)


def to_fuma(ambix: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return FuMa W, X, Y, Z (4, samples), W at -3 dB, from AmbiX W, Y, Z, X (4, samples)."""
    _require_foa(ambix)
    fuma = ambix[list(_FUMA_FROM_ACN)]
    fuma[0] /= math.sqrt(2.0)
    return fuma


def from_fuma(fuma: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return AmbiX W, Y, Z, X (4, samples) from FuMa W, X, Y, Z (4, samples)."""
    _require_foa(fuma)
    ambix = np.empty_like(fuma)
    ambix[list(_FUMA_FROM_ACN)] = fuma
    ambix[0] *= math.sqrt(2.0)
    return ambix


def intensity(foa: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the active intensity vector (x, y, z) of AmbiX audio (4, samples), to the source."""
    _require_foa(foa)
    w, y, z, x = foa.astype(np.float64)
    return np.array([w @ x, w @ y, w @ z])


def _require_foa(audio: NDArray[np.floating]) -> None:
    if audio.ndim != 2 or audio.shape[0] != len(FOA_CHANNELS):
        raise ValueError(f"got audio of shape {audio.shape}, wanted (4, samples): W, Y, Z, X")
