"""How much alike the captions of a shard are, in counts that add up over shards."""

import re
from collections import Counter
from itertools import groupby, pairwise
from typing import Final

from elsa_data.captions.events import is_content
from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.reading import read
from elsa_data.captions.wording import phrased, same, worded

SOUND: Final = "~"
FRAMED: Final = 32
"""Captions of a shard whose frame is looked at: the first ones, which are as mixed as the rest."""

KEPT_FRAMES: Final = 20
"""A frame above a twentieth of a shard is among its twenty most frequent."""


class Variety:
    """Takes in captions one by one.

    The share of distinct pairs of words falls with the length of a text, so it is counted within
    each shard.

    Source: Li et al., "A diversity-promoting objective function for neural conversation models",
    NAACL 2016, doi:10.18653/v1/N16-1014 (distinct-2).
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self._frames: Counter[str] = Counter()
        self._pairs: set[tuple[str, str]] = set()
        self._total = 0

    def add(self, text: str, original: str) -> None:
        """Take in a caption and the source caption it was made from."""
        if self._frames.total() < FRAMED:
            self._frames[frame_of(text, original)] += 1
        pairs = list(pairwise(text.lower().split()))
        self._pairs.update(pairs)
        self._total += len(pairs)

    def counts(self) -> dict[str, int]:
        """Return pairs of words, how many differ, captions framed and the most frequent frames."""
        if not self._total:
            return {}
        frames = {f"frame:{name}": n for name, n in self._frames.most_common(KEPT_FRAMES)}
        found = {"pairs": self._total, "pairs:distinct": len(self._pairs)}
        return found | {"framed": self._frames.total()} | frames


def frame_of(text: str, original: str) -> str:
    """Return what a caption has in common with others: no sound, no place, no room of its own.

    "A dog barks nearby, heard in a small room" becomes "~ (place), heard (place)".
    """
    own = {word for word in phrased(worded(original)).split() if is_content(word)}
    plain = set(worded(original).split()) - own
    signs = [
        SOUND if is_content(token) and any(same(token, word) for word in own) else token
        for token in read(phrased(worded(text))).rest.split()
    ]
    # Plain words within a sound are part of it: "a dog and a cat" is one.
    for at, sign in enumerate(signs):
        beside = signs[at - 1 : at] + signs[at + 1 : at + 2]
        if sign in plain and SOUND in beside:
            signs[at] = SOUND
    named = ["(place)" if sign == MASK else sign for sign, _ in groupby(signs)]
    return re.sub(r" (?=[,.;:])", "", " ".join(named))
