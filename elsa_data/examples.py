"""The published row: what a stranger finds in a shard of ``data/``.

Units are in the names: _m metres, _s seconds, _deg degrees, _hz hertz, _db decibels.
"""

from dataclasses import dataclass
from typing import Final

from elsa_data.geometry import Vector
from elsa_data.records import Walls

REPEAT_GAP_S: Final = 0.25
"""Silence between the repetitions that ``ExamplePart.repeats`` counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamplePart:
    """One source of a data row: whence the sound, where it stands, what its RIR measures."""

    clip_id: str
    source_id: str
    corpus: str
    licence: str
    attribution: str
    labels: tuple[str, ...]
    clip_sha256: str | None
    onset_s: float
    active_s: float
    repeats: int
    crop_start_s: float
    crop_share: float
    source_level_dbfs_1m: float
    dry_gain_db: float
    placement_id: str | None = None
    position_m: Vector | None = None
    azimuth_deg: float | None = None
    elevation_deg: float | None = None
    distance_m: float | None = None
    direction: str | None = None
    elevation: str | None = None
    distance: str | None = None
    motion: str | None = None
    t30_s: tuple[float | None, ...] | None = None
    t30_mid_s: float | None = None
    t30_full_s: float | None = None
    edt_s: float | None = None
    c50_db: float | None = None
    drr_db: float | None = None
    doa_overlap: bool | None = None
    curved: bool | None = None
    rir_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """The data row: flat but for ``parts`` and ``captions``. Room columns are None in mono rows."""

    schema_version: int
    example_id: str
    group_id: str
    split: str
    seed: int
    audio: bytes
    spatial: bool
    small: bool
    sample_rate_hz: int
    channels: int
    duration_s: float
    caption: str
    captions: tuple[str, ...]
    original_captions: tuple[str, ...]
    caption_sources: tuple[str, ...]
    caption_models: tuple[str | None, ...]
    caption_attempts: tuple[int, ...]
    prompt_sha256: str | None
    gain_db: float
    wet_level_dbfs: float
    parts: tuple[ExamplePart, ...]
    room_size: str | None = None
    reverberation: str | None = None
    size_m: Vector | None = None
    floor_area_m2: float | None = None
    volume_m3: float | None = None
    absorption: Walls | None = None
    scattering: Walls | None = None
    target_t30_s: float | None = None
    temperature_c: float | None = None
    humidity: float | None = None
    receiver_kind: str | None = None
    receiver_position_m: Vector | None = None
    receiver_yaw_deg: float | None = None
