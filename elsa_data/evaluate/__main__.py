"""``elsa-eval RUN DATA``: the same as ``python -m elsa_data.evaluate RUN DATA``."""

import importlib
import logging
import os
import sys

MISSING = ("torch", "safetensors", "tokenizers", "huggingface_hub", "matplotlib", "scipy")
"""What the extra brings; without it a person is told so, not shown a traceback."""


def main(argv: list[str] | None = None) -> int:
    """Return the exit code: 0 done, 1 failed, 2 asked wrongly."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.basicConfig(level=logging.ERROR)
    try:
        return importlib.import_module("elsa_data.evaluate.command").main(argv)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in MISSING:
            raise
        sys.stderr.write(
            f"elsa-eval: {error.name} is not installed: pip install 'elsa-data[evaluate]'\n"
        )
        return 2


if __name__ == "__main__":
    sys.exit(main())
