"""``elsa-data simulate OUT``: the room impulse responses of a plan, rendered and measured."""

import argparse

from pipelines.builds import stage_command
from pipelines.options import engine_argument, out_argument, run_arguments


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    out_argument(parser)
    engine_argument(parser)
    run_arguments(parser)


run = stage_command("simulate")
