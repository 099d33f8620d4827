"""``elsa-data render OUT``: convolve, encode and write the shards that are published."""

import argparse

from pipelines.builds import stage_command
from pipelines.options import out_argument, render_arguments, run_arguments


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    out_argument(parser)
    render_arguments(parser)
    run_arguments(parser)


run = stage_command("render")
