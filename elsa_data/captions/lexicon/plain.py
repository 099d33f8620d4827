"""The closed sets of words of ``words.txt``, by name; that file says what each is."""

from typing import Final

from elsa_data.captions.lexicon.grammar import lines_of


def _sets() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    name = ""
    for line in lines_of("words"):
        if line.startswith("["):
            name = line[1:-1]
        else:
            found[name] = found.get(name, frozenset()) | frozenset(line.split())
    return found


_SETS: Final = _sets()
PLAIN: Final = _SETS["plain"]
NEGATORS: Final = _SETS["negators"]
COMING: Final = _SETS["coming"]
CARRYING: Final = _SETS["carrying"]
MOMENTS: Final = _SETS["moments"]
LASTING: Final = _SETS["lasting"]
MOVING: Final = _SETS["moving"]
ONWARD: Final = _SETS["onward"]
UNNAMED: Final = _SETS["unnamed"]
VAGUE: Final = _SETS["vague"]
RELATIONS: Final = _SETS["relations"]
PARTICLES: Final = _SETS["particles"]
LIGHT: Final = _SETS["light"]
CARRIERS: Final = _SETS["carriers"]
BEARERS: Final = _SETS["bearers"]
SOUNDS: Final = _SETS["sounds"]
TALKING: Final = _SETS["talking"]
NUMBERS: Final = _SETS["numbers"]
SWITCHING: Final = _SETS["switching"]
ARTICLES: Final = _SETS["articles"]
CLAUSE_WORDS: Final = _SETS["clause_words"]
DESCRIPTORS: Final = _SETS["descriptors"]
SPATIAL: Final = _SETS["spatial"]
BUILDINGS: Final = _SETS["buildings"]
PLACE_NOUNS: Final = _SETS["place_nouns"]

NOUNS_OF: Final = {"male": _SETS["male"], "female": _SETS["female"]}
"""Gender -> the words that a pronoun of it can mean, itself among them."""

THEIRS: Final = {
    **dict.fromkeys(("he", "him", "his", "himself"), "male"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "female"),
}
"""Pronoun -> its gender."""

DIRECTED: Final = {
    **dict.fromkeys(_SETS["into"], "in"),
    **dict.fromkeys(_SETS["from"], "from"),
    **dict.fromkeys(_SETS["to"], "to"),
    "with": "with",
}
"""Preposition -> its way."""

OPPOSED: Final = frozenset({("in", "from"), ("from", "in"), ("to", "from"), ("from", "to")})
"""Ways that no paraphrase exchanges."""
