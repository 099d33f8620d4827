"""What WordNet holds of the words of captions: ``wordnet.txt``, made by ``from_wordnet.py``.

The tables stay as sorted text, an eighth of what dictionaries of them would take; the
few words of captions are looked up in it by bisection.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations
from typing import Final

from elsa_data.captions.lexicon.grammar import lines_of


class Related(Mapping[str, tuple[str, ...]]):
    """Word -> what stands beside it, in all rows that open with the word."""

    def __init__(self, rows: Iterable[str]) -> None:
        """Hold rows of a word and what stands beside it, a space between any two."""
        lines = sorted(rows, key=lambda row: row.partition(" ")[0])
        self._text = "\n".join((*lines, ""))
        self._starts = array("I")
        at = 0
        for line in lines:
            self._starts.append(at)
            at += len(line) + 1

    def __getitem__(self, word: str) -> tuple[str, ...]:
        """Return what stands beside a word; a KeyError where it opens no row."""
        found: list[str] = []
        for place in range(bisect_left(self._starts, word, key=self._word), len(self)):
            if self._word(self._starts[place]) != word:
                break
            start = self._starts[place]
            found += self._text[start : self._text.index("\n", start)].split()[1:]
        if not found:
            raise KeyError(word)
        return tuple(found)

    def __iter__(self) -> Iterator[str]:
        """Yield the word of each row."""
        return map(self._word, self._starts)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._starts)

    def _word(self, start: int) -> str:
        return self._text[start : self._text.index(" ", start)]


def _sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines_of("wordnet"):
        if line.startswith("["):
            section = found.setdefault(line[1:-1], [])
        else:
            section.append(line)
    return found


def _numbered(groups: Iterable[str]) -> Iterator[str]:
    """Yield a row for each word of each group, with the group's number."""
    for number, group in enumerate(groups):
        yield from (f"{word} ~{number}" for word in group.split())


_SECTIONS: Final = _sections()
SAME: Final = Related(_numbered(_SECTIONS["same"]))
"""Word -> the numbers of the groups of words that say the same: "~12"."""

KIN: Final = Related(_numbered(_SECTIONS["kin"]))
"""Verb -> the numbers of the families it is of."""

KINDS: Final = Related(_SECTIONS["kinds"])
"""Verb -> verbs later in the alphabet of which one is a kind of the other, or a rare synonym."""

OPPOSITES: Final = Related(
    " ".join(pair) for line in _SECTIONS["opposed"] for pair in permutations(line.split(), 2)
)
"""Word -> the words that say the opposite."""

_SECTIONS.clear()  # The lines are held no longer than the tables are made of them.
