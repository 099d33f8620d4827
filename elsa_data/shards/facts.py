"""What a card says of a data set: counted over its rows, or read from its marks; never guessed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

WORD_SLOTS: Final = ("direction", "elevation", "distance", "size", "reverb", "class")
"""What each place of a row of words is."""

AZIMUTH_BIN_DEG: Final = 30
ELEVATION_BIN_DEG: Final = 15
DISTANCE_BIN_M: Final = 0.5


@dataclass(slots=True, kw_only=True)
class Use:
    """How a licence occurs: in how many sources of rows, from which corpora, and one clip of it.

    ``unnamed`` counts the sources that do not say whom to name.
    """

    example: str
    count: int = 0
    unnamed: int = 0
    corpora: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One row shown as it is: its caption, what that was made from, and its words."""

    example_id: str
    caption: str
    original: str
    words: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Counts over every row of a data set.

    Attributes:
        rows: per split, as are ``spatial``, ``seconds`` and ``bytes``.
        bytes: of a split as `datasets` holds it in memory; of its members in tars.
        small: rows marked small, per split.
        rates: rows per sample rate, in hertz.
        licences: by what the source says of itself.
        caption_sources: captions per source; ``models`` per model, ``attempts`` per number of them.
        words: rows with one source per words of it, in the order of `WORD_SLOTS`.
        azimuth: sources per lower edge of a bin, as are ``elevation`` (degrees) and ``distance``
            (in steps of `DISTANCE_BIN_M`).
        t30: sources per span of the measured T30,mid; None where it could not be measured.
        overlaps: sources with a reflection within 2.5 ms of the direct sound.
    """

    rows: Counter[str] = field(default_factory=Counter)
    spatial: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)
    small: Counter[str] = field(default_factory=Counter)
    rates: Counter[int] = field(default_factory=Counter)
    licences: dict[str, Use] = field(default_factory=dict)
    caption_sources: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    attempts: Counter[int] = field(default_factory=Counter)
    words: Counter[tuple[str | None, ...]] = field(default_factory=Counter)
    azimuth: Counter[int] = field(default_factory=Counter)
    elevation: Counter[int] = field(default_factory=Counter)
    distance: Counter[int] = field(default_factory=Counter)
    t30: Counter[str | None] = field(default_factory=Counter)
    overlaps: Counter[bool] = field(default_factory=Counter)
    samples: dict[str, Sample] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One shard as it is published: its path in the repository, and what vouches for its bytes."""

    path: str
    split: str
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a card and a Croissant file say of a data set.

    Attributes:
        repo: ``ORG/NAME``.
        format: ``parquet`` or ``webdataset``.
        identity: what each stage's output depends on, as build.json has it.
        fingerprints: one a stage.
        versions: of every package that had a part in a shard.
        devices: kinds that computed.
        rejects: by ``stage: reason``.
        removed: rows left out since they are in another split, twice in one, or on a list.
        t30_asked: rooms per span of the T30 asked for.
        words: rows per word of each slot; ``cramers_v`` the association of each pair.
        proofs: what `verify` proved, as sentences.
        allowed: licences published on the word of who publishes.
    """

    repo: str
    format: str
    shards: tuple[Published, ...]
    census: Census
    identity: Mapping[str, Mapping]
    fingerprints: Mapping[str, str]
    versions: Mapping[str, tuple[str, ...]]
    devices: tuple[str, ...]
    rejects: Mapping[str, int]
    removed: Mapping[str, int]
    t30_asked: Mapping[str, int]
    words: Mapping[str, Mapping[str | None, int]]
    cramers_v: Mapping[tuple[str, str], float]
    proofs: tuple[str, ...]
    allowed: tuple[str, ...]

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that have shards, in the order of the shards."""
        return tuple(dict.fromkeys(shard.split for shard in self.shards))

    def shards_of(self, split: str) -> list[Published]:
        """Return the shards of one split."""
        return [shard for shard in self.shards if shard.split == split]
