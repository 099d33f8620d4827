"""Words that tell of no place where they stand: those the source has so, and what follows one."""

import re
from collections.abc import Sequence, Set
from typing import Final

from elsa_data.captions.events import is_content
from elsa_data.captions.lexicon.marks import BREAK, KEPT
from elsa_data.captions.lexicon.plain import ARTICLES, PLACE_NOUNS, SPATIAL
from elsa_data.captions.wording import is_noun, is_plural, same, verb_lemmas

_SIDED: Final = frozenset(
    (
        "foot",
        "hand",
        "ear",
        "eye",
        "arm",
        "leg",
        "wing",
        "shoulder",
        "pedal",
        "turn",
        "side",
        "door",
    )
)
"""Things there are a left and a right of."""

_SIDES: Final = frozenset(
    (
        *(
            "left",
            "right",
            "front",
            "rear",
            "ahead",
            "behind",
            "above",
            "below",
            "overhead",
            "side",
        ),
        *("by", "away", "aloft", "underfoot", "hand", "distance", "afar", "you", "listener"),
        "nearby",
    )
)
"""Words that a place of a listener ends in, with nothing more to say of the place."""

_PLACE_ENDS: Final = SPATIAL | {"you", "room"}
"""Words that a place may end in."""

_GIVING: Final = frozenset(("gives", "makes", "emits", "produces", "lets", "gets"))
"""Plain verbs, which no place ends in."""

_LISTENER: Final = re.compile(r"you\b|(?:the|a) listener\b")


def spared_speech(tokens: str, speeches: Sequence[str]) -> str:
    """Return tokens in which the source's quoted speech is marked: it says nothing of places."""
    for speech in speeches:
        marked = " ".join(KEPT + token for token in speech.split())
        tokens = f" {tokens} ".replace(f" {speech} ", f" {marked} ").strip()
    return tokens


def spared_neighbours(rewrite: str, source: str) -> str:
    """Return the rewrite with the source's spatial words marked where they stand as they did.

    "left" of "a left turn signal" is marked beside its "turn", not in "a turn signal on the left".
    """
    tokens, known = rewrite.split(), source.split()
    bonds = [
        (token, *_neighbours(known, place)) for place, token in enumerate(known) if token in SPATIAL
    ]
    for place, token in enumerate(tokens):
        if token not in SPATIAL:
            continue
        if place + 1 < len(tokens) and _LISTENER.match(" ".join(tokens[place + 1 : place + 3])):
            continue
        before, after = _neighbours(tokens, place)
        for spatial, known_before, known_after in bonds:
            held = (known_before and before and same(before, known_before)) or (
                known_after and after and same(after, known_after)
            )
            if held and same(token, spatial):
                tokens[place] = KEPT + token
                break
    return " ".join(tokens)


def before_verbs(rewrite: str, source: str) -> str:
    """Return the rewrite with a mark between a spatial word and what a sound does there.

    "A dog on your left barks" ends its place before "barks", and "a dog on your left slowly eats"
    before "slowly"; "on the left foot" does not. A verb is a word that is one by its form, or one
    of the source caption.
    """
    verbs = frozenset().union(*map(verb_lemmas, source.split()))
    marked: list[str] = []
    for token in rewrite.split():
        plain = token in _GIVING and marked[-1:] and marked[-1] in _SIDES
        if plain or (marked and is_content(token) and _acts(marked[-1], token, verbs)):
            marked.append(BREAK)
        marked.append(token)
    return " ".join(marked)


def _acts(before: str, word: str, verbs: Set[str]) -> bool:
    """Return whether a word after a place begins to tell what is done there."""
    forms = verb_lemmas(word)
    if before in _PLACE_ENDS and not verbs.isdisjoint(forms - {word}):
        return True
    if before in PLACE_NOUNS and not is_plural(word):
        return not verbs.isdisjoint(forms - {word})
    if before not in _SIDES or word in SPATIAL or word in _SIDED:
        return False
    if word.endswith("ly") or (forms - {word} and not is_noun(word)):
        return not word.endswith(("ing", "ed")) or before in ("left", "right")
    return any(same(form, verb) for form in forms for verb in verbs)


def _neighbours(tokens: Sequence[str], place: int) -> tuple[str | None, str | None]:
    """Return the words of meaning beside a word: the one before, the one after, over an article."""
    before = next(
        (
            t.removeprefix(KEPT)
            for t in tokens[max(place - 2, 0) : place][::-1]
            if t not in ARTICLES
        ),
        "",
    )
    after = next(
        (t.removeprefix(KEPT) for t in tokens[place + 1 : place + 3] if t not in ARTICLES), ""
    )
    return (
        before if before and is_content(before) and before not in SPATIAL else None,
        after if after and is_content(after) and after not in SPATIAL else None,
    )
