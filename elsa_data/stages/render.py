"""Dry clips through their rooms into finished rows: decode, convolve, level, encode, write.

Decoding and encoding run in threads beside the convolution, where there are cores for them. When
only the words changed, the encoded bytes of the shard that stands are copied, nothing is decoded.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from elsa_data.acoustics.convolve import convolve
from elsa_data.acoustics.levels import level_dbfs
from elsa_data.errors import ElementError
from elsa_data.examples import Example
from elsa_data.records import Captioned, ExampleSpec, Group, Reject, ShardRef, ShardReport
from elsa_data.shards.data import EXTENSION, read_data, remove_other_formats, write_data
from elsa_data.shards.flac import encode
from elsa_data.shards.marks import Mark, digest_of, fingerprint, is_current, read_mark
from elsa_data.shards.rirs import read_rirs
from elsa_data.shards.tables import read_records
from elsa_data.stages.batches import ahead, batches
from elsa_data.stages.mixing import Dries, Rirs, dries_of, job_of, levelled
from elsa_data.stages.once import Made, once
from elsa_data.stages.progress import Progress
from elsa_data.stages.rejects import example_reject
from elsa_data.stages.rows import aligned, example_row, reworded
from elsa_data.stages.settings import Settings

BATCH = {"cpu": 1, "cuda": 8}
"""Rows at a time: a processor takes each from decoder to encoder while its cache holds the sound, a
GPU waits for fewer calls."""

CODEC = "flac-pcm16"


class Todo(NamedTuple):
    """One row to make; ``standing`` is the row whose sound can be kept."""

    group: Group
    spec: ExampleSpec
    captioned: Captioned
    rirs: Rirs
    standing: Example | None = None


class Wet(NamedTuple):
    """The sound of one row, ready to be encoded."""

    todo: Todo
    dries: Dries
    samples: NDArray[np.float32]
    gain_db: float


def render(ref: ShardRef, settings: Settings) -> ShardReport:
    """Return the report of one shard: the data rows as they are published, or rejects."""

    def make(scratch: Path, marks: Mapping[str, Mark]) -> Made:
        directory = settings.directory
        sound = audio_fingerprint(settings, marks)
        rejects: list[Reject] = []
        path = scratch / "data"
        with Progress(directory, "render", ref, marks["caption"].rows) as progress:
            made = _rows(_todos(ref, settings, sound), settings, progress)
            rows = write_data(settings.format, _kept(made, ref, rejects), path)
        return Made(
            files={directory.shard("render", ref, EXTENSION[settings.format]): path},
            rows=rows,
            rejects=rejects,
            audio_fingerprint=sound,
            device=settings.device,
        )

    inputs = [("plan", ref), ("simulate", ref), ("caption", ref)]
    report = once(settings, "render", ref, inputs, settings.fingerprints()["render"], make)
    remove_other_formats(settings.directory, ref, settings.format)
    return report


def audio_fingerprint(settings: Settings, marks: Mapping[str, Mark]) -> str:
    """Return what the sound of a shard depends on: its plan, its RIRs, level and codec, no words.

    The device counts too: its bits are its own.
    """
    return fingerprint(
        codec=CODEC,
        level=settings.preset.level,
        plan=digest_of(marks["plan"]),
        simulate=digest_of(marks["simulate"]),
        device=settings.device,
    )


def _todos(ref: ShardRef, settings: Settings, sound: str) -> Iterator[Todo]:
    directory = settings.directory
    groups = list(read_records(directory.shard("plan", ref), directory.fs, Group))
    captions = read_records(directory.shard("caption", ref), directory.fs, Captioned)
    rirs = read_rirs(directory.shard("simulate", ref), directory.fs)
    standing = read_data(directory, ref) if _stands(ref, settings, sound) else ()
    for group, said, heard, kept in zip(
        groups,
        aligned(groups, captions),
        aligned(groups, rirs, lambda row: row.rir.group_id),
        aligned(groups, standing),
        strict=True,
    ):
        words = {captioned.example_id: captioned for captioned in said}
        sounds = {example.example_id: example for example in kept}
        own = {row.rir.placement_id: row for row in heard}
        for spec in group.examples:
            if captioned := words.get(spec.example_id):
                yield Todo(group, spec, captioned, own, sounds.get(spec.example_id))


def _stands(ref: ShardRef, settings: Settings, sound: str) -> bool:
    """Return whether the finished shard holds this very sound, byte for byte."""
    old = read_mark(settings.directory, "render", ref)
    if old is None or old.audio_fingerprint != sound:
        return False
    return is_current(settings.directory, "render", ref, old.fingerprint, old.inputs, rehash=True)


def _rows(
    todos: Iterator[Todo], settings: Settings, progress: Progress
) -> Iterator[tuple[Todo, Example | ElementError]]:
    """Yield each row, or why there is none, in order: decode ahead, convolve, encode behind."""
    threads = ThreadPoolExecutor(settings.threads) if settings.threads else nullcontext()
    together = batches(todos, BATCH[settings.device.partition(":")[0]])
    with threads as pool:
        decoded = ahead(pool, partial(_decoded, settings=settings), together)
        wets = (_convolved(batch, settings) for batch in decoded)
        for batch in ahead(pool, _encoded, wets):
            yield from batch
            progress.add(len(batch))


def _kept(
    rows: Iterator[tuple[Todo, Example | ElementError]], ref: ShardRef, rejects: list[Reject]
) -> Iterator[Example]:
    for todo, row in rows:
        if isinstance(row, Example):
            yield row
        else:
            rejects.append(example_reject(todo.spec, "render", ref, row))


def _decoded(batch: Sequence[Todo], settings: Settings) -> list[tuple[Todo, Dries | ElementError]]:
    out: list[tuple[Todo, Dries | ElementError]] = []
    for todo in batch:
        try:
            out.append(
                (todo, [] if todo.standing else dries_of(todo.group, todo.spec, settings.preset))
            )
        except ElementError as error:
            out.append((todo, error))
    return out


def _convolved(
    batch: Sequence[tuple[Todo, Dries | ElementError]], settings: Settings
) -> list[tuple[Todo, Wet | ElementError | Example]]:
    fresh = [
        (todo, dries)
        for todo, dries in batch
        if not isinstance(dries, ElementError) and todo.standing is None
    ]
    jobs = [job_of(todo.group, todo.spec, dries, todo.rirs) for todo, dries in fresh]
    wets = iter(convolve(jobs, device=settings.device))
    out: list[tuple[Todo, Wet | ElementError | Example]] = []
    for todo, dries in batch:
        if isinstance(dries, ElementError):
            out.append((todo, dries))
        elif todo.standing is not None:
            out.append((todo, reworded(todo.standing, todo.captioned)))
        else:
            samples, gain_db = levelled(todo.group, todo.spec, next(wets), settings.preset.level)
            out.append((todo, Wet(todo, dries, samples, gain_db)))
    return out


def _encoded(
    batch: Sequence[tuple[Todo, Wet | ElementError | Example]],
) -> list[tuple[Todo, Example | ElementError]]:
    return [(todo, _example(made) if isinstance(made, Wet) else made) for todo, made in batch]


def _example(wet: Wet) -> Example:
    group, spec, captioned, rirs, _ = wet.todo
    channels, samples = wet.samples.shape
    return example_row(
        group,
        spec,
        captioned,
        wet.dries,
        rirs,
        audio=encode(wet.samples, group.sample_rate_hz),
        channels=channels,
        duration_s=samples / group.sample_rate_hz,
        gain_db=wet.gain_db,
        wet_level_dbfs=level_dbfs(wet.samples),
    )
