"""What the room is like: its size and its reverberation.

Both must be said of the room: a large dog, a small church bell, dry leaves and a dampened thud say
nothing of it. The name of a place says what no such place is without: a cathedral is large and
echoes, a closet is small. Churches are small and large, and say neither.
"""

from typing import Final

from elsa_data.captions.lexicon.terms import SPACE

_SMALL: Final = (
    r"(?:small(?:er|ish)?|tiny|little|cramped|compact|confined|narrow|tight|cozy|cosy|poky"
    r"|miniature|mini|modest(?:ly sized)?|minuscule)"
)
_LARGE: Final = (
    r"(?:large(?:r|ish)?|big(?:ger)?|huge|vast|spacious|massive|enormous|expansive|giant|immense"
    r"|cavernous|gigantic|sizable|sizeable|roomy|great|grand|immensely|extensive|voluminous)"
)
# Anything between the adjective and the room must describe the room too.
_ADJECTIVES: Final = (
    r"(?:,? (?:and |but |yet )?(?!(?:of|in|on|at|to|with|from|near|by|as|while|is|are)\b)[\w']+)"
    r"{0,4}?"
)
_BE: Final = (
    r"(?:is|are|was|sounds?|seems?|feels?|being|appears?)(?:n't| not)?"
    r"(?: (?:very|quite|rather|so|fairly|highly))?"
)
# After these nouns the room is only a modifier: a small bathroom fan is no small bathroom.
_NO_COMPOUND: Final = (
    r"(?! (?:bells?|fans?|doors?|windows?|clock|kni(?:fe|ves)|appliances?|sink|faucet|chair|heater"
    r"|organ|choir|machine|engine|toilet|mixer|tools?|lights?|radio|phone|printer|crowd)\b)"
)

_WET: Final = (
    r"(?:reverb(?:er(?:at(?:es?|ed|ing|ions?|ive)|ant|antly))?|reverbs|reverby"
    r"|echo(?:es|ed|ing|ey|y|ic)?|cavernous acoustics?|resonant (?:room|space|hall|acoustics?))"
)
_DEAD: Final = (
    r"(?:dampened|damped|dead|deadened|dry|anechoic|absorbent|absorptive|sound absorbing|muted"
    r"|soundproof(?:ed)?|sound proof(?:ed)?|non reverberant|echo free|echoless|padded"
    r"|acoustically treated|unreverberant)"
)
_LITTLE: Final = r"(?:little|minimal|negligible|low|scant|scarce(?:ly any)?|less|short)"

RULES: Final = {
    "size": {
        "small": (
            rf"{_SMALL}(?: sized)?{_ADJECTIVES} {SPACE}{_NO_COMPOUND}",
            rf"{SPACE} (?:that |which )?{_BE} {_SMALL}|{SPACE} of (?:a )?{_SMALL} size",
        ),
        "large": (
            rf"{_LARGE}(?: sized)?{_ADJECTIVES} {SPACE}{_NO_COMPOUND}",
            rf"{SPACE} (?:that |which )?{_BE} {_LARGE}|{SPACE} of (?:a )?{_LARGE} size",
        ),
    },
    "reverb": {
        "reverberant": (_WET,),
        "dampened": (
            r"acoustically (?:dampened|damped|dead|dry|deadened|absorbent|muted)",
            rf"{_DEAD}{_ADJECTIVES} (?:{SPACE}|acoustics?)",
            rf"{SPACE} (?:that |which )?{_BE} (?:acoustically )?{_DEAD}",
            r"anechoic|echo free|echoless|soundproof(?:ed)?|acoustic(?:al)? treatment",
        ),
    },
}
"""slot -> value -> the patterns that assert it."""

FREE_OF: Final = rf"{_LITTLE} (?:to no |or no )?(?:audible |noticeable )?{_WET}"
"""Little of an echo asserts the opposite."""

IMPLIED: Final = {
    "size": {
        "small": (
            r"(?:in|inside|within) (?:a|an|the) (?:[\w']+ )?(?:closet|elevator|phone booth)",
        ),
        "large": (
            r"(?:in|inside|within) (?:a|an|the) (?:[\w']+ ){0,2}(?:cathedral|auditorium|arena"
            r"|stadium|gymnasium|gym|warehouse|hangar|concert hall|cavern)",
        ),
    },
    "reverb": {
        "reverberant": (
            r"(?:in|inside|within|through) (?:a|an|the) (?:[\w']+ ){0,2}(?:cathedral"
            r"|cave|cavern|tunnel|stairwell)",
        ),
    },
}
"""The same, of places that are so by their nature, though no word says so."""
