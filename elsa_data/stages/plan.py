"""Clips to groups: each gets its rooms, receivers, positions and captions, and keeps them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from elsa_data.captions.assertions import asserted
from elsa_data.captions.attributes import words_for
from elsa_data.config import Preset, Vocabulary
from elsa_data.conventions import SPLITS
from elsa_data.errors import ClipError, ElementError
from elsa_data.geometry import seen_from
from elsa_data.records import Clip, ExampleSpec, Group, Reject, ShardRef, ShardReport
from elsa_data.scenes.groups import groups_of
from elsa_data.scenes.targets import t30_span
from elsa_data.shards.directory import Directory
from elsa_data.shards.marks import Mark
from elsa_data.shards.tables import read_rows, write_records
from elsa_data.stages.assign import ASSIGNMENT, GROUP_SHARDS, PLACES
from elsa_data.stages.once import Made, once
from elsa_data.stages.probe import SPLIT as CLIPS
from elsa_data.stages.progress import Progress
from elsa_data.stages.rejects import clip_reject
from elsa_data.stages.settings import Settings

ROW_GROUP_ROWS = 256
UNPLACEABLE_SLOTS = ("outdoor", "motion")
"""What a still source in a room can never make true."""


def plan(ref: ShardRef, settings: Settings) -> ShardReport:
    """Return the report of one shard: every group of its clips, nothing left to chance."""

    def make(scratch: Path, marks: Mapping[str, Mark]) -> Made:
        clips = assigned_clips(settings.directory, ref, marks["assign"].counts)
        rejects: list[Reject] = []
        counts: Counter[str] = Counter()
        path = scratch / "plan.parquet"
        with Progress(settings.directory, "plan", ref, len(clips)) as progress:
            groups = _groups(clips, ref, settings, rejects, counts, progress)
            rows = write_records(groups, path, Group, row_group_rows=ROW_GROUP_ROWS)
        return Made(
            files={settings.directory.shard("plan", ref): path},
            rows=rows,
            rejects=rejects,
            counts=counts,
        )

    inputs = [("assign", ASSIGNMENT)]
    return once(settings, "plan", ref, inputs, settings.fingerprints()["plan"], make)


def assigned_clips(directory: Directory, ref: ShardRef, counts: Mapping[str, int]) -> list[Clip]:
    """Return the clips of one shard, read from the chunks that hold them, in manifest order."""
    before = sum(counts[f"shards:{name}"] for name in SPLITS[: SPLITS.index(ref.split)])
    group, at = divmod(before + ref.index, GROUP_SHARDS)
    with directory.fs.open(directory.shard("plan", ASSIGNMENT), "rb") as file:
        shards = pq.ParquetFile(file).read_row_group(group)
    places = (shards[name][at].as_py() for name in PLACES)
    chunks = counts["chunks"]
    by_chunk: dict[int, list[int]] = {}
    for chunk, row in zip(*places, strict=True):
        by_chunk.setdefault(chunk, []).append(row)
    clips: list[Clip] = []
    for chunk, members in by_chunk.items():
        at = directory.shard("plan", ShardRef(split=CLIPS, index=chunk, count=chunks))
        clips += read_rows(at, directory.fs, Clip, members)
    return clips


def _groups(
    clips: Sequence[Clip],
    ref: ShardRef,
    settings: Settings,
    rejects: list[Reject],
    counts: Counter[str],
    progress: Progress,
) -> Iterator[Group]:
    speakable = []
    redrawn: Counter[str] = Counter()
    for clip in clips:
        try:
            speakable.append((clip, usable_captions(clip, settings.preset)))
        except ElementError as error:
            rejects.append(clip_reject(clip, "plan", ref, error))
    planned = groups_of(
        speakable,
        preset=settings.preset,
        vocabulary=settings.vocabulary,
        split=ref.split,
        shard=ref.index,
        seed=settings.seed,
        redrawn=redrawn,
    )
    for clip, outcome in planned:
        progress.add(1)
        if isinstance(outcome, ElementError):
            rejects.append(clip_reject(clip, "plan", ref, outcome))
            continue
        counts["clips"] += 1
        for group in outcome:
            counts.update(account(group, settings.vocabulary))
            yield group
    counts.update({f"redrawn:{name}": number for name, number in redrawn.items()})


def usable_captions(clip: Clip, preset: Preset) -> tuple[int, ...]:
    """Return the indices of the captions that leave the scene free; else of those that may fit.

    A caption that already says where is used only when no other is left, and the caption stage
    then holds it against the scene.

    Raises:
        ClipError: with ``strict_captions``, when each one is set outdoors or moves.
    """
    slots = {index: asserted(caption) for index, caption in enumerate(clip.captions)}
    if preset.strict_captions:
        lost = [slot for slot in UNPLACEABLE_SLOTS if any(slot in said for said in slots.values())]
        slots = {
            index: said
            for index, said in slots.items()
            if not any(slot in said for slot in UNPLACEABLE_SLOTS)
        }
        if not slots:
            raise ClipError(
                f"caption-asserts-{lost[0]}",
                f"clip {clip.clip_id!r}: no caption of it can be true of a still source in a room "
                f"({clip.captions[0]!r}); caption it anew, or set strict_captions: false",
            )
    free = tuple(index for index, said in slots.items() if not said)
    return free or tuple(slots)


def account(group: Group, vocabulary: Vocabulary) -> Counter[str]:
    """Return what a group adds to the plan's accounts: examples, decay times, words."""
    counts = Counter(examples=len(group.examples))
    counts["spatial"] = sum(example.spatial for example in group.examples)
    counts["rirs"] = len(group.scene.placements)
    if group.scene.room.target_t30_s is not None:
        counts["t30:" + t30_span(group.scene.room.target_t30_s)] = 1
    for example in group.examples:
        if example.spatial:
            counts["words:" + "|".join(word_row(group, example, vocabulary))] += 1
    return counts


def word_row(group: Group, example: ExampleSpec, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the words of an example's first source as planned, and its class; ``-`` for none.

    Order: direction, elevation, distance, size, reverb, class. The reverberation word is that of
    the T30 asked for; the caption will speak of the T30 measured.
    """
    scene = group.scene
    places = [scene.placement(part.placement_id) for part in example.parts if part.placement_id]
    where = [
        seen_from(scene.receiver.position_m, scene.receiver.yaw_deg, place.position_m)
        for place in places
    ]
    words = words_for(vocabulary, room=scene.room, directions=where, t30_s=scene.room.target_t30_s)
    first = words.parts[0]
    labels = group.clip(example.parts[0].clip_id).labels
    spoken = (first.direction, first.elevation, first.distance, words.room_size)
    return tuple(w or "-" for w in (*spoken, words.reverberation, labels[0] if labels else None))
