"""Which words of a caption belong to one event, and which event comes first."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.lexicon.plain import CLAUSE_WORDS, PLAIN, SOUNDS
from elsa_data.captions.wording import (
    STOPS,
    is_adjective,
    is_adverb,
    is_noun,
    is_plural,
    verb_lemmas,
)

_THEN: Final = frozenset(
    (
        "then",
        "followed",
        "follow",
        "follows",
        "following",
        "afterwards",
        "afterward",
        "later",
        "subsequently",
    )
)
ORDERING: Final = _THEN | {"before", "after"}
_EMPTY: Final = PLAIN | STOPS | CLAUSE_WORDS | {MASK}
_AND: Final = frozenset(("and", ","))
_ATTENDING: Final = frozenset(("with", "while", "as"))
"""What opens an event that goes on beside the one before, and comes when that does."""

_AT_END: Final = _THEN - {"followed", "following", "then"}
BEFORE_VERBS: Final = _AND | {"is", "are", "it", "then", "gets", "being", "that", "which"}
_CLAUSE: Final = 6
"""Words before a verb among which the verb stands that it goes on from."""

_TRAILING: Final = frozenset(("after", "before", "until"))
"""What opens an event that hangs on the one before."""

_OPENING: Final = BEFORE_VERBS | {
    "while",
    "as",
    "before",
    "after",
    "when",
    "but",
    "he",
    "she",
    "they",
}
_AFTER_VERBS: Final = tuple(
    [word] for word in ("them", "it", "the", "a", "an", "out", "up", "down")
)
"""Words before which one in -s is a verb: "shuffles cards and deals them"."""

_LEADERS: Final = frozenset(("while", "as", "of", "the", "with", "from", "amid", "when", "some"))
"""Words after which one in -s is a noun."""


_UPON: Final = frozenset(("on", "in", "through", "over", "across", "into", "onto", "against"))
"""Words after which nouns joined by "and" are of one event: "walks on gravel and snow"."""


class Events(NamedTuple):
    """The content words of a caption by event.

    Attributes:
        words: (word, its place among the tokens, its event's number), in order.
        order: (earlier, later) pairs of event numbers that the caption puts in order.
        joined: (one, next) pairs of event numbers that only "and" or a comma stands between.
        attending: (one, next) pairs of which the second is told as the first goes on, or with it.
    """

    words: list[tuple[str, int, int]]
    order: set[tuple[int, int]]
    joined: set[tuple[int, int]]
    attending: set[tuple[int, int]]


def is_content(token: str) -> bool:
    """Return whether a token carries meaning of its own."""
    return token not in _EMPTY


def events(tokens: Sequence[str]) -> Events:
    """Return the content words of tokens, told apart by event."""
    words: list[tuple[str, int, int]] = []
    order: set[tuple[int, int]] = set()
    joined: set[tuple[int, int]] = set()
    attending: set[tuple[int, int]] = set()
    number, waiting, opened = -1, list[str](), True
    subordinate: str | None = None
    main = -1
    for place, token in enumerate(tokens):
        if is_content(token):
            if opened:
                number, opened = number + 1, False
                if number and set(waiting) <= _AND:
                    joined.add((number - 1, number))
                if number and len(waiting) == 1 and waiting[0] in _ATTENDING:
                    attending.add((number - 1, number))
                if "then" in waiting and number > main + 1 >= 1:
                    order.add((main, number))
                subordinate = _ordered(order, number, waiting, subordinate)
                if not _TRAILING & set(waiting):
                    main = number
                waiting = []
            words.append((token, place, number))
            continue
        if token == "with" and not _acts_after(tokens, place):
            continue
        if token in _AND and (
            _is_between_adjectives(tokens, place) or _is_between_things(tokens, place)
        ):
            continue
        if token in _AND and tokens[place - 1 : place + 2 : 2] == [MASK, MASK]:
            continue
        if token in CLAUSE_WORDS or token in ORDERING:
            opened = True
            waiting.append(token)
    if number > 0 and _AT_END & set(waiting):
        order.add((number - 1, number))
    return Events(words, order, joined, attending)


def is_verb(word: str) -> bool:
    """Return whether a word shows by its form that it may be a verb."""
    return bool(verb_lemmas(word) - {word})


def goes_on(tokens: Sequence[str], found: Events) -> set[int]:
    """Return the events in which who acted in the event before acts again: "and sneezes"."""
    first: dict[int, int] = {}
    for _, at, number in found.words:
        first.setdefault(number, at)
    return {
        number for number, at in first.items() if number and _acts(tokens, _opening(tokens, at))
    }


def _opening(tokens: Sequence[str], at: int) -> int:
    """Return where the clause of a content word opens: at "making" of "making noises"."""
    before = tokens[at - 1]
    if is_verb(before) and before not in BEFORE_VERBS:
        return at - 1
    return at + 1 if is_adverb(tokens[at]) and at + 1 < len(tokens) else at


def _acts(tokens: Sequence[str], at: int) -> bool:
    """Return whether a word that opens an event is its verb: "and barks", not "and birds sing"."""
    word = tokens[at]
    leader = tokens[at - 1 if not is_adverb(tokens[at - 1]) else at - 2]
    if leader not in _OPENING or not verb_lemmas(word):
        return False
    after = tokens[at + 1] if at + 1 < len(tokens) else "."
    follows = is_content(after) and bool(verb_lemmas(after))
    if word in verb_lemmas(word):
        # "Dogs bark and run" has no verb in -s: "a toilet flushes and water drains" has.
        before = tokens[max(at - _CLAUSE, 0) : at]
        return not follows and not any(
            is_verb(t) and t.endswith("s") and not (is_plural(t) and after in verb_lemmas(after))
            for t, after in pairwise(before[1:])
        )
    return not is_plural(word) or not follows or is_plural(after) or after.endswith("ing")


def _ordered(
    order: set[tuple[int, int]], number: int, waiting: Sequence[str], subordinate: str | None
) -> str | None:
    """Note how event ``number`` stands to the one before; return what waits for the next one."""
    if subordinate and number:
        earlier = (number - 1, number) if subordinate == "after" else (number, number - 1)
        order.add(earlier)
    found = set(waiting)
    for word, pair in (("after", (number, number - 1)), ("before", (number - 1, number))):
        if word in found:
            if number == 0 or _leads(waiting, word):
                return word
            order.add(pair)
            return None
    if found & _THEN and number:
        order.add((number - 1, number))
    return None


def _leads(waiting: Sequence[str], word: str) -> bool:
    """Return whether "..., and after ..." opens the next event rather than trail the last."""
    return bool({"and", ";", "but", "."} & set(waiting[: waiting.index(word)]))


def _is_between_adjectives(tokens: Sequence[str], place: int) -> bool:
    """Return whether "and" or a comma parts two adjectives of one thing: "long, scratchy notes"."""
    around = [*tokens[max(place - 1, 0) : place], *tokens[place + 1 : place + 3]]
    return (
        len(around) == 3
        and all(map(is_content, around))
        and is_adjective(around[0])
        and (is_adjective(around[1]) or around[1].endswith(("ing", "ed")))
    )


def _is_between_things(tokens: Sequence[str], place: int) -> bool:
    """Return whether "and" joins two things that do the same: "while cups and saucers rattle"."""
    around = [*tokens[max(place - 2, 0) : place], *tokens[place + 1 : place + 2]]
    if tokens[place] != "and" or len(around) != 3:
        return False
    if around[0] in _LEADERS | _UPON and _are_things(around[1:]):
        return True
    return (
        around[0] in _LEADERS
        and is_plural(around[1])
        and is_plural(around[2])
        and tokens[place + 2 : place + 3] not in _AFTER_VERBS
    )


def _are_things(words: Sequence[str]) -> bool:
    """Return whether words are nouns, the last no verb, or weather: "on gravel and snow"."""
    last = words[-1]
    return all(map(is_noun, words)) and (last in SOUNDS or not verb_lemmas(last))


def _acts_after(tokens: Sequence[str], place: int) -> bool:
    """Return whether something is done in what follows "with": cars honking, not a deep voice."""
    for before, token in pairwise(tokens[place:]):
        if token in CLAUSE_WORDS:
            return False
        if before in ("a", "an") and token.endswith("ing"):
            continue
        if is_content(token) and verb_lemmas(token) - {token} and not is_plural(token):
            return True
    return False
