"""Where a clip sounds, and how strongly.

The *active level* is the RMS in dBFS (a full-scale square wave reads 0 dBFS, a full-scale sine
-3.01 dBFS) of the clip's own, unweighted samples over the blocks that pass the gate of ITU-R
BS.1770: blocks of 400 ms, 75 % overlapped, judged by their K-weighted loudness against -70 LUFS
and then against 10 LU below the mean of what is left. The gate decides *what counts*; the
number is plain RMS, because the renderer scales plain samples. A clip under 400 ms is one block.

Source: Recommendation ITU-R BS.1770-5 (11/2023), annex 1.
"""

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from elsa_data.errors import ClipError

TRIM_DB: Final = 60.0
"""What stays this far below the clip's own peak, at either end, is silence."""

GUARD_S: Final = 0.05

HOP_S: Final = 0.1
HOPS_PER_BLOCK: Final = 4

ABSOLUTE_GATE_LUFS: Final = -70.0
RELATIVE_GATE_LU: Final = -10.0

_LUFS_OF_UNIT_POWER: Final = -0.691


def trim(samples: NDArray[np.float32], sample_rate_hz: int) -> tuple[int, int]:
    """Return (start, stop) of what is left of (n,) samples without silence at the ends.

    Raises:
        ClipError: ``silent`` when no sample differs from zero.
    """
    loudness = np.abs(samples)
    peak = float(loudness.max(initial=0.0))
    if peak == 0.0:
        raise ClipError("silent", "every sample is zero; drop its row")
    loud = loudness >= peak * 10.0 ** (-TRIM_DB / 20.0)
    guard = round(GUARD_S * sample_rate_hz)
    first = int(np.argmax(loud))
    last = len(samples) - 1 - int(np.argmax(loud[::-1]))
    return max(0, first - guard), min(len(samples), last + 1 + guard)


def active_rms_db(samples: NDArray[np.float32], sample_rate_hz: int) -> float:
    """Return the active level in dBFS of (n,) samples, as this module's head defines it.

    Raises:
        ClipError: ``too-quiet`` when no block reaches -70 LUFS.
    """
    power, gate = _blocks(samples, sample_rate_hz)
    return 10.0 * math.log10(float(power[gate].mean()))


def loudest_block(samples: NDArray[np.float32], sample_rate_hz: int) -> int:
    """Return the sample in the middle of the block with the most K-weighted power.

    Raises:
        ClipError: ``too-quiet`` when no block reaches -70 LUFS.
    """
    power, gate = _blocks(samples, sample_rate_hz)
    hop = round(HOP_S * sample_rate_hz)
    best = int(np.argmax(np.where(gate, power, -1.0)))
    return min(len(samples) // 2 if len(power) == 1 else (best + 2) * hop, len(samples) - 1)


def _blocks(
    samples: NDArray[np.float32], sample_rate_hz: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the mean square of each block (blocks,) and whether it passes both gates."""
    # Loaded where sound is heard: with its signals scipy takes 40 MB, and words need none.
    from scipy.signal import sosfilt

    exact = samples.astype(np.float64)
    weighted = _block_power(
        np.asarray(sosfilt(_k_weighting(sample_rate_hz), exact)), sample_rate_hz
    )
    floor = 10.0 ** ((ABSOLUTE_GATE_LUFS - _LUFS_OF_UNIT_POWER) / 10.0)
    gate = weighted > floor
    if not gate.any():
        best = 10.0 * math.log10(float(weighted.max(initial=0.0)) + 1e-30) + _LUFS_OF_UNIT_POWER
        message = f"loudest 400 ms: {best:.1f} LUFS, wanted more than {ABSOLUTE_GATE_LUFS:.0f}"
        raise ClipError("too-quiet", f"{message}; amplify the recording or drop its row")
    gate &= weighted > weighted[gate].mean() * 10.0 ** (RELATIVE_GATE_LU / 10.0)
    return _block_power(exact, sample_rate_hz), gate


def _block_power(samples: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float64]:
    hop = round(HOP_S * sample_rate_hz)
    hops = len(samples) // hop
    if hops < HOPS_PER_BLOCK:
        return np.mean(samples * samples, keepdims=True).astype(np.float64)
    tiles = samples[: hops * hop].reshape(hops, hop)
    sums = np.einsum("ij,ij->i", tiles, tiles)
    # Running sums, one block a hop: 75 % overlap.
    total = np.convolve(sums, np.ones(HOPS_PER_BLOCK), "valid").astype(np.float64)
    return total / (HOPS_PER_BLOCK * hop)


@lru_cache(maxsize=16)
def _k_weighting(sample_rate_hz: int) -> NDArray[np.float64]:
    """Return BS.1770's two sections (2, 6) for any rate.

    Source: the recommendation tabulates 48 kHz only; the analogue prototypes whose bilinear
    transforms are those tables: B. De Man, "Evaluation of implementations of the EBU R128
    loudness measurement", AES Convention 145, 2018.
    """
    shelf_gain = 10.0 ** (3.999843853973347 / 20.0)
    k = math.tan(math.pi * min(1681.974450955533 / sample_rate_hz, 0.49))
    q = 0.7071752369554196
    band_gain = shelf_gain**0.4996667741545416
    norm = 1.0 + k / q + k * k
    shelf = [
        (shelf_gain + band_gain * k / q + k * k) / norm,
        2.0 * (k * k - shelf_gain) / norm,
        (shelf_gain - band_gain * k / q + k * k) / norm,
        1.0,
        2.0 * (k * k - 1.0) / norm,
        (1.0 - k / q + k * k) / norm,
    ]
    k = math.tan(math.pi * 38.13547087602444 / sample_rate_hz)
    q = 0.5003270373238773
    norm = 1.0 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2.0 * (k * k - 1.0) / norm, (1.0 - k / q + k * k) / norm]
    return np.array([shelf, high_pass])
