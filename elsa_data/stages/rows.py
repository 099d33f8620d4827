"""The data row, put together from the plan, the measures, the words and the sound."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

from elsa_data.corpora.dry import Dry
from elsa_data.examples import Example, ExamplePart
from elsa_data.geometry import seen_from
from elsa_data.records import Captioned, ExampleSpec, Group, PartSpec, PartWords
from elsa_data.shards.rirs import RirRow

SCHEMA_VERSION = 1
NO_WORDS = PartWords()
Row = TypeVar("Row")


def aligned(
    groups: Iterable[Group],
    rows: Iterable[Row],
    group_of: Callable[[Row], str] = attrgetter("group_id"),
) -> Iterator[list[Row]]:
    """Yield, for each group, its rows out of a table in the same order; some groups have none."""
    runs = ((name, list(run)) for name, run in groupby(rows, key=group_of))
    name, run = next(runs, (None, []))
    for group in groups:
        if group.group_id == name:
            yield run
            name, run = next(runs, (None, []))
        else:
            yield []


def example_row(
    group: Group,
    spec: ExampleSpec,
    captioned: Captioned,
    dries: Sequence[tuple[Dry, float]],
    rirs: Mapping[str, RirRow],
    **sound: Any,
) -> Example:
    """Return a data row.

    Args:
        group: the plan's row.
        spec: the example of the group.
        captioned: its words and captions.
        dries: per part, the dry clip and the gain in dB it was played with.
        rirs: its RIRs, measured, by placement.
        sound: audio, channels, duration_s, gain_db, wet_level_dbfs.
    """
    words = captioned.attributes.parts or (NO_WORDS,) * len(spec.parts)
    parts = tuple(
        _part(group, part, dry, gain_db, said, rirs.get(part.placement_id or ""))
        for part, (dry, gain_db), said in zip(spec.parts, dries, words, strict=True)
    )
    room = _room(group) if spec.spatial else {}
    return reworded(
        Example(
            schema_version=SCHEMA_VERSION,
            example_id=spec.example_id,
            group_id=group.group_id,
            split=group.split,
            seed=group.seed,
            spatial=spec.spatial,
            small=spec.small,
            sample_rate_hz=group.sample_rate_hz,
            caption="",
            captions=(),
            original_captions=(),
            caption_sources=(),
            caption_models=(),
            caption_attempts=(),
            prompt_sha256=None,
            parts=parts,
            **room,
            **sound,
        ),
        captioned,
    )


def reworded(example: Example, captioned: Captioned) -> Example:
    """Return the row with these words and captions, its sound untouched."""
    captions, attributes = captioned.captions, captioned.attributes
    words = attributes.parts or (NO_WORDS,) * len(example.parts)
    return replace(
        example,
        caption=captions[0].text,
        captions=tuple(caption.text for caption in captions),
        original_captions=tuple(caption.original for caption in captions),
        caption_sources=tuple(caption.source for caption in captions),
        caption_models=tuple(caption.model for caption in captions),
        caption_attempts=tuple(caption.attempts for caption in captions),
        prompt_sha256=captions[0].prompt_sha256,
        room_size=attributes.room_size,
        reverberation=attributes.reverberation,
        parts=tuple(
            replace(part, **_words(said)) for part, said in zip(example.parts, words, strict=True)
        ),
    )


def _words(said: PartWords) -> dict[str, str | None]:
    return {
        "direction": said.direction,
        "elevation": said.elevation,
        "distance": said.distance,
        "motion": said.motion,
    }


def _part(
    group: Group,
    part: PartSpec,
    dry: Dry,
    gain_db: float,
    said: PartWords,
    row: RirRow | None,
) -> ExamplePart:
    clip = group.clip(part.clip_id)
    placed = _placed(group, part.placement_id, row) if part.placement_id and row else {}
    return ExamplePart(
        clip_id=clip.clip_id,
        source_id=clip.source_id,
        corpus=clip.corpus,
        licence=clip.licence,
        attribution=clip.attribution,
        labels=clip.labels,
        clip_sha256=clip.audio_sha256,
        onset_s=part.onset_s,
        active_s=dry.active_s,
        repeats=dry.repeats,
        crop_start_s=dry.crop_start_s,
        crop_share=dry.crop_share,
        source_level_dbfs_1m=dry.active_level_db + gain_db,
        dry_gain_db=gain_db,
        **_words(said),
        **placed,
    )


def _placed(group: Group, placement_id: str, row: RirRow) -> dict[str, Any]:
    scene, measures = group.scene, row.measures
    position_m = scene.placement(placement_id).position_m
    azimuth_deg, elevation_deg, distance_m = seen_from(
        scene.receiver.position_m, scene.receiver.yaw_deg, position_m
    )
    return {
        "placement_id": placement_id,
        "position_m": position_m,
        "azimuth_deg": azimuth_deg,
        "elevation_deg": elevation_deg,
        "distance_m": distance_m,
        "t30_s": measures.t30_s,
        "t30_mid_s": measures.t30_mid_s,
        "t30_full_s": measures.t30_full_s,
        "edt_s": measures.edt_s,
        "c50_db": measures.c50_db,
        "drr_db": measures.drr_db,
        "doa_overlap": measures.doa_overlap,
        "curved": measures.curved,
        "rir_sha256": row.sha256,
    }


def _room(group: Group) -> dict[str, Any]:
    room, receiver = group.scene.room, group.scene.receiver
    return {
        "size_m": room.size_m,
        "floor_area_m2": room.floor_area_m2,
        "volume_m3": math.prod(room.size_m),
        "absorption": room.absorption,
        "scattering": room.scattering,
        "target_t30_s": room.target_t30_s,
        "temperature_c": room.temperature_c,
        "humidity": room.humidity,
        "receiver_kind": receiver.kind,
        "receiver_position_m": receiver.position_m,
        "receiver_yaw_deg": receiver.yaw_deg,
    }
