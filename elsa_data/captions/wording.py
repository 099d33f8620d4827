"""Captions as words: tokens, their lemmas and their synonyms."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import lemminflect
import snowballstemmer

from elsa_data.captions.dictionary import lemmas_by_kind, unchanging
from elsa_data.captions.lexicon.grammar import lines_of, tokens
from elsa_data.captions.lexicon.needs import Table
from elsa_data.captions.lexicon.related import SAME

STOPS: Final = frozenset(',;:.!?()"')
"""Tokens that are punctuation; every dash and bracket is read as a comma."""

_HYPHEN: Final = re.compile(r"(?<=\w)[-\u2010-\u2012/](?=\w)")
_CONTRACTIONS: Final = (
    (re.compile(r"\bcan't\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\bcannot\b"), "can not"),
    (re.compile(r"\b(that|it|there|here|what|which|who|he|she|where)'s\b"), r"\1 is"),
    (re.compile(r"'re\b"), " are"),
)
_TOKEN: Final = re.compile(
    r"\d+(?:[.,:]\d+)*|(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:'(?!s\b)[^\W\d_]+)*|'s\b|\w+"
    r"|[,;:.!?()\"]|[\[\]{}\u2013\u2014-]"
)
_BRACKETS: Final = re.compile(r"[\[\]{}\u2013\u2014-]")
_STEMMER: Final = snowballstemmer.stemmer("english")
_LONG_STEM: Final = 6
"""Letters from which a common stem tells one family (announce, announcement), not a chance."""
_SHORT: Final = 2
"""Letters of words that are no first half of another: "a long" is not "along"."""

_REMEMBERED: Final = 4096
"""Words whose meaning is kept at hand: captions have few others, and a million captions many."""

_MOVED: Final = frozenset(("down", "up", "off", "out", "away", "on", "aside"))
_PARTED: Final = tokens(
    r"(?P<verb>(?:put|set|lay|pick|tak|turn|switch|throw|pull|cut|break|tear|rip|shut|zip|pour"
    r"|screw|wind|roll|push|lift|rub|scrap|bit|flick|toss|chop|wash|wip|brush|sweep|clean)\w*)"
    r" (?P<thing>it|them|him|(?:a|an|the|his|her|its|their|some) (?:\S+ )??[^\s,;.]+)"
    rf" (?P<particle>{'|'.join(sorted(_MOVED))})"
    r"(?= (?:[,.;]|and|while|as|before|after|then|with)(?!\S)|$)"
)
_PHRASES: Final = Table(
    (
        ("" if word == "_" else word, tokens(re.sub(r"\((?!\?)", "(?:", pattern)))
        for word, pattern in (line.split(" <- ", 1) for line in lines_of("phrases"))
    ),
    made=str.split,
)


def worded(text: str) -> str:
    """Return a caption as lower-case tokens, one space between them, compounds taken apart."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    for curly, plain in (("\u2019", "'"), ("\u2018", "'"), ("\u201c", '"'), ("\u201d", '"')):
        folded = folded.replace(curly, plain)
    folded = _HYPHEN.sub(" ", folded)
    for pattern, plain in _CONTRACTIONS if "'" in folded or "cannot" in folded else ():
        folded = pattern.sub(plain, folded)
    found = " ".join(_TOKEN.findall(folded))
    return _BRACKETS.sub(",", found)


def phrased(words: str) -> str:
    """Return tokens in which set phrases of several words have become one word.

    A particle after what is handled is set beside its verb: "puts down the spoon".
    """
    known = set(words.split())
    if not known.isdisjoint(_MOVED):
        words = _PARTED.sub(r"\g<verb> \g<particle> \g<thing>", words)
    for word, pattern in _PHRASES.among(known):
        words = pattern.sub(word, words)
    return " ".join(words.split())


def compounded(words: str, other: str) -> str:
    """Return tokens with two words as one where the other caption has them so: gun shots."""
    found, known = words.split(), set(other.split())
    openings = {token[: _SHORT + 1] for token in known}
    at = 0
    while at < len(found) - 1:
        if len(found[at]) > _SHORT and found[at][: _SHORT + 1] in openings:
            both = found[at] + found[at + 1]
            if not known.isdisjoint((both, both.removesuffix("s"), f"{both}s")):
                found[at : at + 2] = [both]
        at += 1
    return " ".join(found)


@lru_cache(maxsize=_REMEMBERED)
def keys(word: str) -> frozenset[str]:
    """Return what a word can mean here: itself, its lemmas, and the groups of its synonyms.

    Two words say the same when they share a key.
    """
    forms = forms_of(word)
    stems = {stem for form in forms if len(stem := _STEMMER.stemWord(form)) >= _LONG_STEM}
    groups = {group for form in forms for group in (*_GROUPS_OF.get(form, ()), *SAME.get(form, ()))}
    return frozenset((*forms, *(f"{stem}-" for stem in stems), *groups))


@lru_cache(maxsize=_REMEMBERED)
def forms_of(word: str) -> frozenset[str]:
    """Return a word, its dictionary forms and the adjectives it may be the adverb of."""
    forms = {word, *lemmas(word)}
    return frozenset(forms.union(*map(_without_ly, forms)))


@lru_cache(maxsize=_REMEMBERED)
def lemmas(word: str) -> frozenset[str]:
    """Return the dictionary forms of a word, whatever part of speech it may be."""
    known = lemmas_by_kind(word)
    found = {lemma for lemmas_ in known.values() for lemma in lemmas_}
    if not known:
        for pos in ("NOUN", "VERB"):
            found.update(lemminflect.getAllLemmasOOV(word, pos)[pos])
    return frozenset((*found, *(() if "VERB" in known else _without_ing(word))))


@lru_cache(maxsize=_REMEMBERED)
def verb_lemmas(word: str) -> frozenset[str]:
    """Return the verbs a word may be a form of."""
    return frozenset(lemmas_by_kind(word).get("VERB", ())) or frozenset(_without_ing(word))


@lru_cache(maxsize=_REMEMBERED)
def is_noun(word: str) -> bool:
    """Return whether a word may be a noun."""
    return "NOUN" in lemmas_by_kind(word)


@lru_cache(maxsize=_REMEMBERED)
def is_adjective(word: str) -> bool:
    """Return whether a word may be an adjective or an adverb, and no form of a verb but -ing."""
    known = lemmas_by_kind(word)
    return ("ADJ" in known or "ADV" in known) and not verb_lemmas(word) - {word}


@lru_cache(maxsize=_REMEMBERED)
def is_adverb(word: str) -> bool:
    """Return whether a word can only be an adverb."""
    return lemmas_by_kind(word).keys() == {"ADV"} or (word.endswith("ly") and not is_noun(word))


@lru_cache(maxsize=_REMEMBERED)
def is_plural(word: str) -> bool:
    """Return whether a word is the plural form of a noun and not its singular too."""
    nouns = lemmas_by_kind(word).get("NOUN", ())
    return bool(nouns) and word not in nouns


@lru_cache(maxsize=_REMEMBERED)
def is_singular(word: str) -> bool:
    """Return whether a word is the singular form of a noun that has another plural."""
    return word in lemmas_by_kind(word).get("NOUN", ()) and word not in unchanging()


def same(one: str, other: str) -> bool:
    """Return whether two words can say the same."""
    return one == other or not keys(one).isdisjoint(keys(other))


def quoted(words: str) -> list[str]:
    """Return what stands between quotation marks in tokens."""
    return [speech.strip() for speech in words.split('"')[1::2] if speech.strip()]


def _without_ing(word: str) -> Sequence[str]:
    """Return the word that one in -ing or -ed, itself no known verb, is made of: dinging -> ding.

    A noun in -ing of a known word stays what it is: morning, ceiling.
    """
    noun = bool(lemmas_by_kind(word))
    for suffix in ("ing", "ed"):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) > _SHORT and noun != bool(lemmas_by_kind(stem)):
            return (stem,)
    return ()


def _without_ly(word: str) -> Sequence[str]:
    """Return the adjectives an adverb may come from: noisily -> noisy, rhythmically -> rhythmic."""
    if len(word) < 5 or not word.endswith("ly"):
        return ()
    stem = word[:-2]
    forms = [stem]
    if stem.endswith("i"):
        forms.append(stem[:-1] + "y")
    if stem.endswith("ful"):
        forms.append(stem[:-3])
    if stem.endswith("ical"):
        forms.append(stem[:-2])
    if stem.endswith(("b", "t", "p", "g")):
        forms.append(stem + "le")
    return forms


def _groups_of() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for number, group in enumerate("/".join(lines_of("synonyms")).split("/")):
        for word in group.split():
            found[word] = (*found.get(word, ()), f"={number}")
    return found


_GROUPS_OF: Final = _groups_of()
