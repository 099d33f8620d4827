"""A build as the commands share it: opened or begun, checked against what stands, sliced."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from elsa_data.acoustics.devices import resolve, threads_beside
from elsa_data.config import load_preset, load_vocabulary
from elsa_data.errors import ConfigError
from elsa_data.records import ShardRef
from elsa_data.shards.directory import Directory
from elsa_data.shards.lock import Lock
from elsa_data.shards.marks import read_marks
from elsa_data.shards.state import differing, read_state, write_state
from elsa_data.stages.assign import ASSIGNMENT, assign, remove_other_shards, shard_refs
from elsa_data.stages.once import required_mark
from elsa_data.stages.probe import chunks
from elsa_data.stages.read import MANIFEST, ReadManifest, commit_manifest
from elsa_data.stages.settings import STAGES, Settings, settings_from, standing_writer, state_of
from pipelines.fidelity import fidelity
from pipelines.launch import RunOptions, launch, refuse_many, runner_flags
from pipelines.llm import asked_first, prices_asked, require_endpoint, traffic_asked, writer_asked
from pipelines.progress import share_of

CHUNKS_A_WORKER = 8

FIXED = ("plan", "simulate")
"""Stages whose values a build keeps for life; captions and format may be done again."""


def run_options(args: argparse.Namespace) -> RunOptions:
    """Return how this run is carried out.

    Raises:
        ConfigError: the runner asked for is not known, or known to give wrong results.
    """
    run = RunOptions(
        workers=args.workers,
        max_rejects=args.max_rejects,
        max_cost=getattr(args, "max_cost", None),
        runner_flags=args.runner_flags,
    )
    runner_flags(run)
    return run


def owned(
    args: argparse.Namespace, directory: Directory, folder: Path | None = None
) -> AbstractContextManager[object]:
    """Return the lock of the build; slices of an array of machines share it without one."""
    if args.shard_index >= args.shard_count:
        raise ConfigError(
            f"--shard-index {args.shard_index}: wanted 0 to {args.shard_count - 1}, "
            f"below --shard-count {args.shard_count}"
        )
    return nullcontext() if args.shard_count > 1 else Lock(directory, folder=folder)


def begun(args: argparse.Namespace, manifest_sha256: str, excluded: str | None) -> Settings:
    """Return the settings of a build from its manifest and flags.

    Raises:
        ConfigError: a preset, vocabulary or device cannot be used.
    """
    preset = load_preset(args.preset)
    return Settings(
        url=args.out,
        seed=args.seed,
        preset=preset,
        vocabulary=load_vocabulary(getattr(args, "vocabulary", None) or preset.vocabulary),
        manifest_sha256=manifest_sha256,
        exclude_sha256=excluded,
        limit=args.limit,
        probe=args.probe,
        writer=writer_asked(args, getattr(args, "captions", None) or "template"),
        **_asked(args),
    )


def opened(args: argparse.Namespace) -> Settings:
    """Return the settings of a build that has a plan, with this run's changes.

    Raises:
        ConfigError: there is no build, or a flag changes what it keeps for life.
    """
    directory = Directory(args.out)
    state = read_state(directory)
    if state is None:
        raise ConfigError(
            f"{args.out} is no build: it has no build.json; run `elsa-data plan MANIFEST OUT`"
        )
    changes = _asked(args)
    captions = changes.get("captions") or state["identity"]["caption"]["captions"]
    changes["writer"] = writer_asked(args, captions, standing_writer(state))
    if getattr(args, "vocabulary", None):
        changes["vocabulary"] = load_vocabulary(args.vocabulary)
    settings = settings_from(state, args.out, **changes)
    _refuse_other(state, settings, redo=getattr(args, "redo", False))
    return settings


def _asked(args: argparse.Namespace) -> dict[str, Any]:
    """Return what the flags of this run set; a flag that was not given changes nothing."""
    asked = {
        name: getattr(args, name, None)
        for name in ("engine", "captions", "format", "rehash", "retry_rejects", "reuse")
    }
    if asked["reuse"] is not None and read_state(Directory(asked["reuse"])) is None:
        raise ConfigError(f"--reuse {asked['reuse']} is no build: it has no build.json")
    asked["allow_mixed_devices"] = getattr(args, "allow_mixed_devices", None)
    asked["traffic"], asked["prices"] = traffic_asked(args), prices_asked(args)
    workers = getattr(args, "workers", 1)
    asked["device"] = resolve(getattr(args, "device", "cpu"), workers)
    asked["threads"] = threads_beside(asked["device"], workers)
    return {name: value for name, value in asked.items() if value is not None}


def keep(settings: Settings, *, redo: bool) -> None:
    """Hold the settings against build.json and write it where it is new or may change.

    Only the owner of the build may.

    Raises:
        ConfigError: plan or simulate differ, or captions or format do without ``--redo``; names
            each value that does.
    """
    directory = settings.directory
    old, new = read_state(directory), state_of(settings)
    if old is None:
        strangers = [path for path in directory.files() if not path.startswith(("tmp/", "lock"))]
        if strangers:
            raise ConfigError(
                f"{settings.url} is not empty and no build ({strangers[0]}): "
                "give an empty or new directory"
            )
        write_state(directory, new)
        return
    _refuse_other(old, settings, redo=redo)
    if old != old | new:
        write_state(directory, old | new)


def note_device(settings: Settings) -> None:
    """Note in build.json which kind of device computes; its bits are its own.

    Raises:
        ConfigError: another kind has computed part of this build, and mixing was not asked for.
    """
    directory = settings.directory
    state = read_state(directory) or {}
    before = state.get("devices", [])
    if settings.device in before:
        return
    if before and not settings.allow_mixed_devices:
        raise ConfigError(
            f"{settings.url} was computed on {', '.join(before)}, this run would use "
            f"{settings.device}: add --device {before[0]}, or --allow-mixed-devices to have both"
        )
    write_state(directory, state | {"devices": sorted([*before, settings.device])})


def _refuse_other(old: Mapping[str, Any], settings: Settings, *, redo: bool) -> None:
    new = settings.identity()
    for stage in STAGES:
        lines = differing(old["identity"][stage], new[stage])
        if lines and stage in FIXED:
            raise ConfigError(
                f"{settings.url} was made differently ({'; '.join(lines[:3])}): "
                "ask for the same again, or build into a new directory"
            )
        if lines and not redo and (stage != "caption" or read_marks(settings.directory, stage)):
            raise ConfigError(
                f"{settings.url} was made differently ({'; '.join(lines[:3])}): "
                f"add --redo to {stage} it again"
            )


def assigned(
    settings: Settings, manifest: ReadManifest, excluded: Sequence[str], run: RunOptions
) -> list[ShardRef]:
    """Return every shard of the build once its clips are read, probed and assigned.

    Raises:
        BuildError: too many rows were rejected, or what `launch` raises.
    """
    read = commit_manifest(settings, manifest)
    refuse_many(share_of(read.rows, read.rejects), settings, run)
    parts = chunks(manifest.clips)
    # A process takes seconds to start; a few chunks are probed in less.
    few = replace(run, workers=max(1, min(run.workers, len(parts) // CHUNKS_A_WORKER)))
    launch(parts, ["probe"], settings, few)
    assigned = assign(settings, parts, excluded)
    refuse_many(share_of(assigned.rows, assigned.rejects), settings, run)
    refs = shards(settings)
    remove_other_shards(settings.directory, refs)
    return refs


def shards(settings: Settings) -> list[ShardRef]:
    """Return every shard of a build that is assigned."""
    return shard_refs(required_mark(settings, "assign", ASSIGNMENT).counts)


def stage_command(stage: str) -> Callable[[argparse.Namespace], int]:
    """Return the ``run`` of a command that takes every shard of a build through one stage."""

    def run(args: argparse.Namespace) -> int:
        directory, ways = Directory(args.out), run_options(args)
        settings = opened(args)
        if stage == "caption":
            require_endpoint(settings.writer)
        with owned(args, directory):
            keep(settings, redo=args.redo)
            if stage != "caption":
                note_device(settings)
            mine = shards(settings)[args.shard_index :: args.shard_count]
            if stage == "caption" and settings.writer is not None:
                asked_first(settings, mine, [stage], ways, batch=args.batch)
            launch(mine, [stage], settings, ways)
        if stage == "caption":
            told = fidelity(directory, settings.writer, settings.prices)
            sys.stdout.writelines(f"{line}\n" for line in told)
        return 0

    return run


def excluded_names(path: str | None) -> list[str]:
    """Return the ids an exclude file names, one a line; ``#`` begins a comment.

    Raises:
        ConfigError: the file cannot be read.
    """
    if path is None:
        return []
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--exclude {path}: {error}") from error
    names = (line.partition("#")[0].strip() for line in lines)
    return sorted({name for name in names if name})


def manifest_rows(settings: Settings) -> int:
    """Return how many rows the manifest of a build has, rejected ones included."""
    return required_mark(settings, "read", MANIFEST).counts["manifest_rows"]
