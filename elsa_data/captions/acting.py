"""Whether who acts, and what is acted on, stay who they are in the source caption."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from elsa_data.captions.events import goes_on, is_content, is_verb
from elsa_data.captions.lexicon.plain import ARTICLES, DESCRIPTORS, DIRECTED, RELATIONS
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import STOPS, is_adjective, is_noun, verb_lemmas

OF_AGENTS: Final = frozenset(("by", "of", "'s", "from", "with"))
"""Words by which the one who acts may stand after what is acted on."""

_LEADING: Final = frozenset((*OF_AGENTS, *DIRECTED, *RELATIONS))
"""Words that lead a thing in which neither acts nor is acted on."""

_WHO: Final = frozenset(("who", "that", "which"))
_PLAYED: Final = frozenset(("played", "performed", "strummed", "plucked", "beaten"))
_THINGS: Final = frozenset(("it", "them", "him", "her"))


def swapped(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when what acts and what is acted on, or is near it, changed places."""
    things = {
        origin: place
        for place, origin in pairing.partner.items()
        if _is_thing(source, pairing.source.words[origin][1])
        and _is_thing(rewrite, pairing.rewrite.words[place][1])
    }
    on = goes_on(source, pairing.source)
    for first, one in things.items():
        for second, other in things.items():
            earlier, later = pairing.source.words[first][2], pairing.source.words[second][2]
            if first >= second or not set(range(earlier + 1, later + 1)) <= on:
                continue
            low, high = sorted((one, other))
            span = rewrite[pairing.rewrite.words[low][1] : pairing.rewrite.words[high][1]]
            original = source[pairing.source.words[first][1] : pairing.source.words[second][1]]
            end = pairing.rewrite.words[other][1]
            if _is_taken_up(rewrite, end, original) or _is_played_on(span):
                continue
            if _has_its_deed(pairing, one) and _has_its_deed(pairing, other) and earlier != later:
                continue
            turned = _names_agent(span) != _names_agent(original)
            reversed_ = one > other
            loose = bool(set(span) & {*OF_AGENTS, *STOPS, "as", "while"})
            # "On a table, a man taps" leads its table in; "a table, which taps a man" does not.
            by, to = (_led_by(rewrite, pairing.rewrite.words[place][1]) for place in (one, other))
            led = (loose and (by or to)) or to in _LEADING - OF_AGENTS
            acted_on = _names_agent(span) and _names_agent(original)
            if reversed_ != turned and (acted_on or not (reversed_ and led)):
                return "roles-swapped"
    return None


def misattributed(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when a thing does what another does: "a barking cat", of a dog that barks."""
    at_place = {at: n for n, (_, at, _) in enumerate(pairing.rewrite.words)}
    on = goes_on(source, pairing.source)
    for place, origin in pairing.partner.items():
        told, at, _ = pairing.rewrite.words[place]
        if told.endswith("ing") and rewrite[at + 1 : at + 2]:
            thing = pairing.partner.get(at_place.get(at + 1, -1))
        elif rewrite[at - 1] in _WHO:
            thing = pairing.partner.get(at_place.get(at - 2, -1))
        else:
            continue
        kept, by, number = pairing.source.words[origin]
        if thing is None or not verb_lemmas(kept) or source[by - 1] in ARTICLES:
            continue
        _, stands, other = pairing.source.words[thing]
        low, high = sorted((number, other))
        same_actor = set(range(low + 1, high + 1)) <= on
        if number != other and not same_actor and _is_thing(source, stands):
            return f"moved:{told}"
    return None


def _has_its_deed(pairing: Pairing, place: int) -> bool:
    """Return whether a thing stands with what is done of its own event, and no other's.

    "Whistles a tune while descending the steps" may be told as "descends the steps, whistling a
    tune".
    """
    number = pairing.source.words[pairing.partner[place]][2]
    beside = [
        origin
        for n, origin in pairing.partner.items()
        if n != place and pairing.rewrite.words[n][2] == pairing.rewrite.words[place][2]
    ]
    words = pairing.source.words
    deeds = [words[origin] for origin in beside if verb_lemmas(words[origin][0])]
    return any(event == number for _, _, event in deeds) and all(
        event == number for word, _, event in deeds if verb_lemmas(word) - {word}
    )


def _is_taken_up(tokens: Sequence[str], at: int, original: Sequence[str]) -> bool:
    """Return whether "before it is answered by a man" is told as "then a man answers it"."""
    after = [token for token in tokens[at + 1 : at + 3] if token in _THINGS]
    return bool(after) and not {"it", "they"}.isdisjoint(original) and _names_agent(original)


def _is_played_on(span: Sequence[str]) -> bool:
    """Return whether what follows is the instrument: "a melody is played on a violin"."""
    return any(verb in _PLAYED and on == "on" for verb, on in pairwise(span))


def _led_by(tokens: Sequence[str], at: int) -> str | None:
    """Return the preposition before a noun, its article and its adjectives."""
    before = at - 1
    while before >= 0 and tokens[before] not in _LEADING:
        if tokens[before] not in ARTICLES and not is_adjective(tokens[before]):
            return None
        before -= 1
    return tokens[before] if before >= 0 else None


def _names_agent(tokens: Sequence[str]) -> bool:
    """Return whether "by" leads to who acts, with whom the tokens end: not "passes by a"."""
    if "by" not in tokens:
        return False
    after = [*tokens[len(tokens) - tokens[::-1].index("by") :], "the"]
    opens = after[0] in ARTICLES or (is_content(after[0]) and not is_adjective(after[0]))
    return opens and all(token in ARTICLES or is_content(token) for token in after)


def _is_thing(tokens: Sequence[str], at: int) -> bool:
    """Return whether a word is a noun with an article."""
    before = at - 1
    while before >= 0 and tokens[before] in DESCRIPTORS:
        before -= 1
    alone = at + 1 >= len(tokens) or not (is_content(tokens[at + 1]) and is_noun(tokens[at + 1]))
    return before >= 0 and tokens[before] in ARTICLES and (alone or is_verb(tokens[at + 1]))
