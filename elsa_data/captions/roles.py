"""Whether who acts, how many, and what they are like stay as the source caption has it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from elsa_data.captions.events import goes_on, is_content, is_verb
from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.lexicon.plain import (
    ARTICLES,
    BEARERS,
    DESCRIPTORS,
    DIRECTED,
    NUMBERS,
    RELATIONS,
)
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import (
    STOPS,
    is_adjective,
    is_noun,
    is_plural,
    is_singular,
    lemmas,
)

OF_AGENTS: Final = frozenset(("by", "of", "'s", "from", "with"))
"""Words by which the one who acts may stand after what is acted on."""

_LEADING: Final = frozenset((*OF_AGENTS, *DIRECTED, *RELATIONS))
"""Words that lead a thing in which neither acts nor is acted on."""

_PLAYED: Final = frozenset(("played", "performed", "strummed", "plucked", "beaten"))
_THINGS: Final = frozenset(("it", "them", "him", "her"))


def recounted(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when one thing became several, or several one."""
    for place, origin in pairing.partner.items():
        told, at, _ = pairing.rewrite.words[place]
        kept, by, _ = pairing.source.words[origin]
        if _is_miscounted(source, pairing, place, origin):
            return f"count-changed:{told}"
        counts = _count(source, by), _count(rewrite, at)
        if counts in (("one", "several"), ("several", "one")):
            return f"count-changed:{told}"
        one_noun = told != kept and lemmas(told) & lemmas(kept)
        if one_noun and None not in counts and is_plural(kept) != is_plural(told):
            return f"count-changed:{told}"
    return None


def _is_miscounted(source: Sequence[str], pairing: Pairing, place: int, origin: int) -> bool:
    """Return whether a number counts things in one caption and times in the other.

    "Knocks three times" may be told as "three knocks", and not as "three people knock".
    """
    told, kept = pairing.rewrite.words[place][0], pairing.source.words[origin][0]
    if _is_of_times(told) == _is_of_times(kept):
        return False
    words = pairing.source.words
    if _is_of_times(kept):
        heads = [n for n in _run(pairing, place) if n is not None]
        return not any(
            (n == origin - 1 or is_verb(words[n][0]) or source[words[n][1] - 1] == "to")
            and words[n][2] == words[origin][2]
            for n in heads
        )
    return pairing.partner.get(place - 1) != origin + 1


def _is_of_times(word: str) -> bool:
    """Return whether a word says how often, and not how many."""
    return word.endswith("times") or word in ("repeatedly", "once")


def _count(tokens: Sequence[str], at: int) -> str | None:
    """Return "one" or "several" where the words before a noun show how many, else None."""
    word = tokens[at]
    before = at - 1
    while before >= 0 and tokens[before] in DESCRIPTORS:
        before -= 1
    leader = tokens[before] if before >= 0 else ","
    follows = tokens[at + 1] if at + 1 < len(tokens) else "."
    if leader in ARTICLES and is_singular(word):
        # "a dog barks" counts dogs; "a dog food tin" does not.
        return "one" if leader != "the" or not is_content(follows) else None
    if is_plural(word) and not _is_verb_here(tokens, at):
        return "several"
    return None


def _is_verb_here(tokens: Sequence[str], at: int) -> bool:
    """Return whether a word in -s reads as a verb: after a singular noun, "which" or a comma."""
    before = tokens[at - 1] if at else ","
    if before in {"that", "which", "who", "it", "and", "then", "she", "he", "but", MASK}:
        return True
    if is_content(before) and tokens[max(at - 2, 0)] == "of":
        return True
    return is_content(before) and not before.endswith("s") and before not in DESCRIPTORS | NUMBERS


def detached(source: Sequence[str], rewrite: Sequence[str], pairing: Pairing) -> str | None:
    """Return a slug when an adjective stands with another thing than before."""
    back = {origin: place for place, origin in pairing.partner.items()}
    for origin, (word, at, number) in enumerate(pairing.source.words):
        if not (word in DESCRIPTORS or is_adjective(word)) or origin + 1 >= len(
            pairing.source.words
        ):
            continue
        _, head_at, head_number = pairing.source.words[origin + 1]
        if head_number != number or head_at != at + 1 or origin not in back:
            continue
        head = pairing.source.words[origin + 1][0]
        acts = word not in DESCRIPTORS and is_noun(word) and is_verb(head)
        if acts or not is_noun(head):
            continue
        place = back[origin]
        following = place + 1
        run = _run(pairing, place)
        if _is_of_deed(pairing, run, head, number):
            continue
        if not run or (pairing.rewrite.words[place][0].endswith("ly") and not word.endswith("ly")):
            continue
        heads = {origin + 1, *_compound(pairing, origin + 1)}
        borne = _is_borne(pairing, following, origin + 1)
        if heads.isdisjoint(run) and not borne and not _between(pairing, following, origin):
            return f"moved:{word}"
    return None


def _run(pairing: Pairing, place: int) -> list[int | None]:
    """Return what the words say that follow a word of the rewrite without a break."""
    words = pairing.rewrite.words
    end = place + 1
    while end < len(words):
        # "A rapid series of shots" tells of the shots what "rapid shots" does.
        step = 1 + (end > place + 1 and not lemmas(words[end - 1][0]).isdisjoint(BEARERS))
        if words[end][1] > words[end - 1][1] + step:
            break
        end += 1
    return [pairing.partner.get(n) for n in range(place + 1, end)]


def _compound(pairing: Pairing, origin: int) -> range:
    """Return the noun that another noun opens: beats, of "wing beats"."""
    words = pairing.source.words
    follows = origin + 1 < len(words) and words[origin + 1][1] == words[origin][1] + 1
    return range(origin + 1, origin + 1 + (follows and is_noun(words[origin + 1][0])))


def _is_borne(pairing: Pairing, following: int, origin: int) -> bool:
    """Return whether an adjective tells how a thing is done: at a steady pace, in a steady beat."""
    heads = pairing.rewrite.words[following : following + 1], pairing.source.words[origin:][:1]
    return all(BEARERS & lemmas(word) for head in heads for word, _, _ in head)


def _is_of_deed(pairing: Pairing, run: Sequence[int | None], head: str, number: int) -> bool:
    """Return whether how a thing is done is told of the deed: "steady drips", at a steady rate."""
    words = pairing.source.words
    return not lemmas(head).isdisjoint(BEARERS) and any(
        origin is not None and words[origin][2] == number for origin in run
    )


def _between(pairing: Pairing, following: int, origin: int) -> bool:
    """Return whether what follows is another adjective of the same thing."""
    return pairing.rewrite.words[following][0] in DESCRIPTORS or (
        pairing.source.words[origin + 1][0] in DESCRIPTORS
    )


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
