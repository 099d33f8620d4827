"""What a build would make and weigh, told before anything is made."""

from dataclasses import dataclass

from elsa_data.conventions import FOA_CHANNELS
from elsa_data.corpora.probe import probe
from elsa_data.errors import ElementError
from elsa_data.records import Clip
from elsa_data.seeding import rng_for
from elsa_data.shards.directory import Directory, free_bytes
from elsa_data.shards.tables import read_rows
from elsa_data.stages.assign import FLAC_RATIO
from elsa_data.stages.read import ReadManifest
from elsa_data.stages.settings import Settings

LISTENED = 32
"""Clips decoded to learn how long they are."""

UNHEARD_S = 10.0
"""Taken for a clip's length when none of those can be decoded."""

RIR_MARGIN = 1.2
"""RIR seconds per second of reverberation time."""

ROW_BYTES = 6_000
"""Plan, measures, words and columns of one row, as Parquet holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What is expected of a build: counts exact, lengths and sizes from a sample of clips."""

    clips: int
    rejects: int
    examples: int
    rirs: int
    hours: float
    listened: int
    final_bytes: int
    peak_bytes: int
    free_bytes: int | None


def estimate(settings: Settings, manifest: ReadManifest) -> Estimate:
    """Return what a build of this manifest would make."""
    preset = settings.preset
    seconds, listened = _clip_seconds(manifest, settings)
    seconds = min(max(seconds, preset.min_clip_s), preset.clip_length_s)
    rirs = manifest.clips * preset.augmentations
    mono = manifest.clips if preset.mono_originals else 0
    second = preset.sample_rate_hz * len(FOA_CHANNELS)
    t30_s = sum(
        preset.scenes[split].target_t30_s.mean * share for split, share in preset.splits.items()
    )
    rir_bytes = rirs * t30_s * RIR_MARGIN * second * 4
    data_bytes = (rirs + mono / len(FOA_CHANNELS)) * seconds * second * 2 * FLAC_RATIO
    rest = (rirs + mono) * ROW_BYTES
    final = int(rir_bytes + data_bytes + rest)
    return Estimate(
        clips=manifest.clips,
        rejects=len(manifest.rejects),
        examples=rirs + mono,
        rirs=rirs,
        hours=(rirs + mono) * seconds / 3600,
        listened=listened,
        final_bytes=final,
        peak_bytes=final + int((rir_bytes + data_bytes) / max(1, manifest.clips) * 256),
        free_bytes=free_bytes(settings.url),
    )


def _clip_seconds(manifest: ReadManifest, settings: Settings) -> tuple[float, int]:
    rows = rng_for(settings.seed, "dry-run").permutation(manifest.clips)[:LISTENED]
    url = str(manifest.path)
    lengths = []
    for clip in read_rows(url, Directory(url).fs, Clip, sorted(rows.tolist())):
        try:
            lengths.append(probe(clip).active_s or 0.0)
        except ElementError:
            continue
    return (sum(lengths) / len(lengths), len(lengths)) if lengths else (UNHEARD_S, 0)
