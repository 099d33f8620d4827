"""Builds of as many rows as a test wants, planned and simulated in seconds: rooms are used again.

What is heard and every id differ from row to row; a room impulse response is one tap long, as only
what was measured on it is ever put into words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from elsa_data.records import Group, Rir, RirMeasures, ShardRef
from elsa_data.seeding import stable_id
from elsa_data.shards.commit import scratch
from elsa_data.shards.directory import Directory
from elsa_data.shards.marks import digest_of, finish
from elsa_data.shards.rirs import read_measures, write_rirs
from elsa_data.shards.state import write_state
from elsa_data.shards.tables import read_records, write_records
from elsa_data.stages.assign import ASSIGNMENT
from elsa_data.stages.settings import Settings, state_of
from pipelines.builds import shards
from tests.captions.writers import CAPTIONS
from tests.pipelines.test_build import settings_of

Scene = tuple[Group, RirMeasures]
TAP = np.ones((4, 1), np.float32)


def planned(out: Path, like: Path, *, rows: int, per_shard: int) -> None:
    """Write a build whose rows take turns in the rooms of another, none of them captioned yet."""
    settings = replace(settings_of(like), url=str(out))
    write_state(settings.directory, state_of(settings))
    count = rows // per_shard
    counts = {"chunks": 0, "shards:train": count, "shards:validation": 0, "shards:test": 0}
    prints = settings.fingerprints()
    assigned = finish(
        settings.directory,
        stage="assign",
        ref=ASSIGNMENT,
        fingerprint=prints["plan"],
        inputs={},
        files={},
        rejects=[],
        rows=rows,
        counts=counts,
    )
    made = made_of(scenes_of(like))
    for index in range(count):
        ref = ShardRef(split="train", index=index, count=count)
        inputs = {f"assign/{ASSIGNMENT}": digest_of(assigned)}
        with scratch(settings.directory, ref) as folder:
            _written(settings, ref, list(islice(made, per_shard)), inputs, folder)


def scenes_of(build: Path) -> list[Scene]:
    """Every room of a build with one source in it, and what was measured there."""
    directory = Directory(str(build))
    found: list[Scene] = []
    for ref in shards(settings_of(build)):
        measured = read_measures(directory.shard("simulate", ref), directory.fs)
        by_group = {measures.group_id: measures for measures, _ in measured}
        groups = read_records(directory.shard("plan", ref), directory.fs, Group)
        found += [(group, by_group[group.group_id]) for group in groups]
    return found


def made_of(scenes: Sequence[Scene]) -> Iterator[Scene]:
    """Yield rows without end: one spatial example each, of a clip and a caption of its own."""
    number = 0
    while True:
        for group, measures in scenes:
            name, group_id = f"clip-{number}", stable_id("group", number)
            clip = replace(
                group.clips[0], clip_id=name, captions=(CAPTIONS[number % len(CAPTIONS)],)
            )
            example = next(example for example in group.examples if example.spatial)
            example = replace(
                example,
                example_id=stable_id("example", number),
                parts=(replace(example.parts[0], clip_id=name),),
                caption_indices=(0,),
            )
            made = replace(group, group_id=group_id, clips=(clip,), examples=(example,))
            yield made, replace(measures, group_id=group_id)
            number += 1


def _written(
    settings: Settings, ref: ShardRef, own: Sequence[Scene], inputs: dict[str, str], folder: Path
) -> None:
    directory, prints = settings.directory, settings.fingerprints()
    groups, rirs = folder / "plan.parquet", folder / "rirs.parquet"
    write_records((group for group, _ in own), groups, Group, row_group_rows=256)
    write_rirs(((_tap(group, measures), measures) for group, measures in own), rirs)
    for stage, file in (("plan", groups), ("simulate", rirs)):
        mark = finish(
            directory,
            stage=stage,
            ref=ref,
            fingerprint=prints[stage],
            inputs=inputs,
            files={directory.shard(stage, ref): file},
            rejects=[],
            rows=len(own),
            counts={"examples": len(own)},
        )
        inputs = {f"{stage}/{ref}": digest_of(mark)}


def _tap(group: Group, measures: RirMeasures) -> Rir:
    return Rir(
        group_id=group.group_id,
        placement_id=measures.placement_id,
        samples=TAP,
        sample_rate_hz=group.sample_rate_hz,
    )
