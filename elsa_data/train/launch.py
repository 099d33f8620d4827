"""How ``elsa-train`` and ``elsa-eval`` begin and end: whatever goes wrong is said in one line."""

import argparse
import importlib
import logging
import os
import sys
from typing import NoReturn

from elsa_data.errors import BuildError, ConfigError, did_you_mean

MISSING = ("torch", "safetensors", "tokenizers", "huggingface_hub", "matplotlib", "scipy")
"""What the extras bring; without it a person is told so, not shown a traceback."""


class Parser(argparse.ArgumentParser):
    """An argument parser that answers a mistake in one line, names the near spelling, exits 2."""

    def parse_args(self, args=None, namespace=None):
        """Return the arguments; one that is not known ends the command."""
        known, unknown = self.parse_known_args(args, namespace)
        if unknown:
            flags = [flag for action in self._actions for flag in action.option_strings]
            near = did_you_mean(unknown[0].partition("=")[0], flags)
            self.error(f"unknown argument {unknown[0]!r}.{near}")
        return known

    def error(self, message: str) -> NoReturn:
        """Print one line and leave."""
        sys.exit(_say(self.prog, message, 2))


def launch(
    prog: str, command: str, extra: str, argv: list[str] | None, interrupted: str = "interrupted"
) -> int:
    """Return the exit code of a command's ``main``: 0 done, 1 failed, 2 asked wrongly.

    ``command`` is the module that holds it, loaded here because it needs what ``extra`` brings.
    """
    # Rows are read by threads of our own; the tokenizer needs none, and warns when it has some.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.basicConfig(level=logging.ERROR)
    try:
        return importlib.import_module(command).main(argv)
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in MISSING:
            raise
        return _say(prog, f"{name} is not installed: pip install 'elsa-data[{extra}]'", 2)
    except ConfigError as error:
        return _say(prog, str(error), 2)
    except BuildError as error:
        return _say(prog, str(error), 1)
    except KeyboardInterrupt:
        return _say(prog, interrupted, 1)


def _say(prog: str, message: str, code: int) -> int:
    sys.stderr.write(f"{prog}: {' '.join(message.split())}\n")
    return code
