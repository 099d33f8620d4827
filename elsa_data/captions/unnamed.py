"""Who may act in a rewrite without a name: who is not named in its source, and no stranger."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from elsa_data.captions.lexicon.plain import NOUNS_OF, THEIRS, UNNAMED
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import is_adverb, is_noun, lemmas, verb_lemmas

_BE: Final = frozenset(
    ("is", "are", "was", "were", "being", "been", "gets", "get", "be", "getting", "got")
)
_OBJECTS: Final = tuple([opening] for opening in ("on", "a", "an", "the"))
_BLOWN: Final = frozenset(("whistles", "honks"))
"""Deeds that set phrases put for what is done with a thing: a whistle is blown."""

_SOMEBODY: Final = frozenset(("it", "them", "him", "her"))
_TOWARDS: Final = frozenset(("at", "to", "with", "for", "against"))
"""What leads to somebody who is acted on: a dog barks, and not at it."""

_THINGS: Final = frozenset(("something", "object", "item", "thing"))


def acts_unnamed(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing, at: int) -> bool:
    """Return whether "someone" may stand in a rewrite, or "something" that is acted on.

    The source says that something is done without a word about who does it: in the passive, with
    its first words ("drumming on a table"), or with a deed of people alone ("sneezing").

    Args:
        source: tokens of the source caption.
        rewrite: tokens of the rewrite.
        pairing: which word says which.
        at: the place of the word among the rewrite's content words.
    """
    word, place, number = pairing.rewrite.words[at]
    if word in _THINGS:
        return _is_bare(source, pairing, at - 1) or _is_bare(source, pairing, at + 1)
    if word not in UNNAMED:
        return False
    owns = rewrite[place + 1 : place + 2] == ["'s"]
    if owns or is_passive(source) or _is_bare_deed(source):
        return True
    heads = range(at + 1, min(at + 3, len(pairing.rewrite.words)))
    return any(
        pairing.rewrite.words[head][2] == number and _is_bare(source, pairing, head)
        for head in heads
    )


def is_passive(tokens: Sequence[str]) -> bool:
    """Return whether something is done in a caption without a word about who does it."""
    said = [token for token in tokens if token != "then" and not is_adverb(token)]
    return any(
        before in _BE and verb_lemmas(word) - {word} and not word.endswith("ing")
        for before, word in pairwise(said)
    )


def _is_bare_deed(tokens: Sequence[str]) -> bool:
    """Return whether a caption opens with what is done to something: "drumming on a table"."""
    opening, *rest = tokens
    return opening.endswith("ing") and bool(verb_lemmas(opening)) and rest[:1] in _OBJECTS


def _is_bare(source: Sequence[str], pairing: Pairing, at: int) -> bool:
    """Return whether a deed of the rewrite is one that opens its event in the source."""
    origin = pairing.partner.get(at)
    if origin is None:
        return False
    word, place, number = pairing.source.words[origin]
    if not word.endswith("ing") and word not in _BLOWN:
        return False
    before = [n for n in range(origin) if pairing.source.words[n][2] == number]
    named = any(is_noun(pairing.source.words[n][0]) for n in before)
    follows = source[place + 1 : place + 2]
    return not named and bool(verb_lemmas(word)) and follows != ["of"] and follows != ["from"]


def stranger(source: Sequence[str], rewrite: Sequence[str]) -> str | None:
    """Return a slug when a pronoun means somebody the source caption does not have."""
    for place, token in enumerate(rewrite):
        gender = THEIRS.get(token)
        if gender and not NOUNS_OF[gender] & set(source):
            return f"invented:{token}"
        if token in ("you", "your") and token not in source and not _hears(rewrite, place):
            return "invented:you"
        if token in _SOMEBODY and rewrite[place - 1] in _TOWARDS and token not in source:
            return f"invented:{token}"
    return None


def _hears(tokens: Sequence[str], at: int) -> bool:
    """Return whether "you" is who hears, or whom a sound reaches."""
    after = [token for token in tokens[at + 1 : at + 4] if token not in ("can", "could", "will")]
    return bool(after and lemmas(after[0]) & {"hear", "listen", "perceive"}) or bool(
        at and lemmas(tokens[at - 1]) & {"reach"}
    )
