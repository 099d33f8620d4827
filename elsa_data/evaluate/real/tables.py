"""Lines of numbers, as label files hold them."""

import math
from collections.abc import Sequence
from pathlib import Path

from elsa_data.errors import ConfigError


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file that hold anything.

    Raises:
        ConfigError: there is no such file, or it is no text.
    """
    try:
        return [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def numbers(fields: Sequence[str], wanted: int, path: Path, line: int) -> list[float]:
    """Return the numbers of a line.

    Raises:
        ConfigError: there are more or fewer than wanted, or one is no number.
    """
    try:
        found = [float(field) for field in fields]
    except ValueError as error:
        raise ConfigError(f"{path}, line {line}: {error}") from error
    if len(found) != wanted or not all(map(math.isfinite, found)):
        raise ConfigError(f"{path}, line {line}: {len(found)} numbers, wanted {wanted}")
    return found
