"""Which words of a caption belong to one event, and which event comes first."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.lexicon.plain import CLAUSE_WORDS, MOMENTS, PLAIN
from elsa_data.captions.wording import STOPS, is_plural, lemmas, verb_lemmas

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


_AND: Final = frozenset(("and", ","))
_BEFORE_VERBS: Final = _AND | {"is", "are", "it", "then", "gets", "being", "that", "which"}
_ANSWERS: Final = frozenset(("answer", "reply", "respond"))


class Events(NamedTuple):
    """The content words of a caption by event.

    Attributes:
        words: (word, its place among the tokens, its event's number), in order.
        order: (earlier, later) pairs of event numbers that the caption puts in order.
        joined: (one, next) pairs of event numbers that only "and" or a comma stands between.
    """

    words: list[tuple[str, int, int]]
    order: set[tuple[int, int]]
    joined: set[tuple[int, int]]


def is_content(token: str) -> bool:
    """Return whether a token carries meaning of its own."""
    return token not in PLAIN and token not in STOPS and token not in CLAUSE_WORDS and token != MASK


def events(tokens: Sequence[str]) -> Events:
    """Return the content words of tokens, told apart by event."""
    words: list[tuple[str, int, int]] = []
    order: set[tuple[int, int]] = set()
    joined: set[tuple[int, int]] = set()
    number, waiting, opened = -1, list[str](), True
    subordinate: str | None = None
    for place, token in enumerate(tokens):
        if is_content(token):
            if opened:
                number, opened = number + 1, False
                if number and set(waiting) <= _AND:
                    joined.add((number - 1, number))
                subordinate = _ordered(order, number, waiting, subordinate)
                waiting = []
            words.append((token, place, number))
            continue
        if token == "with" and not _acts_after(tokens, place):
            continue
        if token in CLAUSE_WORDS or token in ORDERING:
            opened = True
            waiting.append(token)
    if number > 0 and {"follows", "follow"} & set(waiting):
        order.add((number - 1, number))
    return Events(words, order, joined)


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


def _acts_after(tokens: Sequence[str], place: int) -> bool:
    """Return whether something is done in what follows "with": cars honking, not a deep voice."""
    for token in tokens[place + 1 :]:
        if token in CLAUSE_WORDS:
            return False
        if is_content(token) and verb_lemmas(token) - {token} and not is_plural(token):
            return True
    return False


def sequential(tokens: Sequence[str], found: Events) -> set[tuple[int, int]]:
    """Return the joined events of which the second can only come after the first.

    One of the two happens at a moment, and the second goes on from the first: the same thing acts
    ("starts and drives away"), it is spoken of again ("cuts a tree and the tree falls"), or it
    answers.
    """
    said: dict[int, list[tuple[str, int]]] = {}
    for word, at, number in found.words:
        said.setdefault(number, []).append((word, at))
    return {
        (one, other)
        for one, other in found.joined
        if any(_is_moment(tokens, word, at) for word, at in said[one] + said[other])
        and _goes_on(tokens, said[one], said[other])
    }


def _is_moment(tokens: Sequence[str], word: str, at: int) -> bool:
    """Return whether a word is a verb of what is done at a moment: "leaves", not "on leaves"."""
    before = tokens[at - 1] if at else ""
    return bool(lemmas(word) & MOMENTS) and (is_content(before) or before in _BEFORE_VERBS)


def _goes_on(
    tokens: Sequence[str], earlier: Sequence[tuple[str, int]], later: Sequence[tuple[str, int]]
) -> bool:
    """Return whether an event goes on from the one before."""
    opening, at = later[0]
    before = tokens[at - 1] if at else ""
    acts = bool(verb_lemmas(opening) - {opening}) and before in _BEFORE_VERBS
    again = before in ("the", "its") and (
        before == "its" or any(lemmas(opening) & lemmas(word) for word, _ in earlier)
    )
    return acts or again or any(lemmas(word) & _ANSWERS for word, _ in later)
