"""What each word of English can be a form of: LemmInflect's tables, in a sixth of their memory.

LemmInflect makes objects of every line of its two tables when the first word is looked up, 47 MB of
them. Here the lines stay as they are in its files, and only those that a caption needs are read.
"""

import gzip
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache

from lemminflect import config
from lemminflect.codecs.OverridesCodec import OverridesCodec
from lemminflect.core.LexicalUtils import categoryToUPos


def lemmas_by_kind(word: str) -> dict[str, tuple[str, ...]]:
    """Return the dictionary forms of a lower-case word by part of speech: ``{"NOUN": ("dog",)}``.

    There are none of a word that LemmInflect does not know.
    """
    lines, instead = _lemma_table()
    start = f"{word},".encode()
    found: dict[str, tuple[str, ...]] = {}
    at = bisect_left(lines, start)
    while at < len(lines) and lines[at].startswith(start):
        _, category, forms = lines[at].decode().split(",")
        found[categoryToUPos(category)] = tuple(forms.lower().split("/"))
        at += 1
    return found | instead.get(word, {})


@lru_cache(maxsize=1)
def unchanging() -> frozenset[str]:
    """Return the nouns that are their own plural or have none: sheep, music."""
    plurals = {
        word: tags["NNS"][0]
        for word, tags in OverridesCodec.load(config.infl_overrides_fn).items()
        if "NNS" in tags
    }
    found: set[str] = set()
    with gzip.open(config.inflection_lu_fn, "rt", encoding="utf-8") as table:
        for line in table:
            word, category, first, *_ = line.rstrip("\n").split(",")
            if category == "noun" and plurals.get(word, first.split("/")[0]) == word:
                found.add(word)
    return frozenset(found)


@lru_cache(maxsize=1)
def _lemma_table() -> tuple[Sequence[bytes], Mapping[str, dict[str, tuple[str, ...]]]]:
    """Return the lines ``word,category,lemma/lemma`` in order, and what goes before them."""
    with gzip.open(config.lemma_lu_fn) as table:
        lines = sorted(table.read().splitlines())
    return lines, OverridesCodec.load(config.lemma_overrides_fn)
