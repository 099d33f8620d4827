"""``elsa-data status OUT``: how far a build is, by its done marks; loads neither Beam nor torch."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator

from elsa_data.errors import ConfigError
from elsa_data.shards.directory import Directory
from elsa_data.shards.lock import is_stale, read_owner
from elsa_data.shards.marks import Mark, read_marks
from elsa_data.shards.state import read_state
from elsa_data.stages.settings import standing_writer
from pipelines.fidelity import fidelity
from pipelines.options import out_argument

STAGES = ("read", "probe", "assign", "plan", "simulate", "caption", "render")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    out_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Return 0; a build that has begun is always told."""
    directory = Directory(args.out)
    state = read_state(directory)
    if state is None:
        raise ConfigError(f"{args.out} is no build: it has no build.json")
    plan = state["identity"]["plan"]
    sys.stdout.write(f"{args.out}: preset {plan['preset']['name']}, seed {plan['seed']}\n")
    sys.stdout.writelines(f"{line}\n" for line in told(directory))
    writer = standing_writer(state)
    sys.stdout.writelines(f"{line}\n" for line in fidelity(directory, writer, None))
    return 0


def told(directory: Directory) -> Iterator[str]:
    """Yield the table of stages, the rejects by reason, and who is at work."""
    reasons: Counter[str] = Counter()
    total: int | None = None
    yield f"{'stage':9s} {'shards':>11s} {'rows':>9s} {'rejects':>8s} {'MB':>9s} {'seconds':>9s}"
    for stage in STAGES:
        marks = read_marks(directory, stage)
        if stage == "assign" and marks:
            total = sum(n for name, n in marks[0].counts.items() if name.startswith("shards:"))
        wanted = 1 if stage in ("read", "assign") else _chunks(marks) if stage == "probe" else total
        yield _line(stage, marks, wanted)
        for mark in marks:
            reasons.update(
                {
                    f"{stage}: {name.removeprefix('reject:')}": number
                    for name, number in mark.counts.items()
                    if name.startswith("reject:")
                }
            )
    yield from (f"  {number} x {reason}" for reason, number in reasons.most_common())
    yield _owner(directory)
    yield from _at_work(directory)


def _line(stage: str, marks: list[Mark], wanted: int | None) -> str:
    size = sum(output.size for mark in marks for output in mark.outputs.values())
    rows, rejects = sum(m.rows for m in marks), sum(m.rejects for m in marks)
    shards = f"{len(marks)}/{'?' if wanted is None else wanted}"
    seconds = sum(mark.seconds for mark in marks)
    return f"{stage:9s} {shards:>11s} {rows:9d} {rejects:8d} {size / 1e6:9.1f} {seconds:9.1f}"


def _chunks(marks: list[Mark]) -> int | None:
    return int(marks[0].shard.rpartition("-")[2]) if marks else None


def _owner(directory: Directory) -> str:
    owner = read_owner(directory)
    if not owner or is_stale(owner):
        return "Nobody is at work; the same command goes on from here."
    return f"Process {owner.get('pid')} on {owner.get('host')} is at work."


def _at_work(directory: Directory) -> Iterator[str]:
    for path in directory.files("progress"):
        try:
            said = json.loads(directory.fs.cat_file(directory.path(path)))
            yield f"  {path.removeprefix('progress/')[:-5]}: {said['done']} of {said['total']}"
        except (FileNotFoundError, KeyError, ValueError):
            continue
