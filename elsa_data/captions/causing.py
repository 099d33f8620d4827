"""Whether a rewrite has an event bring about another, or a place spoken of, unlike its source."""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise, takewhile
from typing import Final

from elsa_data.captions.events import is_content
from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.lexicon.plain import ARTICLES, CLAUSE_WORDS, TALKING
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import is_adjective, is_plural, lemmas, verb_lemmas

_CAUSING: Final = frozenset(("make", "let", "get", "have", "give"))
_BE: Final = frozenset(("is", "are", "being", "gets", "was", "were"))
_AIMED: Final = frozenset(("at", "for", "by"))
"""Prepositions that aim what is done at somebody, or give its reason."""

_REACH: Final = 6
"""Words after a verb of causing among which what is caused is named: "makes the old dog bark"."""

_TOPIC: Final = re.compile(
    r"(?<!\S)(?P<word>about|of|on|to|for|at|regarding|concerning)"
    rf"(?: (?:what|something|things?|that|which|is|are|a|the)){{0,3}} {MASK}(?!\S)"
)


def spoken_of(source: str, rewrite: str) -> str | None:
    """Return a slug when a place or room is what is spoken of: "a woman talks about a hall".

    Args:
        source: tokens, `MASK` where they say something about place and room.
        rewrite: the same of the rewrite.
    """
    for found in _TOPIC.finditer(rewrite):
        clause = re.split(r" (?:and|while|as|then|,) ", rewrite[: found.start("word")])[-1].split()
        said = clause if found["word"] in ("about", "of") else clause[-1:]
        tells = any(not TALKING.isdisjoint(lemmas(word)) for word in said)
        told, kept = (tokens.split().count(found["word"]) for tokens in (rewrite, source))
        if tells and told > kept:
            return f"invented:{found['word']}"
    return None


def caused(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when one event makes another happen, or aims at it.

    "Glass breaks and a woman gasps" tells of no cause: neither "which makes a woman gasp" nor "a
    woman gasps at breaking glass" is so. "A bell makes a loud ring" only tells of the ringing.
    """
    at_place = {at: n for n, (_, at, _) in enumerate(pairing.rewrite.words)}
    for at, token in enumerate(rewrite):
        causes = verb_lemmas(token) & _CAUSING
        if causes and not any(causes & verb_lemmas(word) for word in source):
            following = takewhile(
                lambda n: rewrite[n] not in CLAUSE_WORDS,
                range(at + 1, min(at + 1 + _REACH, len(rewrite))),
            )
            things = [at_place[n] for n in following if n in at_place]
            opens = rewrite[at + 1 : at + 2] and rewrite[at + 1] in ARTICLES
            parted = {"a", "an"} if "give" in causes else {"to"}
            if opens and _acts(source, rewrite, pairing, things, parted):
                return f"invented:{token}"
        if token in _AIMED and token not in source and _aims(rewrite, pairing, at_place, at):
            return f"invented:{token}"
    return None


def _acts(
    source: Sequence[str],
    rewrite: Sequence[str],
    pairing: Pairing,
    things: Sequence[int],
    parted: Collection[str],
) -> bool:
    """Return whether one of some words does what it does in the source, with no word in between.

    Words of ``parted`` may be, and an article of them must.
    """
    before = [n for n in range(things[0] if things else 0) if n in pairing.partner][-1:]
    cause = {pairing.source.words[pairing.partner[n]][2] for n in before}
    for one, other in pairwise(things):
        actor, deed = pairing.partner.get(one), pairing.partner.get(other)
        told, at, _ = pairing.rewrite.words[other]
        between = rewrite[pairing.rewrite.words[one][1] + 1 : at]
        if actor is None or deed is None or not set(between) <= set(parted):
            continue
        if not between and "a" in parted:
            continue
        kept, by, number = pairing.source.words[deed]
        # "A chess clock" and "a loud bark" are things, "a woman gasp" and "dogs bark" are not.
        acts = told != kept or is_plural(pairing.source.words[actor][0])
        if number in cause:
            continue  # "A floor creaks under boots": the boots make it creak.
        same_event = pairing.source.words[actor][2] == number and actor < deed
        # "A clock is slapped" may be told as "they give a clock a slap".
        done = verb_lemmas(kept) and (source[by - 1] not in _BE or kept.endswith("ing"))
        if acts and same_event and done and told in verb_lemmas(told):
            return not is_adjective(pairing.rewrite.words[one][0])
    return False


def _aims(rewrite: Sequence[str], pairing: Pairing, at_place: dict[int, int], at: int) -> bool:
    """Return whether a preposition leads from what is done to a thing of another event."""
    before = pairing.partner.get(at_place.get(at - 1, -1))
    head = next((n for n in range(at + 1, len(rewrite)) if rewrite[n] not in ARTICLES), None)
    after = pairing.partner.get(at_place.get(head, -1)) if head is not None else None
    if before is None or after is None or not is_content(rewrite[at - 1]):
        return False
    if rewrite[at] == "by" and (
        not rewrite[at - 1].endswith("s") or not _BE.isdisjoint(rewrite[max(at - _REACH, 0) : at])
    ):
        return False  # "Sliced by a man" tells who does it.
    words = pairing.source.words
    return bool(verb_lemmas(rewrite[at - 1])) and words[before][2] != words[after][2]
