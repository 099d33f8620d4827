"""Makes ``wordnet.txt``, the words that WordNet holds to say the same, from WordNet's own files.

    python -m elsa_data.captions.lexicon.from_wordnet /usr/share/wordnet > wordnet.txt

The files ``index.*`` and ``data.*`` are those of WordNet 3.0 (Debian: ``wordnet-base``), described
in wndb(5WN). A word counts by its frequent senses alone, and only single words do.

Source: Miller, G. A., WordNet: a lexical database for English, CACM 38(11), 1995,
doi:10.1145/219717.219748.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import combinations, product
from pathlib import Path
from typing import Final, NamedTuple

import snowballstemmer

SENSES: Final = {"noun": 2, "verb": 4, "adj": 4, "adv": 4}
"""Part of speech -> the senses of a word that count, the frequent ones first."""

_POS: Final = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}
_NOUNS: Final = frozenset((4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 17, 18, 19, 26, 27))
"""Files of nouns that captions of sounds are about, lexnames(5WN): acts, animals, artefacts, ..."""

_DEEDS: Final = frozenset((30, 31, 35, 36, 38, 40, 41, 42))
"""Files of verbs that name no sound of a mouth, of a thing or of the weather."""

_RARE: Final = 5
"""Senses of a verb that count where another verb stands in its place."""

_PERSON: Final = 18
_WITH_PARTICLE: Final = re.compile(
    r"(?:_(?:up|down|off|out|in|into|on|over|away|back|forth|through))+$"
)
_STEMMER: Final = snowballstemmer.stemmer("english")
_LONG_STEM: Final = 6
_WORD: Final = re.compile(r"[a-z]{2,}")
Sense = tuple[str, str]


class Synset(NamedTuple):
    """One meaning.

    Attributes:
        words: that have it, lower-case, "_" between the words of a phrase.
        file: number of its lexicographer's file.
        kind: n, v, a, s (an adjective that another one heads) or r.
        pointers: (symbol, sense, number of the word it is from or 0, of the word it is to or 0).
    """

    words: list[str]
    file: int
    kind: str
    pointers: list[tuple[str, Sense, int, int]]


class WordNet:
    """The synsets of a folder and how frequent each is among the senses of a word."""

    def __init__(self, folder: Path) -> None:
        """Read the files of a folder."""
        self.synsets: dict[Sense, Synset] = {}
        self.met: set[str] = set()
        """Words met in the texts that senses were counted in."""

        self._rank: dict[tuple[str, Sense], int] = {}
        for pos in SENSES:
            for line in _lines(folder / f"index.{pos}"):
                lemma, _, senses, pointers, *rest = line.split()
                if int(rest[int(pointers) + 1]):
                    self.met.add(lemma)
                for rank, offset in enumerate(rest[int(pointers) + 2 :][: int(senses)]):
                    self._rank[lemma, (pos, offset)] = rank
            for line in _lines(folder / f"data.{pos}"):
                sense, synset = _synset(pos, line)
                self.synsets[sense] = synset
        self.verbs = {
            word for word, (pos, _) in self._rank if pos == "verb" and _WORD.fullmatch(word)
        }

    def counts(self, word: str, sense: Sense) -> bool:
        """Return whether a sense is among the frequent ones of a single word."""
        rank = self._rank.get((word, sense), SENSES[sense[0]])
        return rank < SENSES[sense[0]] and _WORD.fullmatch(word) is not None

    def rank(self, word: str, sense: Sense) -> int:
        """Return how many senses of a single word are more frequent than one of them."""
        return self._rank.get((word, sense), _RARE) if _WORD.fullmatch(word) else _RARE

    def words(self, sense: Sense) -> list[str]:
        """Return the single words that often have a sense, each once."""
        return [w for w in dict.fromkeys(self.synsets[sense].words) if self.counts(w, sense)]


def same(net: WordNet) -> Iterator[Iterable[str]]:
    """Yield groups of words that say the same.

    They share a sense; one is a shade of the other (long, lengthy); or one is made of the other
    (applaud, applause).
    """
    for sense, synset in net.synsets.items():
        if synset.kind == "n" and synset.file not in _NOUNS:
            continue
        words = net.words(sense)
        yield words
        for symbol, other, one_at, other_at in synset.pointers:
            if symbol == "&" and synset.kind == "a":
                yield [*words, *net.words(other)]
            if symbol in ("+", "\\") and one_at:
                one, two = synset.words[one_at - 1], net.synsets[other].words[other_at - 1]
                files = {synset.file, net.synsets[other].file}
                if one[:4] != two[:4] or _PERSON in files:
                    continue
                if net.counts(one, sense) and net.counts(two, other):
                    yield one, two


def kin(net: WordNet) -> Iterator[Iterable[str]]:
    """Yield families of verbs that say the same with a particle or without one.

    "Settle down" says what "calm" does, so that "settle" does beside a "down" or without it.
    """
    for synset in net.synsets.values():
        if synset.kind != "v" or not any(map(_WITH_PARTICLE.search, synset.words)):
            continue
        yield {_WITH_PARTICLE.sub("", w) for w in synset.words} & net.verbs


def kinds(net: WordNet) -> Iterator[Sequence[str]]:
    """Yield pairs of verbs that may stand in one place: one and a kind of it, rare synonyms too."""
    for sense, synset in net.synsets.items():
        if synset.kind != "v" or synset.file not in _DEEDS:
            continue
        words = net.words(sense)
        for symbol, other, _, _ in synset.pointers:
            if symbol == "~":
                yield from product(words, net.words(other))
        often = [word for word in synset.words if net.rank(word, sense) < _RARE]
        yield from combinations(often, 2)


def opposed(net: WordNet) -> Iterator[Iterable[str]]:
    """Yield pairs of words that say the opposite, their synonyms too."""
    for sense, synset in net.synsets.items():
        for symbol, other, _, _ in synset.pointers:
            if symbol == "!" and synset.kind in "vasr" and sense < other:
                yield from ((one, two) for one in net.words(sense) for two in net.words(other))


def _lines(path: Path) -> list[str]:
    """Return the lines of a file after its licence, which is set in."""
    return [line for line in path.read_text("ascii").splitlines() if not line.startswith(" ")]


def _synset(pos: str, line: str) -> tuple[Sense, Synset]:
    """Return one line of a data file: wndb(5WN) has its fields."""
    offset, file, kind, count, *rest = line.partition("|")[0].split()
    size = 2 * int(count, 16)
    words = [re.sub(r"\(.*\)", "", word).lower() for word in rest[:size:2]]
    fields = rest[size + 1 :]
    pointers = [
        (symbol, (_POS[to], target), int(ends[:2], 16), int(ends[2:], 16))
        for symbol, target, to, ends in zip(
            *(fields[n : 4 * int(rest[size]) : 4] for n in range(4)), strict=True
        )
    ]
    return (pos, offset), Synset(words, int(file), kind, pointers)


def _written(groups: Iterable[Iterable[str]], met: Set[str]) -> Sequence[str]:
    """Return each group of two and more words once, as a line; none that another one holds.

    Of a group nobody uses a word of, and of two words with one stem, nothing need be said.
    """
    unique = {frozenset(group) for group in groups}
    unique = {group for group in unique if group & met and not _is_family(group)}
    pairs = {frozenset(p) for group in unique if len(group) > 2 for p in combinations(group, 2)}
    return sorted(
        " ".join(sorted(g)) for g in unique if len(g) > 2 or (len(g) == 2 and g not in pairs)
    )


def _is_family(group: Set[str]) -> bool:
    """Return whether the words of a group have one long stem, which shows by itself."""
    stems = {_STEMMER.stemWord(word) for word in group}
    return len(stems) == 1 and all(len(stem) >= _LONG_STEM for stem in stems)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    found = WordNet(folder)
    text = ["# Made by from_wordnet.py of WordNet 3.0, whose licence follows."]
    licence = (folder / "data.adv").read_text("ascii").splitlines()
    text += [f"# {line[4:].strip()}".rstrip() for line in licence if line.startswith(" ")]
    for name, groups in (
        ("same", same(found)),
        ("kin", kin(found)),
        ("opposed", opposed(found)),
    ):
        text += [f"[{name}]", *_written(groups, found.met)]
    pairs = {tuple(sorted(pair)) for pair in kinds(found) if found.met.issuperset(pair)}
    heads = sorted({one for one, other in pairs if one != other})
    text += ["[kinds]"]
    text += [" ".join((head, *sorted(b for a, b in pairs if a == head != b))) for head in heads]
    sys.stdout.write("\n".join((*text, "")))
