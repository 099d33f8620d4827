"""Every record that crosses a stage: reading this file is reading the architecture.

A *Preset* (`elsa_data.config`) says what may happen; a *Spec* here says what will, with no
randomness left; a bare noun says what is or did.

    manifest -> Clip -> Group (Scene, ExampleSpec) -> Rir, RirMeasures -> SpatialCaption -> Example

`Example`, the row that is published, has `elsa_data.examples` to itself. Units are in the names:
_m metres, _s seconds, _deg degrees, _hz hertz, _db decibels.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from elsa_data.geometry import Vector

Bands = tuple[float, ...]  # one number per band of conventions.OCTAVE_BANDS_HZ
Walls = tuple[Bands, ...]  # one Bands per wall of conventions.WALLS


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardRef:
    """Names one shard, in every stage: ``train-00007-of-00064``."""

    split: str
    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.split}-{self.index:05d}-of-{self.count:05d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One captioned recording of a corpus. What was measured is None until it is probed."""

    clip_id: str
    source_id: str
    corpus: str
    uri: str
    captions: tuple[str, ...]
    licence: str = "unknown"
    attribution: str = ""
    labels: tuple[str, ...] = ()
    split: str | None = None
    audio_sha256: str | None = None
    fingerprint: str | None = None
    duration_s: float | None = None
    active_start_s: float | None = None
    active_s: float | None = None
    active_level_db: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A shoebox with absorption and scattering for six walls x eight octave bands, in [0, 1]."""

    size_m: Vector
    absorption: Walls
    scattering: Walls
    target_t30_s: float | None = None
    temperature_c: float | None = None
    humidity: float = 50.0

    @property
    def floor_area_m2(self) -> float:
        """Length times width."""
        return self.size_m[0] * self.size_m[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where the scene is heard: the origin of azimuth, elevation and distance."""

    kind: str
    position_m: Vector
    yaw_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a source stands in the room; one room impulse response belongs to it."""

    placement_id: str
    position_m: Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One room, one receiver, and the places where sources stand in it."""

    room: Room
    receiver: Receiver
    placements: tuple[Placement, ...]

    def placement(self, placement_id: str) -> Placement:
        """Return the placement of this name."""
        return next(p for p in self.placements if p.placement_id == placement_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSpec:
    """One source of an example, of a level at 1 m; mono when it has no placement.

    ``crop`` in [0, 1]: where a clip that is too long is cut (0: its beginning, 1: its end).
    """

    clip_id: str
    placement_id: str | None
    level_dbfs_1m: float
    onset_s: float = 0.0
    crop: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleSpec:
    """One row to be. ``caption_indices`` picks captions of its clip; ``small``: one per clip."""

    example_id: str
    parts: tuple[PartSpec, ...]
    caption_indices: tuple[int, ...]
    small: bool

    @property
    def spatial(self) -> bool:
        """True when every part is placed in the scene."""
        return all(part.placement_id is not None for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The plan row: a scene, its clips and every example made from them. Never leaves its shard."""

    group_id: str
    shard: int
    split: str
    seed: int
    sample_rate_hz: int
    scene: Scene
    clips: tuple[Clip, ...]
    examples: tuple[ExampleSpec, ...]

    def clip(self, clip_id: str) -> Clip:
        """Return the clip of this id."""
        return next(c for c in self.clips if c.clip_id == clip_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rir:
    """A room impulse response (channels, taps), float32, as `conventions.CONVENTIONS` says."""

    group_id: str
    placement_id: str
    samples: NDArray[np.float32]
    sample_rate_hz: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RirMeasures:
    """What was measured on a rendered RIR. A None has its reason in ``notes``."""

    group_id: str
    placement_id: str
    t30_s: tuple[float | None, ...]
    t30_mid_s: float | None
    t30_full_s: float | None
    edt_s: float | None
    c50_db: float | None
    drr_db: float | None
    azimuth_deg: float
    elevation_deg: float
    distance_m: float
    doa_error_deg: float
    doa_overlap: bool
    curved: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWords:
    """The words that are true of one source; None where no word applies."""

    direction: str | None = None
    elevation: str | None = None
    distance: str | None = None
    motion: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialAttributes:
    """The words that are true of an example; None where no word applies."""

    room_size: str | None
    reverberation: str | None
    parts: tuple[PartWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialCaption:
    """One caption of an example and where it came from (``template``, ``llm``, ``original``)."""

    example_id: str
    caption_index: int
    text: str
    original: str
    source: str
    model: str | None = None
    prompt_sha256: str | None = None
    attempts: int = 1
    verified: bool = True  # False: a judge let it pass, against the rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Captioned:
    """The caption row: the words of one example and its captions, in order."""

    example_id: str
    group_id: str
    attributes: SpatialAttributes
    captions: tuple[SpatialCaption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One element that could not be made, and why. ``error`` is a short stable slug."""

    key: str
    stage: str
    shard: str
    error: str
    message: str
    clip_id: str | None = None
    example_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardReport:
    """What a stage did to one shard; ``hashes`` maps output paths to sha256."""

    shard: str
    stage: str
    rows: int
    rejects: int
    bytes: int
    seconds: float
    hashes: dict[str, str] = field(default_factory=dict)
