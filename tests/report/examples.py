"""Spatial rows whose scene a test sets, and what is drawn of them."""

import re
from dataclasses import replace

import numpy as np

from elsa_data.examples import Example, ExamplePart
from elsa_data.geometry import position_of
from elsa_data.records import Rir
from elsa_data.shards.flac import encode

RATE_HZ = 16_000
SIZE_M = (6.0, 5.0, 3.0)
RECEIVER_M = (3.0, 2.5, 1.5)
HALF = ((0.5,) * 8,) * 6


def part_at(
    azimuth_deg: float, elevation_deg: float, distance_m: float, yaw_deg: float = 0.0, **words: str
) -> ExamplePart:
    """A source at a place that the receiver sees at these numbers."""
    return ExamplePart(
        clip_id="dog-1",
        source_id="freesound:1",
        corpus="demo",
        licence="CC0-1.0",
        attribution="",
        labels=("dog",),
        clip_sha256=None,
        onset_s=0.0,
        active_s=1.0,
        repeats=1,
        crop_start_s=0.0,
        crop_share=1.0,
        source_level_dbfs_1m=-30.0,
        dry_gain_db=0.0,
        placement_id="p0",
        position_m=position_of(RECEIVER_M, yaw_deg, azimuth_deg, elevation_deg, distance_m),
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        distance_m=distance_m,
        t30_s=(0.5, 0.4, 0.3, 0.3, None, 0.2, None, None),
        t30_mid_s=0.3,
        t30_full_s=0.29,
        rir_sha256="ab" * 32,
        **words,
    )


def spatial_row(*parts: ExamplePart, yaw_deg: float = 0.0, **changes: object) -> Example:
    """A row of a room of 6 x 5 x 3 m, its receiver in the middle."""
    audio = np.random.default_rng(1).uniform(-0.1, 0.1, (4, 4000)).astype(np.float32)
    row = Example(
        schema_version=1,
        example_id="00112233445566aa",
        group_id="0011223344556677",
        split="train",
        seed=7,
        audio=encode(audio, RATE_HZ),
        spatial=True,
        small=False,
        sample_rate_hz=RATE_HZ,
        channels=4,
        duration_s=0.25,
        caption="From the left: a dog barks.",
        captions=("From the left: a dog barks.",),
        original_captions=("A dog barks",),
        caption_sources=("template",),
        caption_models=(None,),
        caption_attempts=(1,),
        prompt_sha256=None,
        gain_db=0.0,
        wet_level_dbfs=-30.0,
        parts=parts,
        size_m=SIZE_M,
        floor_area_m2=30.0,
        volume_m3=90.0,
        absorption=HALF,
        scattering=HALF,
        target_t30_s=0.3,
        receiver_kind="foa",
        receiver_position_m=RECEIVER_M,
        receiver_yaw_deg=yaw_deg,
    )
    return replace(row, **changes)


def rir_of(samples: np.ndarray) -> Rir:
    """An impulse response of these samples (channels, taps)."""
    return Rir(
        group_id="0011223344556677",
        placement_id="p0",
        samples=samples.astype(np.float32),
        sample_rate_hz=RATE_HZ,
    )


def circles(svg: str, class_: str) -> list[tuple[float, float, float]]:
    """Centre and radius of every circle of a class."""
    found = re.findall(rf'<circle cx="([^"]*)" cy="([^"]*)" r="([^"]*)" class="{class_}"', svg)
    return [(float(x), float(y), float(r)) for x, y, r in found]
