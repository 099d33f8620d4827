"""``elsa-eval RUN DATA``: the same as ``python -m elsa_data.evaluate RUN DATA``."""

import sys

from elsa_data.train.launch import launch


def main(argv: list[str] | None = None) -> int:
    """Return the exit code: 0 done, 1 failed, 2 asked wrongly."""
    return launch("elsa-eval", "elsa_data.evaluate.command", "evaluate", argv)


if __name__ == "__main__":
    sys.exit(main())
