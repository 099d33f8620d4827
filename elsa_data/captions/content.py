"""Whether a rewrite keeps what its source caption tells: nothing dropped, nothing invented."""

from collections.abc import Sequence, Set
from typing import Final

from elsa_data.captions.acting import misattributed, swapped
from elsa_data.captions.causing import caused
from elsa_data.captions.events import ORDERING, Events, events, is_content, is_verb
from elsa_data.captions.exchange import exchanged
from elsa_data.captions.habits import (
    carried,
    counts_one,
    does_so,
    does_with,
    goes_without_saying,
    is_played,
    named_again,
)
from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.lexicon.plain import (
    MOVING,
    SWITCHING,
    UNNAMED,
    VAGUE,
)
from elsa_data.captions.loose import is_helper
from elsa_data.captions.ordering import reordered
from elsa_data.captions.pairing import Pairing, other_halves, partner_of
from elsa_data.captions.roles import detached, recounted
from elsa_data.captions.sequences import ended, sequential, successive
from elsa_data.captions.telling import mixed, renegated
from elsa_data.captions.unnamed import acts_unnamed, stranger
from elsa_data.captions.ways import arriving, redirected
from elsa_data.captions.wording import STOPS, is_noun, lemmas, same, verb_lemmas

_NOUNS_BESIDES: Final = frozenset(
    (
        "sound",
        "noise",
        "listener",
        "source",
        "point",
        "place",
        "spot",
        "position",
        "can",
        "make",
        "ever",
    )
)
"""Plain words that an article may stand before."""

_LEAVING: Final = frozenset(("depart", "leave"))
_AT_LAST: Final = frozenset(("finally", "eventually"))


def difference(source: Sequence[str], rewrite: Sequence[str]) -> str | None:
    """Return how a rewrite differs from its source caption in content as a slug, or None.

    Args:
        source: tokens, without what they say about place and room.
        rewrite: the same of the rewrite.
    """
    if _without_stops(source) == _without_stops(rewrite):
        return None
    kept, told = events(source), events(rewrite)
    kept_words, told_words = ([word for word, _, _ in found.words] for found in (kept, told))
    pairing = Pairing(kept, told, partner := {})
    for place in range(len(told_words)):
        found = partner_of(kept, told, place, partner)
        if found is not None:
            partner[place] = found
    for place, (word, at, _) in enumerate(told.words):
        if place in partner:
            continue
        found = exchanged(pairing, place)
        if found is not None:
            partner[place] = found
        elif not (
            _is_licensed(source, rewrite, pairing, place) or is_helper(rewrite, at, kept_words)
        ):
            return f"invented:{word}"
    said = set(partner.values()) | other_halves(kept, told, partner)
    for place, (word, at, _) in enumerate(kept.words):
        if place in said or word in UNNAMED or is_helper(source, at, told_words):
            continue
        if _is_said_again(kept, told, place, said) or goes_without_saying(kept, place):
            continue
        if word in VAGUE and MASK in rewrite:
            continue
        if not any(same(word, plain) for plain in rewrite if not is_content(plain)):
            return f"dropped:{word}"
    ordering = [token for token in rewrite if token in ORDERING]
    if ordering and not (told.order or ORDERING & set(source)):
        return f"invented:{ordering[0]}"
    if "until" in rewrite and not ({"until", "till"} & set(source) or _tries_before(source)):
        return "invented:until"
    if _is_unfinished(rewrite):
        return "format:unfinished"
    return (
        mixed(source, rewrite, pairing)
        or reordered(
            pairing,
            sequential(source, kept) | successive(kept),
            sequential(rewrite, told) | ended(rewrite, told),
        )
        or renegated(source, rewrite, pairing)
        or recounted(source, rewrite, pairing)
        or detached(source, rewrite, pairing)
        or swapped(source, rewrite, pairing)
        or misattributed(source, rewrite, pairing)
        or arriving(source, rewrite, pairing)
        or redirected(source, rewrite, pairing)
        or stranger(source, rewrite)
        or caused(source, rewrite, pairing)
    )


def _without_stops(tokens: Sequence[str]) -> list[str]:
    return [token for token in tokens if token not in STOPS and token != MASK]


def _is_said_again(kept: Events, told: Events, place: int, said: Set[int]) -> bool:
    """Return whether a thing is named again, where the rewrite need not: "his dog, which".

    So is a tool by what is done with it: "nails are hammered" of a hammer that pounds them, and
    what a tool does by its own deed: "a plank is sawn" of a saw that cuts it.
    """
    word, _, number = kept.words[place]
    if any(
        n in said and does_with(other, word, [token for token, _, _ in told.words])
        for n, (other, _, event) in enumerate(kept.words)
        if event == number
    ):
        return True
    used = any(lemmas(word) & verb_lemmas(other) - {other} for other, _, _ in told.words)
    if used and is_noun(word) and any(kept.words[n][2] == number for n in said):
        return True
    named = any(n in said and lemmas(word) & lemmas(kept.words[n][0]) for n in range(place))
    return (
        named
        and is_noun(word)
        and not is_verb(word)
        and any(n in said for n, (_, _, other) in enumerate(kept.words) if other == number)
    )


def _is_licensed(
    source: Sequence[str], rewrite: Sequence[str], pairing: Pairing, place: int
) -> bool:
    """Return whether a rewrite may bring a word that says none of its source's."""
    word, at, _ = pairing.rewrite.words[place]
    kept = pairing.source
    return (
        any(same(word, plain) for plain in source if not is_content(plain))
        or acts_unnamed(source, rewrite, pairing, place)
        or _carries_on(source, kept, rewrite, at)
        or (word == "continues" and _goes_on_doing(source, rewrite, at))
        or does_so(kept, word)
        or carried(pairing, rewrite, place)
        or (word in _AT_LAST and bool((ORDERING | {"until"}) & set(source)))
        or (word == "one" and counts_one(source, pairing, place))
        or (word in ("music", "notes") and is_played(source, pairing, place))
        or named_again(source, rewrite, pairing, place)
    )


def _tries_before(tokens: Sequence[str]) -> bool:
    """Return whether something is done again and again before it works: then, it is until then."""
    done = tokens[: tokens.index("before")] if "before" in tokens else ()
    return any(token.endswith("times") or token == "repeatedly" for token in done)


def _is_unfinished(tokens: Sequence[str]) -> bool:
    """Return whether an article has lost its noun: "in a with little echo"."""
    for place, token in enumerate(tokens):
        after = next((t for t in tokens[place + 1 :] if t != MASK), ".")
        if token in ("a", "an") and not is_content(after) and after not in _NOUNS_BESIDES:
            return True
    return False


def _goes_on_doing(source: Sequence[str], tokens: Sequence[str], at: int) -> bool:
    """Return whether what is done follows, or is done all the time: "continues ringing"."""
    following = any(token.endswith("ing") for token in tokens[at + 1 : at + 2])
    return following or any(same(token, "constant") for token in source if is_content(token))


def _carries_on(source: Sequence[str], kept: Events, rewrite: Sequence[str], at: int) -> bool:
    """Return whether a particle only drags out what is done: types away, shouts out."""
    verb = rewrite[at - 1] if at else ""
    if rewrite[at] in ("off", "away") and any(lemmas(token) & _LEAVING for token in source):
        return True
    if rewrite[at] not in ("out", "away"):
        return False
    ends = at + 1 >= len(rewrite) or rewrite[at + 1] not in ("of", "from")
    known = (
        is_content(verb)
        and any(same(verb, token) for token in source)
        and bool(verb_lemmas(verb) - {verb})
    )
    return (known or does_so(kept, verb)) and ends and not lemmas(verb) & (MOVING | SWITCHING)
