"""Patterns kept as text beside this file: one a line, in named sections, built from macros.

``NAME = pattern`` defines a macro, which later lines use as ``{NAME}``. ``[section]`` opens a
section; its lines are ``key: pattern`` or ``pattern``. Groups capture nothing. Patterns match whole
tokens of `elsa_data.captions.wording.worded`, one space between them. A line whose key speaks of
left stands for right as well. ``#`` opens a comment.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

_MACRO: Final = re.compile(r"\{([A-Z_]+)\}")
_MACRO_LINE: Final = re.compile(r"([A-Z_]+) = (.*)")
_KEYED: Final = re.compile(r"([\w+\\]+): (.*)")
_GROUP: Final = re.compile(r"(?<!\\)\((?!\?)")
_LEFT: Final = re.compile(r"\bleft")


class Grammar(NamedTuple):
    """The macros and sections of one file, macros expanded.

    Attributes:
        macros: name -> pattern.
        sections: name -> (key, pattern) in order; an empty key where the line has none.
    """

    macros: dict[str, str]
    sections: dict[str, list[tuple[str, str]]]


@cache
def grammar(name: str) -> Grammar:
    """Return the patterns of ``NAME.txt``."""
    macros: dict[str, str] = {}
    sections: dict[str, list[tuple[str, str]]] = {}
    section: list[tuple[str, str]] = []
    for line in lines_of(name):
        if line.startswith("[") and line.endswith("]"):
            section = sections.setdefault(line[1:-1], [])
            continue
        macro = _MACRO_LINE.fullmatch(line)
        if macro:
            macros[macro[1]] = _expanded(macro[2], macros)
            continue
        keyed = _KEYED.fullmatch(line)
        key, pattern = (keyed[1], keyed[2]) if keyed else ("", line)
        section.append((key, _expanded(pattern, macros)))
        if "left" in key:
            mirrored = _LEFT.sub("right", pattern)
            section.append((_LEFT.sub("right", key), _expanded(mirrored, macros)))
    return Grammar(macros, sections)


def lines_of(name: str) -> list[str]:
    """Return the lines of ``NAME.txt`` that are neither blank nor comments."""
    text = files("elsa_data.captions.lexicon").joinpath(f"{name}.txt").read_text("utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def tokens(pattern: str) -> re.Pattern[str]:
    """Return a pattern that matches whole tokens only."""
    return re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")


def _expanded(pattern: str, macros: dict[str, str]) -> str:
    filled = _MACRO.sub(lambda match: f"(?:{macros[match[1]]})", pattern)
    return _GROUP.sub("(?:", filled)
