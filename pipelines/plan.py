"""``elsa-data plan MANIFEST OUT``: every clip probed, every room, position and caption drawn."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from elsa_data.records import ShardRef
from elsa_data.shards.commit import sweep
from elsa_data.shards.directory import Directory
from elsa_data.shards.lock import PREFIX
from elsa_data.shards.marks import fingerprint
from elsa_data.stages.expected import expected
from elsa_data.stages.read import ReadManifest, read_manifests
from elsa_data.stages.settings import Settings
from pipelines import llm
from pipelines.builds import (
    assigned,
    begun,
    excluded_names,
    keep,
    note_device,
    owned,
    run_options,
)
from pipelines.launch import launch
from pipelines.options import engine_argument, manifest_arguments, run_arguments
from pipelines.preview import preview
from pipelines.summary import plan_summary


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    manifest_arguments(parser)
    engine_argument(parser)
    run_arguments(parser)
    # No sound is computed: nothing is asked of a device, and torch is not loaded.
    parser.set_defaults(device="cpu")


def run(args: argparse.Namespace) -> int:
    """Return the exit code."""
    take_through(args, ["plan"])
    return 0


def take_through(
    args: argparse.Namespace, stages: Sequence[str]
) -> tuple[Settings, list[ShardRef]] | None:
    """Return a build and its shards, begun from a manifest and taken through the stages.

    Each shard passes all of them by itself: none waits for another one's stage. None after
    ``--dry-run``, which only tells.

    Raises:
        ConfigError: the manifest, the preset or the directory cannot be used.
    """
    directory, ways = Directory(args.out), run_options(args)
    excluded = excluded_names(args.exclude)
    excluded_sha256 = fingerprint(names=excluded) if excluded else None
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        manifest = read(args, Path(folder))
        settings = begun(args, manifest.sha256, excluded_sha256)
        asked = None
        if settings.writer is not None and (args.dry_run or ways.max_cost is not None):
            asked = expected(settings, settings.writer, manifest)
        if args.dry_run:
            preview(settings, manifest, stages, asked)
        llm.refuse_costly(settings, asked, ways.max_cost)
        if args.dry_run:
            return None
        if "caption" in stages:
            llm.require_endpoint(settings.writer)
        with owned(args, directory, Path(folder)):
            sweep_unless_shared(args, directory)
            keep(settings, redo=args.redo)
            if "simulate" in stages:
                note_device(settings)
            refs = assigned(settings, manifest, excluded, ways)
            mine = refs[args.shard_index :: args.shard_count]
            if "caption" in stages and settings.writer is not None:
                stages = llm.asked_first(settings, mine, stages, ways, batch=args.batch)
            launch(mine, stages, settings, ways)
        sys.stdout.write(plan_summary(settings, refs))
    return settings, refs


def read(args: argparse.Namespace, folder: Path) -> ReadManifest:
    """Return the normalised manifest in a scratch folder."""
    return read_manifests(
        args.manifest, folder / "manifest.parquet", root=args.root, limit=args.limit
    )


def sweep_unless_shared(args: argparse.Namespace, directory: Directory) -> None:
    """Clear what killed attempts left, where no other machine may be at work."""
    if args.shard_count == 1:
        sweep(directory)
