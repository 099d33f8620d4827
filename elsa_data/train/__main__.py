"""``elsa-train DATA RUN``: the same as ``python -m elsa_data.train DATA RUN``."""

import importlib
import logging
import os
import sys

MISSING = ("torch", "safetensors", "tokenizers", "huggingface_hub")
"""What the extra brings; without it a person is told so, not shown a traceback."""


def main(argv: list[str] | None = None) -> int:
    """Return the exit code: 0 done, 1 failed, 2 asked wrongly."""
    # Rows are read by threads of our own; the tokenizer needs none, and warns when it has some.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.basicConfig(level=logging.ERROR)
    try:
        return importlib.import_module("elsa_data.train.command").main(argv)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in MISSING:
            raise
        sys.stderr.write(
            f"elsa-train: {error.name} is not installed: pip install 'elsa-data[train]'\n"
        )
        return 2


if __name__ == "__main__":
    sys.exit(main())
