"""``elsa-data caption OUT``: the scenes of a build in words."""

import argparse

from pipelines.builds import stage_command
from pipelines.options import caption_arguments, out_argument, run_arguments


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    out_argument(parser)
    caption_arguments(parser)
    run_arguments(parser)
    # No sound is computed: nothing is asked of a device, and torch is not loaded.
    parser.set_defaults(device="cpu")


run = stage_command("caption")
