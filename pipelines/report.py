"""``elsa-data report OUT``: a folder whose index.html shows a data set to a person."""

import argparse
import sys
from pathlib import Path

from elsa_data.errors import ConfigError
from elsa_data.report.gather import gather
from elsa_data.report.write import require_free, write_report
from elsa_data.shards.directory import Directory, local_path
from pipelines.options import out_argument, whole

SAMPLE = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    out_argument(parser)
    parser.add_argument("--to", metavar="FOLDER", help="where the page goes [OUT-report]")
    parser.add_argument(
        "--sample", type=whole(1), default=SAMPLE, metavar="N", help="rows to show [%(default)s]"
    )
    parser.add_argument(
        "--seed", type=whole(0), default=0, help="draws the rows to show [%(default)s]"
    )


def run(args: argparse.Namespace) -> int:
    """Return the exit code."""
    directory = Directory(args.out)
    target = target_of(directory, args.to)
    require_free(target)
    name = "/".join(str(directory.local or directory.url).rstrip("/").split("/")[-2:])
    report = gather(directory, name=name, sample=args.sample, seed=args.seed, say=_say)
    size = write_report(report, target)
    _say(f"{target} holds the report ({size / 1e6:.1f} MB): open {target / 'index.html'}")
    return 0


def target_of(directory: Directory, asked: str | None) -> Path:
    """Return the folder a report goes to: the one asked for, else one beside the build.

    Raises:
        ConfigError: it is not on this machine, or inside the build, whose list of files is closed.
    """
    local = directory.local
    if asked is None and local is None:
        raise ConfigError(f"{directory.url} is not on this machine: say where to with --to FOLDER")
    if asked is None and local is not None:
        return local.with_name(f"{local.name}-report")
    target = local_path(asked or "")
    if target is None:
        raise ConfigError(f"--to {asked}: give a folder on this machine")
    target = target.absolute()
    if local is not None and target.resolve().is_relative_to(local.resolve()):
        raise ConfigError(f"--to {asked} is inside {local}, which holds the build alone")
    return target


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
