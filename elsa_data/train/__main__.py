"""``elsa-train DATA RUN``: the same as ``python -m elsa_data.train DATA RUN``."""

import sys

from elsa_data.train.launch import launch


def main(argv: list[str] | None = None) -> int:
    """Return the exit code: 0 done, 1 failed, 2 asked wrongly."""
    stopped = "interrupted; --resume goes on from the last checkpoint"
    return launch("elsa-train", "elsa_data.train.command", "train", argv, stopped)


if __name__ == "__main__":
    sys.exit(main())
