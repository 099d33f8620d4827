"""Markdown in which words of strangers stay words: no link, tag, mention or table breaks out."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

LONGEST: Final = 200
BAR: Final = 40
"""Characters of the longest bar of a histogram."""

_SPACES: Final = re.compile(r"\s+")


def quoted(text: str) -> str:
    """Return foreign text as a code span for a table cell: shown as it is, and nothing else.

    Control and direction characters are left out, backticks become apostrophes, and what is
    longer than `LONGEST` is cut.
    """
    # Cc and Cf are the controls, among them those that turn the direction of a line around.
    kept = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf"))
    line = _SPACES.sub(" ", kept).strip().replace("`", "'")
    line = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    # Even inside code, a bar ends a cell unless it is escaped.
    return "`" + line.replace("|", "\\|") + "`" if line else ""


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; numbers stand to the right when every one of their column is a number."""
    body = [list(row) for row in rows]
    numeric = [
        bool(body) and all(isinstance(row[at], int | float) for row in body)
        for at in range(len(head))
    ]
    rule = ["---:" if right else "---" for right in numeric]
    return "\n".join(_line(cells) for cells in (head, rule, *body))


def histogram(counts: Mapping[str, int]) -> str:
    """Return counts with bars, in a code block, in the order given; nothing when all are zero."""
    most = max(counts.values(), default=0)
    if not most:
        return ""
    wide = max(map(len, counts))
    digits = len(str(most))
    lines = [
        f"{name:{wide}}  {number:{digits}}  {'█' * round(BAR * number / most)}".rstrip()
        for name, number in counts.items()
    ]
    return "\n".join(["```text", *lines, "```"])


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"
