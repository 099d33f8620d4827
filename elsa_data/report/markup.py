"""HTML and SVG out of small calls, in which every text is escaped unless it is markup already."""

import html
import unicodedata
from typing import Final

_VOID: Final = frozenset({"br", "input", "meta", "link", "img", "hr"})

_TURNING: Final = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Characters that turn the direction of a line, and of what stands after them, around."""

Value = str | float | int | bool | None


class Markup(str):
    """Text that is HTML already; only `tag`, `joined` and this program's own files make it."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Return any text as HTML that shows it; characters that no page may hold are replaced."""
    return Markup(html.escape("".join("\ufffd" if _unfit(c) else c for c in str(value))))


def joined(*children: str | None, between: str = "") -> Markup:
    """Return children side by side; what is no markup is escaped, and None is left out."""
    made = (child if isinstance(child, Markup) else text(child) for child in children if child)
    return Markup(text(between).join(made))


def tag(name: str, /, *children: str | None, **attributes: Value) -> Markup:
    """Return an element. ``class_`` and ``data_split`` are written ``class`` and ``data-split``.

    An attribute that is None or False is left out, one that is True stands alone, and a number is
    rounded as `number` rounds it.
    """
    written = "".join(
        _attribute(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    opening = f"<{name}{written}>"
    return Markup(opening if name in _VOID else f"{opening}{joined(*children)}</{name}>")


def number(value: float) -> str:
    """Return a number to a tenth, as short as it can be: pictures need no more."""
    short = f"{value:.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


def signed(value: float, digits: int = 0) -> str:
    """Return a number with its sign, a true minus: ``+12``, ``−3``, ``0``."""
    shown = f"{value:+.{digits}f}"
    return (shown[1:] if float(shown) == 0 else shown).replace("-", "\u2212")


def _unfit(char: str) -> bool:
    if char in _TURNING:
        return True
    return unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"


def _attribute(name: str, value: Value) -> str:
    if value is True:
        return f" {name}"
    shown = number(value) if isinstance(value, float) else str(value)
    return f' {name}="{text(shown)}"'
