"""One shard of one stage, made once: skipped when current, whole or absent otherwise."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from elsa_data.errors import BuildError
from elsa_data.records import Reject, ShardRef, ShardReport
from elsa_data.shards.commit import scratch
from elsa_data.shards.marks import Mark, digest_of, finish, is_current, read_mark
from elsa_data.stages.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a stage made of a shard: local files by the URL they belong at, and the accounts."""

    files: Mapping[str, Path]
    rows: int
    rejects: list[Reject] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)
    audio_fingerprint: str | None = None
    device: str | None = None


def once(
    settings: Settings,
    stage: str,
    ref: ShardRef,
    inputs: Sequence[tuple[str, ShardRef]],
    fingerprint: str,
    make: Callable[[Path, Mapping[str, Mark]], Made],
) -> ShardReport:
    """Return the report of a shard, made now unless its mark is already current.

    ``make(scratch, marks of the inputs by stage)`` writes files under a scratch folder; they are
    committed together, the mark last.

    Raises:
        BuildError: an input is not there yet.
    """
    directory = settings.directory
    marks = [(name, at, required_mark(settings, name, at)) for name, at in inputs]
    digests = {f"{name}/{at}": digest_of(mark) for name, at, mark in marks}
    if is_current(directory, stage, ref, fingerprint, digests, rehash=settings.rehash):
        standing = required_mark(settings, stage, ref)
        if not (settings.retry_rejects and standing.rejects):
            return report_of(standing)
    started = time.monotonic()
    with scratch(directory, ref) as folder:
        made = make(folder, {name: mark for name, _, mark in marks})
        mark = finish(
            directory,
            stage=stage,
            ref=ref,
            fingerprint=fingerprint,
            inputs=digests,
            files=made.files,
            rejects=made.rejects,
            rows=made.rows,
            counts=dict(made.counts) | _reasons(made.rejects),
            audio_fingerprint=made.audio_fingerprint,
            device=made.device,
            seconds=time.monotonic() - started,
        )
    return report_of(mark)


def _reasons(rejects: Sequence[Reject]) -> dict[str, int]:
    return {f"reject:{error}": n for error, n in Counter(r.error for r in rejects).items()}


def required_mark(settings: Settings, stage: str, ref: ShardRef) -> Mark:
    """Return the done mark of a shard.

    Raises:
        BuildError: there is none; names the command that makes it.
    """
    mark = read_mark(settings.directory, stage, ref)
    if mark is None:
        raise BuildError(
            f"{stage} of {ref} is not done in {settings.url}: run `elsa-data {stage}` first"
        )
    return mark


def report_of(mark: Mark) -> ShardReport:
    """Return the part of a mark that crosses a pipeline."""
    return ShardReport(
        shard=mark.shard,
        stage=mark.stage,
        rows=mark.rows,
        rejects=mark.rejects,
        bytes=sum(output.size for output in mark.outputs.values()),
        seconds=mark.seconds,
        hashes={name: output.sha256 for name, output in mark.outputs.items()},
    )
