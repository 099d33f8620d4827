"""Loudness: how loud a source is, how loud it arrives, and what keeps a clip from clipping.

A source has a level at 1 m; the RIR, with gain 1/distance, does the rest. Every gain is one number
for all channels: a gain per channel would move the source.

0 dBFS is an RMS of 1 here, so that a full-scale sine is at -3 dBFS.
"""

import math

import numpy as np
from numpy.typing import NDArray

CEILING_DBFS = -1.0
"""What a peak may reach: interpolation between samples stays under full scale."""

RANDOM_GAIN_DB = (-12.0, 6.0)
"""What the law `random_gain` adds, uniformly: as if the recordist turned the knob unrecorded."""

_BLOCK = 1024

LAWS = ("physical", "normalised", "random_gain")
"""physical: as the room made it, near is loud. normalised: W at the source's level at 1 m, wherever
it stands, so that loudness tells nothing of distance. random_gain: physical, and a random gain."""


def level_dbfs(audio: NDArray[np.floating]) -> float:
    """Return the RMS level of W, the first channel of audio (channels, samples); -inf if silent."""
    power = _energy(audio[0]) / audio.shape[1] if audio.size else 0.0
    return 10.0 * math.log10(power) if power > 0.0 else -math.inf


def _energy(samples: NDArray[np.floating]) -> float:
    """Return the sum of squares of samples (n,), of blocks in their own precision."""
    whole = len(samples) // _BLOCK * _BLOCK
    blocks = samples[:whole].reshape(-1, _BLOCK)
    rest = np.square(samples[whole:], dtype=np.float64)
    return float(np.einsum("bk,bk->b", blocks, blocks).sum(dtype=np.float64) + rest.sum())


def peak_dbfs(audio: NDArray[np.floating]) -> float:
    """Return the highest peak of all channels; -inf if silent."""
    peak = max(float(audio.max()), -float(audio.min())) if audio.size else 0.0
    return 20.0 * math.log10(peak) if peak > 0.0 else -math.inf


def dry_gain_db(active_level_dbfs: float, level_dbfs_1m: float) -> float:
    """Return the gain that brings a dry clip of this active level to a level at 1 m."""
    return level_dbfs_1m - active_level_dbfs


def amplified(audio: NDArray[np.floating], gain_db: float) -> NDArray[np.float32]:
    """Return audio of any shape with one gain in decibels."""
    return (audio * np.float32(10.0 ** (gain_db / 20.0))).astype(np.float32, copy=False)


def wet_gain_db(
    audio: NDArray[np.floating], law: str, *, level_dbfs_1m: float, draw: float
) -> float:
    """Return the gain a preset's level law asks for, before the ceiling.

    Args:
        audio: the wet clip (channels, samples), W first.
        law: one of `LAWS`.
        level_dbfs_1m: the level of the source at 1 m.
        draw: a number in [0, 1) that belongs to this clip; only `random_gain` uses it.

    Raises:
        ValueError: no such law.
    """
    if law == "physical":
        return 0.0
    if law == "normalised":
        level = level_dbfs(audio)
        return level_dbfs_1m - level if math.isfinite(level) else 0.0
    if law == "random_gain":
        low, high = RANDOM_GAIN_DB
        return low + (high - low) * draw
    raise ValueError(f"level law {law!r}: wanted one of {', '.join(LAWS)}")


def fit_peak(
    audio: NDArray[np.floating], ceiling_dbfs: float = CEILING_DBFS
) -> tuple[NDArray[np.float32], float]:
    """Return audio no peak of which passes the ceiling, and the gain in dB, 0 or less, it took."""
    gain_db = min(0.0, ceiling_dbfs - peak_dbfs(audio))
    if gain_db == 0.0:
        return audio.astype(np.float32, copy=False), 0.0
    return amplified(audio, gain_db), gain_db
