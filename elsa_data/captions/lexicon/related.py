"""What WordNet holds of the words of captions: ``wordnet.txt``, made by ``from_wordnet.py``."""

from collections.abc import Mapping, Set
from itertools import permutations
from typing import Final

from elsa_data.captions.lexicon.grammar import lines_of


def _sections() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for line in lines_of("wordnet"):
        if line.startswith("["):
            section = found.setdefault(line[1:-1], [])
        else:
            section.append(line.split())
    return found


def _numbers(groups: list[list[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        for word in group:
            found.setdefault(word, []).append(number)
    return found


_SECTIONS: Final = _sections()
SAME: Final[Mapping[str, list[int]]] = _numbers(_SECTIONS["same"])
"""Word -> the numbers of the groups of words that say the same."""

KIN: Final[Mapping[str, list[int]]] = _numbers(_SECTIONS["kin"])
"""Verb -> the numbers of the families it is of."""

KINDS: Final[Mapping[str, Set[str]]] = {
    head: frozenset(others) for head, *others in _SECTIONS["kinds"]
}
"""Verb -> verbs later in the alphabet of which one is a kind of the other, or a rare synonym."""

FEELINGS: Final[Set[str]] = frozenset(word for line in _SECTIONS["feelings"] for word in line)
"""Words for what somebody feels."""


def _opposites() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pair in _SECTIONS["opposed"]:
        for one, other in permutations(pair, 2):
            found.setdefault(one, set()).add(other)
    return found


OPPOSITES: Final[Mapping[str, Set[str]]] = _opposites()
"""Word -> the words that say the opposite."""
