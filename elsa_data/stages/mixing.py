"""What goes into the sound of one row: dry clips at their levels, through their RIRs."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from elsa_data.acoustics.convolve import Job
from elsa_data.acoustics.levels import amplified, dry_gain_db, fit_peak, wet_gain_db
from elsa_data.config import Preset
from elsa_data.corpora.dry import Dry, dry
from elsa_data.records import ExampleSpec, Group
from elsa_data.seeding import rng_for
from elsa_data.shards.rirs import RirRow

Rirs = Mapping[str, RirRow]
"""The RIRs of a group by placement."""

Dries = list[tuple[Dry, float]]
"""Per part, the dry clip and the gain in dB that brings it to its level at 1 m."""

# The examples of a clip follow one another in a shard, so a few clips are all that is remembered.
_dry = lru_cache(maxsize=4)(dry)


def dries_of(group: Group, spec: ExampleSpec, preset: Preset) -> Dries:
    """Return the dry clip of each part with its gain.

    Raises:
        ElementError: a clip cannot be read any more.
    """
    dries: Dries = []
    for part in spec.parts:
        clip = group.clip(part.clip_id)
        whole = clip.active_s is not None and clip.active_s <= preset.clip_length_s
        made = _dry(
            clip,
            sample_rate_hz=group.sample_rate_hz,
            min_clip_s=preset.min_clip_s,
            clip_length_s=preset.clip_length_s,
            crop=0.0 if whole else part.crop,
        )
        dries.append((made, dry_gain_db(made.active_level_db, part.level_dbfs_1m)))
    return dries


def job_of(group: Group, spec: ExampleSpec, dries: Dries, rirs: Rirs) -> Job:
    """Return the convolution of one row; a mono original passes through a unit impulse."""
    onsets = tuple(round(part.onset_s * group.sample_rate_hz) for part in spec.parts)
    through = np.ones((1, 1), np.float32)
    return Job(
        dries=tuple(amplified(clip.samples, gain_db) for clip, gain_db in dries),
        rirs=tuple(
            rirs[part.placement_id].rir.samples if part.placement_id else through
            for part in spec.parts
        ),
        onsets=onsets,
        length=max(
            onset + clip.samples.size for onset, (clip, _) in zip(onsets, dries, strict=True)
        ),
    )


def levelled(
    group: Group, spec: ExampleSpec, wet: NDArray[np.float32], law: str
) -> tuple[NDArray[np.float32], float]:
    """Return audio at the level the preset's law gives it, under the ceiling, and the gain in dB.

    One gain for all channels; it counts from the level that dry * RIR has by itself.
    """
    gain_db = wet_gain_db(
        wet,
        law,
        level_dbfs_1m=max(part.level_dbfs_1m for part in spec.parts),
        draw=rng_for(group.seed, "random gain", spec.example_id).random(),
    )
    audio, ceiling_db = fit_peak(amplified(wet, gain_db) if gain_db else wet)
    return audio, gain_db + ceiling_db
