"""``elsa-data export OUT DEST --to LAYOUT``: a data set in the layout that other tools read."""

import argparse
import sys

from elsa_data.errors import ConfigError
from elsa_data.shards.directory import Directory, local_path
from elsa_data.shards.export import LAYOUTS, export
from pipelines.options import out_argument


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    out_argument(parser)
    parser.add_argument("dest", metavar="DEST", help="a new folder, or one to go on with")
    parser.add_argument("--to", required=True, choices=sorted(LAYOUTS), help="the layout")


def run(args: argparse.Namespace) -> int:
    """Return the exit code."""
    if (target := local_path(args.dest)) is None:
        raise ConfigError(f"{args.dest}: give a folder on this machine")
    rows = export(Directory(args.out), target.absolute(), args.to, _say)
    _say(f"{args.dest} holds {rows} rows as {args.to}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
