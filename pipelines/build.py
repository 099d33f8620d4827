"""``elsa-data build MANIFEST OUT``: the whole way from clips to published shards."""

import argparse
import sys

from elsa_data.stages.settings import STAGES
from pipelines.options import (
    caption_arguments,
    engine_argument,
    manifest_arguments,
    render_arguments,
    run_arguments,
)
from pipelines.plan import take_through
from pipelines.summary import build_summary


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    manifest_arguments(parser)
    engine_argument(parser)
    caption_arguments(parser)
    render_arguments(parser)
    run_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Return the exit code."""
    if built := take_through(args, STAGES):
        sys.stdout.write(build_summary(*built))
    return 0
