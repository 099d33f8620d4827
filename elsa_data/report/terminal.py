"""Text for a terminal: nothing untrusted steers it, nothing is wider than the screen."""

import dataclasses
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final, TypeVar

Record = TypeVar("Record")

WIDTH: Final = 80
INDENT: Final = 2
LABEL: Final = 14
"""A label and its blanks; what is left holds a hash in hex."""

_PLAIN: Final = str.maketrans("┌┐└┘─│↑↖↗·├┤“”", '++++-|^\\/.||""')


def visible(text: str, *, ascii_only: bool = False) -> str:
    r"""Return text as one line in which every character can be seen: the others as ``\x1b``.

    So no caption moves the cursor, changes a colour, turns the direction of writing or hides.
    """
    seen = "".join(" " if c.isspace() else c if c.isprintable() else _escaped(c) for c in text)
    return seen.encode("ascii", "backslashreplace").decode() if ascii_only else seen


def each_text(record: Record, clean: Callable[[str], str]) -> Record:
    """Return a record with every text in it, at any depth, passed through ``clean``."""
    return _each(record, clean)


def in_ascii(line: str) -> str:
    """Return a line whose frames, arrows and quotes are ASCII, character for character."""
    return line.translate(_PLAIN)


def fact(label: str, *cells: str) -> Iterator[str]:
    """Yield the lines of a label and its cells side by side, each wrapped in its column."""
    room = WIDTH - INDENT - LABEL
    width = room // len(cells)
    columns = [wrapped(cell, width - (len(cells) > 1)) or [""] for cell in cells]
    for number, line in enumerate(zip_longest(*columns, fillvalue="")):
        start = " " * INDENT + (label if number == 0 else "").ljust(LABEL)
        yield (start + "".join(padded(cell, width) for cell in line)).rstrip()


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text, none wider than ``width`` columns; long words are cut."""
    lines: list[str] = []
    for line in textwrap.wrap(text, width):
        while columns_of(line) > width:
            # Some letters are two columns wide, which textwrap does not know.
            cut = next(n for n in range(len(line), 0, -1) if columns_of(line[:n]) <= width)
            lines.append(line[:cut])
            line = line[cut:].lstrip()
        lines.append(line)
    return lines


def padded(text: str, width: int) -> str:
    """Return a text with blanks up to ``width`` columns."""
    return text + " " * (width - columns_of(text))


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a visible text takes."""
    return sum(_columns(character) for character in text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a small table of numbers, its columns aligned to the right, the first as labels."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)][1:]
    for row in (head, *rows):
        cells = "  ".join(cell.rjust(width) for cell, width in zip(row[1:], widths, strict=True))
        yield " " * INDENT + row[0].ljust(LABEL) + cells


def _each(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return tuple(_each(item, clean) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _each(getattr(value, f.name), clean) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    return value


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Me":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
