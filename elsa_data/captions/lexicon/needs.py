"""Patterns that are tried only where a word stands without which they match nothing.

A caption holds few of the words that a table of phrases is made of. `Table` knows for each of its
patterns some words of which every match has one, and looks no further where none stands.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from itertools import product

# The standard library's own parser is the one description of a pattern there is.
from re import _constants as _op  # pyright: ignore[reportAttributeAccessIssue]
from re import _parser  # pyright: ignore[reportAttributeAccessIssue]
from typing import Any, Final, Generic, TypeVar

Key = TypeVar("Key")
_REPEATS: Final = (_op.MAX_REPEAT, _op.MIN_REPEAT, _op.POSSESSIVE_REPEAT)
_Item = tuple[Any, Any]
_MOST: Final = 300
"""Spellings of a part of a pattern that are written out, at most."""

_APART: Final = re.compile(r"[^\w']")
_COMMON: Final = frozenset(
    (
        *("a", "an", "the", "of", "in", "on", "at", "to", "from", "is", "are", "and", "or", "by"),
        *("with", "as", "it", "that", "was", "'s", ",", "so", "for", "its", "his", "her"),
    )
)
"""Words of most captions: to look for one of them spares nothing."""


class Table(Generic[Key]):
    """Patterns in order, each with a key."""

    def __init__(
        self,
        rows: Iterable[tuple[Key, re.Pattern[str]]],
        *,
        made: Callable[[Key], Sequence[str]] = lambda _: (),
    ) -> None:
        """Find what each pattern needs.

        Args:
            rows: (key, pattern) pairs; the patterns match whole words.
            made: the words that a row of this key puts where it matched, for the rows after it.
        """
        self._rows = tuple(rows)
        self._always: set[int] = set()
        self._at: dict[str, set[int]] = {}
        for number, (key, pattern) in reversed([*enumerate(self._rows)]):
            words = needed(pattern.pattern)
            later = {n for word in made(key) for n in self._at.get(word, ())}
            for word in words or ():
                self._at[word] = self._at.get(word, set()) | later | {number}
            if words is None:
                self._always |= later | {number}

    def among(self, words: Iterable[str]) -> Iterator[tuple[Key, re.Pattern[str]]]:
        """Yield the rows, in order, that can match among these words of a text."""
        found = self._always.copy()
        for word in words:
            if word in self._at:
                found |= self._at[word]
        return (self._rows[number] for number in sorted(found))


def needed(pattern: str) -> Set[str] | None:
    """Return words of which every match of a pattern of whole words has one, None if unknown."""
    return _of_sequence(list(_parser.parse(pattern)), (False, False))


def _of_sequence(items: Sequence[_Item], glued: tuple[bool, bool]) -> Set[str] | None:
    """Return the best set of words that the parts of a sequence need.

    Args:
        items: of the standard library's parser.
        glued: whether a letter may stand right before and right after the sequence.
    """
    found: list[Set[str] | None] = []
    run, before = {""}, glued[0]
    for place, item in enumerate(items):
        spelled = _spelled(item)
        longer = spelled and {one + other for one, other in product(run, spelled)}
        if longer and len(longer) <= _MOST:
            run = longer
            continue
        found.append(_words(run, before, _touches(items[place:], False, glued[1])))
        run, before = spelled or {""}, _touches(items[:place], True, glued[0])
        if not spelled:
            sides = before, _touches(items[place + 1 :], False, glued[1])
            found.append(_inside(item, sides))
            before = _touches(items[: place + 1], True, glued[0])
    found.append(_words(run, before, glued[1]))
    return min((words for words in found if words), key=_cost, default=None)


def _inside(item: _Item, glued: tuple[bool, bool]) -> Set[str] | None:
    """Return what an item of too many spellings needs."""
    kind, value = item
    if kind is _op.SUBPATTERN:
        return _of_sequence(list(value[3]), glued)
    if kind in _REPEATS and value[0] > 0:
        return _of_sequence(list(value[2]), (True, True))
    if kind is not _op.BRANCH:
        return None
    parts = [_of_sequence(list(part), glued) for part in value[1]]
    return None if None in parts else frozenset().union(*(part for part in parts if part))


def _touches(items: Sequence[_Item], backwards: bool, beyond: bool) -> bool:
    """Return whether a letter may stand at the near end of a sequence, or beyond an empty one."""
    for item in items[::-1] if backwards else items:
        spelled = _spelled(item)
        if spelled is not None:
            ends = {one[-1:] if backwards else one[:1] for one in spelled}
            if any(end and not _APART.match(end) for end in ends):
                return True
            if "" not in ends:
                return False
            continue
        kind, value = item
        parts = [value[3]] if kind is _op.SUBPATTERN else [value[2]] if kind in _REPEATS else []
        parts = value[1] if kind is _op.BRANCH else parts
        if not parts or any(_touches(list(part), backwards, False) for part in parts):
            return True
    return beyond


def _words(run: Set[str], before: bool, after: bool) -> Set[str] | None:
    """Return a word of each spelling that stands whole in it, None where one has none."""
    chosen: set[str] = set()
    for spelling in run:
        words = _APART.split(spelling)
        whole = [word for word in words[before : len(words) - after] if word]
        if not whole:
            return None
        chosen.add(min(whole, key=lambda word: (word in _COMMON, -len(word), word)))
    return chosen


def _cost(words: Set[str]) -> tuple[int, int]:
    return len(words & _COMMON), len(words)


def _spelled(item: _Item) -> set[str] | None:
    """Return every spelling of an item, None where there are too many."""
    kind, value = item
    if kind is _op.LITERAL:
        return {chr(value)}
    if kind in (_op.ASSERT, _op.ASSERT_NOT, _op.AT):
        return {""}
    if kind is _op.IN and all(one is _op.LITERAL for one, _ in value):
        return {chr(code) for _, code in value}
    if kind is _op.SUBPATTERN:
        return _spelled_all(value[3])
    if kind is _op.BRANCH:
        parts = [_spelled_all(part) for part in value[1]]
        whole = set().union(*(part or () for part in parts))
        return None if None in parts or len(whole) > _MOST else whole
    if kind in _REPEATS and value[1] <= 3:
        once = _spelled_all(value[2])
        return once and _repeated(once, value[0], value[1])
    return None


def _spelled_all(items: Iterable[_Item]) -> set[str] | None:
    run = {""}
    for item in items:
        spelled = _spelled(item)
        if spelled is None or len(run) * len(spelled) > _MOST:
            return None
        run = {one + other for one, other in product(run, spelled)}
    return run


def _repeated(once: set[str], least: int, most: int) -> set[str] | None:
    if sum(len(once) ** times for times in range(least, most + 1)) > _MOST:
        return None
    return {"".join(parts) for n in range(least, most + 1) for parts in product(once, repeat=n)}
