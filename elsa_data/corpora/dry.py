"""A clip as it stands in the room: trimmed, resampled, long enough and not too long."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from elsa_data.corpora.activity import active_rms_db, loudest_block, trim
from elsa_data.corpora.counting import counts_once
from elsa_data.corpora.decode import load
from elsa_data.corpora.resampling import resample
from elsa_data.errors import ClipError
from elsa_data.examples import REPEAT_GAP_S
from elsa_data.records import Clip

FADE_S: Final = 0.01

FAINT_DB: Final = 20.0
"""A cut-out this far below its clip does not hold the sound that the caption speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dry:
    """What is convolved with a room.

    Attributes:
        samples: (n,) float32 at the rate asked for, at the clip's own level.
        active_s: seconds of the clip that are in it, silence trimmed, one repetition.
        active_level_db: level of one repetition, see `elsa_data.corpora.activity`.
        repeats: how often the clip sounds; 1 unless it was too short.
        crop_start_s: where the kept part begins, in seconds after the trimmed clip's start.
        crop_share: the share of the trimmed clip that is kept, in (0, 1].
    """

    samples: NDArray[np.float32]
    active_s: float
    active_level_db: float
    repeats: int
    crop_start_s: float
    crop_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """The part of a clip that is used, still at the clip's own rate."""

    samples: NDArray[np.float32]
    level_db: float
    start: int = 0
    share: float = 1.0


def dry(
    clip: Clip, *, sample_rate_hz: int, min_clip_s: float, clip_length_s: float, crop: float
) -> Dry:
    """Return the dry signal of a clip.

    Silence is trimmed. A clip longer than ``clip_length_s`` is cut at ``crop`` in [0, 1] (0: its
    beginning, 1: its end), or around its loudest block where that cut would be 20 dB fainter
    than the whole. One shorter than ``min_clip_s`` is repeated whole, with 10 ms fades and gaps
    of 250 ms, until it is long enough, and cut at ``clip_length_s``; when one of its captions
    counts (`elsa_data.corpora.counting`) it sounds once and silence follows.

    Raises:
        ClipError: the audio is unusable, see `elsa_data.corpora.decode.load`; ``too-quiet``;
            ``changed`` when it is not what was probed.
        ValueError: the lengths or ``crop`` make no sense together.
    """
    if not 0.0 <= crop <= 1.0 or not 0.0 < min_clip_s <= clip_length_s:
        got = f"crop {crop}, min_clip_s {min_clip_s}, clip_length_s {clip_length_s}"
        raise ValueError(f"got {got}; wanted 0 <= crop <= 1 and 0 < min <= length")
    samples, rate = load(clip.uri)
    start, stop = trim(samples, rate)
    _require_unchanged(clip, (stop - start) / rate)
    cut = _cut(samples[start:stop], rate, clip_length_s, crop, clip)
    unit = resample(cut.samples, rate, sample_rate_hz)[: round(clip_length_s * sample_rate_hz)]
    if cut.share < 1.0:
        unit = _faded(unit, sample_rate_hz)
    made = Dry(
        samples=unit,
        active_s=len(cut.samples) / rate,
        active_level_db=cut.level_db,
        repeats=1,
        crop_start_s=cut.start / rate,
        crop_share=cut.share,
    )
    shortest = round(min_clip_s * sample_rate_hz)
    if len(unit) >= shortest:
        return made
    if any(counts_once(caption) for caption in clip.captions):
        return replace(made, samples=np.pad(unit, (0, shortest - len(unit))))
    longest = round(clip_length_s * sample_rate_hz)
    repeated, repeats = _repeated(unit, sample_rate_hz, shortest, longest)
    return replace(made, samples=repeated, repeats=repeats)


def _require_unchanged(clip: Clip, active_s: float) -> None:
    if clip.active_s is not None and abs(clip.active_s - active_s) > 1e-6:
        found = f"{clip.uri}: {active_s:.3f} s of sound, {clip.active_s:.3f} s when it was probed"
        raise ClipError("changed", f"{found}; restore the file or plan again")


def _cut(
    samples: NDArray[np.float32], rate: int, clip_length_s: float, crop: float, clip: Clip
) -> _Cut:
    whole_db = clip.active_level_db
    if whole_db is None:
        whole_db = _level(samples, rate, clip.uri)
    length = round(clip_length_s * rate)
    spare = len(samples) - length
    if spare <= 0:
        return _Cut(samples=samples, level_db=whole_db)
    start = round(crop * spare)
    level_db = _level_or_none(samples[start : start + length], rate)
    if level_db is None or level_db < whole_db - FAINT_DB:
        start = min(max(0, loudest_block(samples, rate) - length // 2), spare)
        level_db = _level(samples[start : start + length], rate, clip.uri)
    kept = samples[start : start + length]
    return _Cut(samples=kept, level_db=level_db, start=start, share=length / len(samples))


def _level(samples: NDArray[np.float32], rate: int, uri: str) -> float:
    try:
        return active_rms_db(samples, rate)
    except ClipError as error:
        raise ClipError(error.reason, f"{uri}: {error}") from None


def _level_or_none(samples: NDArray[np.float32], rate: int) -> float | None:
    try:
        return active_rms_db(samples, rate)
    except ClipError:
        return None


def _ramp(length: int, sample_rate_hz: int) -> NDArray[np.float32]:
    """Return the rising half of a cosine over 10 ms, or half the length if that is less."""
    count = min(round(FADE_S * sample_rate_hz), length // 2)
    return (0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / max(count, 1))).astype(np.float32)


def _faded(samples: NDArray[np.float32], sample_rate_hz: int) -> NDArray[np.float32]:
    """Return a copy that rises at its start and falls at its end."""
    ramp = _ramp(len(samples), sample_rate_hz)
    faded = samples.copy()
    faded[: len(ramp)] *= ramp
    faded[len(faded) - len(ramp) :] *= ramp[::-1]
    return faded


def _repeated(
    unit: NDArray[np.float32], sample_rate_hz: int, shortest: int, longest: int
) -> tuple[NDArray[np.float32], int]:
    """Return the unit, repeated until ``shortest`` is reached but cut at ``longest``; how often."""
    gap = np.zeros(round(REPEAT_GAP_S * sample_rate_hz), np.float32)
    stride = len(unit) + len(gap)
    repeats = -(-(shortest + len(gap)) // stride)
    samples = np.tile(np.concatenate([_faded(unit, sample_rate_hz), gap]), repeats)
    samples = samples[: min(repeats * stride - len(gap), longest)]
    last = samples[(repeats - 1) * stride :]
    if len(last) == 0:
        return samples, repeats - 1
    if len(last) < len(unit):
        ramp = _ramp(len(last), sample_rate_hz)
        last[len(last) - len(ramp) :] *= ramp[::-1]
    return samples, repeats
