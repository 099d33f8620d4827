"""Where a sound is heard: direction, elevation, distance.

Only the listener's directions count: "to the left of the dog" and "behind a door" say nothing
about where a sound is heard. Loud is not near, faint is not far, the background is not the back.
"""

from typing import Final

from elsa_data.captions.lexicon.terms import ALONE, LISTENER, SPACE

# "of the room" and "of the listener" keep a side the listener's; "of the road" does not.
_OF_OTHER: Final = (
    rf"(?! of (?!{LISTENER}\b|(?:a|an|the|this|that) (?:[\w']+,? ){{0,4}}?{SPACE}\b"
    r"|(?:the )?(?:stereo|sound|field|frame|scene)\b))"
)

_OTHER_SIDE: Final = (
    r"(?! (?:turn|click|way|time|moment|place|track|notes?|keys?|things?|one|lane|foot|feet|legs?"
    r"|arms?|shoe|hand(?! side)|amount|order|pitch|tone|words?|answer|buttons?|pedal|signal"
    r"|blinker|indicator|wing|doors?|desk|seats?|yard|porch|wheels?|tires?|row|gate|room|page|line"
    r"|lawn|end loader|pocket|teeth|burner|alley|deck|counter|window|speed|frequency|direction)\b)"
)

_DETERMINER: Final = r"(?:(?:the|its|our|my|your|one's|the listener's) )?"
_TOWARDS: Final = r"(?:on|to|from|at|in|towards?|near|along)"
_CHAIN_WORD: Final = (
    r"(?:near|nearby|close|far|distant|upper|lower|up|down|above|below|high|low|front|left|right"
    r"|back|rear|extreme|immediate)"
)

CHAIN: Final = (
    rf"(?<!facing )(?!on {_DETERMINER}(?:back|front)\b){_TOWARDS} {_DETERMINER}"
    rf"((?:{_CHAIN_WORD}(?: and|,)? (?:the )?)*(?:front|left|right|back|rear))\b"
    rf"{_OTHER_SIDE}(?: (?:hand )?side)?+{_OF_OTHER}"
)
"""A prepositional phrase that ends in a side; its first group holds the words that assert."""

CHAIN_VALUES: Final = {
    "near": ("distance", "near"),
    "nearby": ("distance", "near"),
    "close": ("distance", "near"),
    "far": ("distance", "far"),
    "distant": ("distance", "far"),
    "upper": ("elevation", "up"),
    "up": ("elevation", "up"),
    "above": ("elevation", "up"),
    "high": ("elevation", "up"),
    "lower": ("elevation", "down"),
    "down": ("elevation", "down"),
    "below": ("elevation", "down"),
    "low": ("elevation", "down"),
    "front": ("direction", "front"),
    "left": ("direction", "left"),
    "right": ("direction", "right"),
    "back": ("direction", "back"),
    "rear": ("direction", "back"),
}

RULES: Final = {
    "direction": {
        "left": (
            rf"left (?:hand )?(?:side|ear|channel|speaker){_OF_OTHER}",
            r"(?:right,?|rightwards?,?) (?:and|or) (?:the )?left",
            rf"left (?:and|or) (?:the )?right(?= (?:side|ear|channel|speaker)| of {LISTENER})",
            r"(?:to|on) (?:a|the) listener's left",
            rf"left of {LISTENER}",
        ),
        "right": (
            rf"right (?:hand )?(?:side|ear|channel|speaker){_OF_OTHER}",
            r"(?:left,?|leftwards?,?) (?:and|or) (?:the )?right",
            rf"right (?:and|or) (?:the )?left(?= (?:side|ear|channel|speaker)| of {LISTENER})",
            r"(?:to|on) (?:a|the) listener's right",
            rf"right of {LISTENER}",
        ),
        "front": (
            rf"in front(?! of\b)|in front of {LISTENER}|up front",
            r"(?:straight|directly|dead|right|just|somewhere|far|due) ahead(?! of\b)",
            rf"(?<!going )(?<!go )ahead(?= ?(?:[,.;:]|$))|ahead of {LISTENER}|frontal(?:ly)?",
        ),
        "back": (
            rf"behind {LISTENER}|(?:from )?behind{ALONE}",
            r"at (?:one's|the listener's|a listener's|my|your|our) back",
        ),
    },
    "elevation": {
        "up": (
            r"overhead",
            rf"above {LISTENER}|above (?:one's |our |my |your |the )?(?:heads?|ear level)",
            rf"above{ALONE}|from above|(?:up|high|directly|somewhere|right) above",
            r"high up|up high|higher up|up there|from (?:a )?(?:great )?heights?",
            r"(?:high )?(?:up )?in the (?:sky|rafters)|up in the (?:air|trees?|ceiling)",
            r"(?:from|near|at|on|toward) (?:the )?(?:ceiling|floor above)|upstairs",
            r"up(?= (?:and )?(?:to|on) the (?:left|right)\b| and (?:in front|behind))",
            r"(?:an |the )?elevated (?:position|source|place|spot|sound)",
        ),
        "down": (
            rf"below {LISTENER}|below{ALONE}|from below|down below|down there",
            r"below (?:one's |our |my |your |the )?(?:heads?|ear level|feet)",
            rf"(?:under|underneath|beneath) {LISTENER}|(?:underneath|beneath){ALONE}",
            rf"from (?:under|underneath|beneath){ALONE}",
            r"low down|down low|lower down|downstairs|at (?:floor|ground) level",
            r"near the floor|(?:from|on) the floor below|from the floor(?! above)",
            r"down(?= (?:and )?(?:to|on) the (?:left|right)\b| and (?:in front|behind))",
        ),
    },
    "distance": {
        "near": (
            r"nearby|near by|close by|close at hand|near at hand|right up close|up close",
            rf"(?:near|near to|close to|next to|beside|alongside) {LISTENER}",
            r"(?:very|quite|really|so|extremely|relatively|fairly|heard|from|too|seems?"
            r"|sounds?|sounding|is|are|was|were) close(?! (?:to|together|the|a|behind|ranks)\b)",
            r"close up(?! (?:the|shop|and)\b)|(?:at|from) (?:a )?(?:close|near|short) distance",
            r"(?:at |from )?close range|(?:at|in|from) close (?:proximity|quarters)",
            r"within (?:arm's )?reach|a short (?:distance|way)(?: (?:away|off))",
            r"(?:a few|one|two|three|several|\d|a couple of|a|an) (?:feet|foot|steps?|inch(?:es)?"
            r"|centimet(?:er|re)s|paces?|arm's length) away",
            rf"near{ALONE}|near (?=(?:in front|behind|overhead|above|below)\b)",
            r"(?:a|an|the|some|from) (?:near|close) (?:sound|source|position|distance)",
            r"close(?= (?:and )?(?:to|on) the (?:left|right)\b| in front| above| overhead)",
            r"(?:in|at) (?:close|immediate) (?:vicinity|proximity)|immediate vicinity",
        ),
        "far": (
            r"(?:in|through|from|off in|out in) (?:the|some) (?:far |great )?distance",
            r"(?:at|from) (?:a|some) (?:great |far |long |considerable |certain )?distance",
            r"(?:some|a (?:great|long|good|far)) (?:distance|way|ways) (?:away|off|out)",
            r"a ways (?:away|off)|way off|(?:miles|blocks|streets|kilomet(?:er|re)s) away",
            r"distant|distantly|faraway|afar|(?:further|farther) (?:away|off|out|back)",
            r"far(?! (?:more|less|too)\b)|remotely|from across the [\w']+",
        ),
    },
}
"""slot -> value -> the patterns that assert it."""

IMPLIED: Final = {"distance": {"far": (r"into (?:the|some) (?:far |great )?distance",)}}
"""Where what moves away ends, though it may begin anywhere."""
