"""The rows of a data set counted, a batch at a time; no sound is decoded."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from elsa_data.scenes.targets import t30_span
from elsa_data.shards.data import read_fields
from elsa_data.shards.directory import Directory
from elsa_data.shards.facts import (
    AZIMUTH_BIN_DEG,
    DISTANCE_BIN_M,
    ELEVATION_BIN_DEG,
    Census,
    Published,
    Sample,
    Use,
)

FIELDS = (
    "example_id", "split", "spatial", "small", "sample_rate_hz", "duration_s", "caption",
    "original_captions", "caption_sources", "caption_models", "caption_attempts",
    "room_size", "reverberation", "parts",
)  # fmt: skip

Row = Mapping[str, Any]


def take_census(directory: Directory, shards: Iterable[Published]) -> Census:
    """Return the counts over every row of these shards.

    Raises:
        BuildError: a shard is missing or damaged.
    """
    census = Census()
    for shard in shards:
        url = directory.path(*shard.path.split("/"))
        for rows, size in read_fields(directory, url, FIELDS):
            census.bytes[shard.split] += size
            for row in rows:
                count(row, census)
    return census


def count(row: Row, census: Census) -> None:
    """Add one row to a census."""
    split = row["split"]
    census.rows[split] += 1
    census.spatial[split] += row["spatial"]
    census.small[split] += row["small"]
    census.seconds[split] += row["duration_s"]
    census.rates[row["sample_rate_hz"]] += 1
    census.caption_sources.update(row["caption_sources"])
    census.models.update(model for model in row["caption_models"] if model is not None)
    # A model is asked once or more; a template speaks once and is not asked.
    census.attempts.update(
        tries
        for tries, model in zip(row["caption_attempts"], row["caption_models"], strict=True)
        if model is not None
    )
    for part in row["parts"]:
        _count_licence(part, census)
        if row["spatial"]:
            _count_place(part, census)
    if row["spatial"] and len(row["parts"]) == 1:
        _count_words(row, census)


def _count_licence(part: Row, census: Census) -> None:
    clip = f"{part['corpus']}:{part['clip_id']}"
    use = census.licences.setdefault(part["licence"], Use(example=clip))
    use.count += 1
    use.unnamed += not part["attribution"]
    use.corpora[part["corpus"]] += 1


def _count_place(part: Row, census: Census) -> None:
    census.azimuth[_edge(part["azimuth_deg"], AZIMUTH_BIN_DEG)] += 1
    census.elevation[_edge(part["elevation_deg"], ELEVATION_BIN_DEG)] += 1
    census.distance[math.floor(part["distance_m"] / DISTANCE_BIN_M)] += 1
    measured = part["t30_mid_s"]
    census.t30[None if measured is None else t30_span(measured)] += 1
    census.overlaps[bool(part["doa_overlap"])] += 1


def _count_words(row: Row, census: Census) -> None:
    (part,) = row["parts"]
    words = (
        part["direction"],
        part["elevation"],
        part["distance"],
        row["room_size"],
        row["reverberation"],
    )
    census.words[*words, part["labels"][0] if part["labels"] else None] += 1
    if row["split"] not in census.samples:
        census.samples[row["split"]] = Sample(
            example_id=row["example_id"],
            caption=row["caption"],
            original=row["original_captions"][0],
            words=words,
        )


def _edge(value: float, step: int) -> int:
    return math.floor(value / step) * step
