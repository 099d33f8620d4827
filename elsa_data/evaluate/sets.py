"""The door of every evaluation: a set is an iterable of (audio, sample rate, what is known of it).

Audio is AmbiX (4, samples) float32 at any rate and of any length; `elsa_data.evaluate.embed` cuts
and resamples it for a model. Our own shards come in by `shard_sounds`, a recorded set by its own
importer: whoever yields `Sound` can be evaluated.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as of
from itertools import islice
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from elsa_data.conventions import FOA_CHANNELS
from elsa_data.errors import ConfigError
from elsa_data.shards.directory import Directory, data_files
from elsa_data.train.rows import FULL, read_rows, sources_of
from elsa_data.train.settings import Data
from elsa_data.train.sound import decode, sound_of

ATTRIBUTES: Final = ("direction", "elevation", "distance", "size", "reverb")
"""What a caption may say of a place. A `Meta` has the word of each that applies."""

_COLUMNS: Final = (*FULL, "group_id", "small", "original_captions", "parts.clip_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What is known of a sound; None, or nothing, where the set does not say.

    Attributes:
        clip: the recording; sounds of one recording are no independent trials.
        room: the room or the place of recording; neither are sounds of one room.
        sources: every recording that sounds, sorted: more than one in a mixture.
        captions: what may be said of it, the place included.
        originals: what may be said of it without the place.
        label: its class.
        words: the word of each of `ATTRIBUTES` that has one.
        spatial: False for a sound without a place.
        small: one of a choice that has each clip once.
    """

    clip: str
    room: str
    sources: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    originals: tuple[str, ...] = ()
    label: str | None = None
    words: Mapping[str, str] = of(default_factory=dict)
    azimuth_deg: float | None = None
    elevation_deg: float | None = None
    distance_m: float | None = None
    floor_area_m2: float | None = None
    t30_s: float | None = None
    drr_db: float | None = None
    spatial: bool = True
    small: bool = True


Sound = tuple[NDArray[np.float32], int, Meta]
Sounds = Iterable[Sound]


def shard_sounds(
    directory: Directory, split: str, data: Data, *, limit: int | None = None
) -> Iterator[Sound]:
    """Yield the first ``limit`` rows of a split, in order, each from its start.

    ``data`` says how much of a row a model hears, at which rate, and what it makes of one channel.

    Raises:
        ConfigError: the data set has no such split, or rows of another rate.
        BuildError: a shard is missing or damaged.
    """
    files = data_files(directory)
    if split not in files:
        known = ", ".join(sorted(files)) or "no shards in data/"
        raise ConfigError(f"{directory.url}: no split {split!r}; it has {known}")
    fs = directory.fs
    rows = (row for url in files[split] for row in read_rows(url, fs, _COLUMNS))
    samples = round(data.crop_s * data.sample_rate_hz)
    for row in islice(rows, limit):
        steps = np.zeros((samples, len(FOA_CHANNELS)), dtype=np.int16)
        decode(row, 0.0, data, steps)
        audio = sound_of(torch.from_numpy(steps)).numpy().T
        yield np.ascontiguousarray(audio), data.sample_rate_hz, meta_of(row)


def meta_of(row: Mapping[str, Any]) -> Meta:
    """Return what a data row says of itself; the place of a source only where it is the one."""
    spatial, parts = row["spatial"], row["parts"]
    alone = parts[0] if len(parts) == 1 else {}
    words = {name: alone.get(name) for name in ("direction", "elevation", "distance")}
    words |= {"size": row["room_size"], "reverb": row["reverberation"]}
    labels = alone.get("labels") or ()
    return Meta(
        clip="+".join(part["clip_id"] for part in parts),
        room=row["group_id"],
        sources=sources_of(row),
        captions=tuple(row["captions"]),
        originals=tuple(row["original_captions"]),
        label=labels[0] if labels else None,
        words={name: word for name, word in words.items() if spatial and word is not None},
        azimuth_deg=alone.get("azimuth_deg"),
        elevation_deg=alone.get("elevation_deg"),
        distance_m=alone.get("distance_m"),
        floor_area_m2=row["floor_area_m2"],
        t30_s=alone.get("t30_mid_s"),
        drr_db=alone.get("drr_db"),
        spatial=spatial,
        small=row["small"],
    )
