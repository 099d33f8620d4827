"""Whether how many there are, and what they are like, stay as the source caption has it."""

from collections.abc import Sequence
from typing import Final

from elsa_data.captions.events import is_content, is_verb
from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.lexicon.plain import (
    ARTICLES,
    BEARERS,
    DESCRIPTORS,
    NUMBERS,
)
from elsa_data.captions.pairing import Pairing
from elsa_data.captions.wording import (
    is_adjective,
    is_noun,
    is_plural,
    is_singular,
    lemmas,
)

_IN_TURN: Final = ([","], ["and"], ["then"])
"""What follows a deed among others: "a bus brakes, hisses, and leaves"."""


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
        if is_content(follows) and (leader == "the" or _is_head(follows)):
            return None
        return "one"
    if is_plural(word) and not _is_verb_here(tokens, at):
        return "several"
    return None


def _is_head(word: str) -> bool:
    """Return whether a word after a singular noun makes a compound of it: "tray", not "barks"."""
    return is_noun(word) and is_singular(word) and not word.endswith(("ing", "ed"))


def _is_verb_here(tokens: Sequence[str], at: int) -> bool:
    """Return whether a word in -s reads as a verb: after a singular noun, "which" or a comma."""
    before = tokens[at - 1] if at else ","
    if before in {"that", "which", "who", "it", "and", "then", "she", "he", "but", MASK}:
        return True
    if before == "," and {"a", "an"} & set(tokens[:at]) and tokens[at + 1 : at + 2] in _IN_TURN:
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
        if word.endswith("ly") and pairing.partner.get(place - 1) == origin + 1:
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
