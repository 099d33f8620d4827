"""``elsa-data inspect OUT EXAMPLE_ID``: one row in the terminal, with its room from above."""

import argparse
import sys

from elsa_data.report.lookup import find_row
from elsa_data.report.row import told
from elsa_data.shards.directory import Directory
from pipelines.options import row_arguments


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    row_arguments(parser)
    parser.add_argument(
        "--ascii", action="store_true", help="ASCII alone [unless the terminal takes UTF-8]"
    )


def run(args: argparse.Namespace) -> int:
    """Return the exit code."""
    found = find_row(Directory(args.out), args.example_id)
    plain = args.ascii or not _takes_unicode()
    shard = found.shard.rpartition("/")[2]
    sys.stdout.write(told(found.example, shard=shard, ascii_only=plain))
    return 0


def _takes_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
