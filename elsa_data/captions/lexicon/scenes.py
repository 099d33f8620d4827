"""What no still source in a room can be: moving, or in the open.

Sounds that are at home outdoors (birds, wind, traffic) and sounds of things that move (engines,
footsteps) assert neither; a place that is named, and a way that is travelled, do.
"""

from typing import Final

_MOVE: Final = (
    r"(?:driv(?:e|es|ing|en)|drove|walk(?:s|ed|ing)?|run(?:s|ning)?|ran|fl(?:y|ies|ying)|flew"
    r"|mov(?:e|es|ed|ing)|go(?:es|ing)?|went|speed(?:s|ed|ing)?|sped|zoom(?:s|ed|ing)?"
    r"|rac(?:e|es|ed|ing)|roll(?:s|ed|ing)?|rid(?:e|es|ing)|rode|com(?:e|es|ing)|came"
    r"|travel(?:s|l?ed|l?ing)?|whi(?:z|zz)(?:es|ed|ing)?|zip(?:s|ped|ping)?|rush(?:es|ed|ing)?"
    r"|gallop(?:s|ed|ing)?|trot(?:s|ted|ting)?|march(?:es|ed|ing)?|sail(?:s|ed|ing)?"
    r"|cruis(?:e|es|ed|ing)|accelerat(?:e|es|ed|ing)|roar(?:s|ed|ing)?|swoosh(?:es|ed|ing)?"
    r"|pull(?:s|ed|ing)?|step(?:s|ped|ping)?|rumbl(?:e|es|ed|ing)|whoosh(?:es|ed|ing)?"
    r"|clop(?:s|ped|ping)?|skat(?:e|es|ed|ing)|cycl(?:e|es|ed|ing)"
    r"|wander(?:s|ed|ing)?|pac(?:e|es|ed|ing)|glid(?:e|es|ed|ing)|swoop(?:s|ed|ing)?)"
)
_PLACE_ADJECTIVES: Final = r"(?:[\w']+,? ){0,3}?"
_OPEN_IN: Final = (
    r"(?:forests?|woods?|woodlands?|jungle|rainforest|fields?|park|gardens?|yard|backyard|barnyard"
    r"|farmyard|courtyard|meadow|desert|streets?|alley|parking lot|car park|farm|countryside"
    r"|wilderness|swamp|marsh|wetlands?|mountains|valley|canyon|city|village|town|playground"
    r"|pasture|prairie|wild"
    r"|open(?! (?:water|space|room|area|plan|position|office))|orchard|neighbou?rhood)"
)
_OPEN_ON: Final = (
    r"(?:streets?|road|roadway|roadside|highway|motorway|freeway|beach|sidewalk|pavement|trail"
    r"|hillside|mountain|farm|patio|porch|balcony|golf course|playground|pier|dock|lawn)"
)
_OPEN_AT: Final = (
    r"(?:beach|park|seaside|seashore|lake|farm|playground|zoo|race ?track|intersection|crossroads"
    r"|construction site|harbou?r|waterfront|lakeside|campsite|bus stop)"
)
_OPEN_BY: Final = (
    r"(?:sea|seaside|river|lake|ocean|road|roadside|stream|creek|highway|beach|shore|street|pond)"
)

PATHS: Final = (
    r"from (?:the )?(?:far )?(?:left|right|front|back|rear|near|far|one|above|below|behind)"
    r"(?: (?:hand )?(?:side|ear|channel|speaker|end|corner))?(?: of [\w' ]{1,30}?)?,?"
    r" (?:in)?to (?:the )?(?:far )?"
    r"(?:left|right|front|back|rear|near|far|other|another|above|below)"
    r"(?: (?:hand )?(?:side|ear|channel|speaker|end|corner))?",
    r"(?:left|right) (?:in)?to (?:the )?(?:left|right)",
    r"front to (?:the )?back",
    r"back to (?:the )?front",
    r"side to side",
    r"ear to ear",
    r"between the (?:left|right)(?: \w+)? and (?:the )?(?:left|right)"
    r"(?: (?:ears?|channels?|sides?))?",
)
"""Ways that lead from one place to another: they assert motion, and no place."""

RULES: Final = {
    "motion": {
        "moving": (
            rf"{_MOVE} (?:[\w']+ly )?(?:by|past|away|off|closer|nearer|overhead"
            r"|further|farther|towards?|across|in circles)",
            rf"{_MOVE} (?:(?:slowly|quickly|all) )?around",
            rf"{_MOVE} up and down(?! (?:the )?(?:stairs|steps))",
            r"fl(?:y|ies|ying|ew) over|(?:buzz|circl|swirl)\w* around",
            r"(?:get|gets|getting|got|draw|draws|drawing|grow|grows|growing|becom\w+)"
            r" (?:closer|nearer|near|further|farther)",
            r"approach(?:es|ed|ing)?|reced(?:e|es|ed|ing)|depart(?:s|ed|ing)",
            r"pass(?:es|ed|ing)?(?: by)?|passers? by|passersby|passing by|in passing",
            r"(?:leav(?:e|es|ing)|left|arriv(?:e|es|ed|ing) (?:at|in)|enter(?:s|ed|ing)?)"
            r" (?:the|a) (?:\w+ )?(?:room|station|area|scene|building|platform)",
            r"back and forth|moving (?:car|train|vehicle|truck|bus)|in motion|doppler",
            r"(?:off |away )?into the distance|circl(?:e|es|ed|ing)(?: around| overhead)",
            r"(?:plane|airplane|jet|aircraft|helicopter|bird|birds)s? tak(?:es|ing) off",
        ),
    },
    "outdoor": {
        "outdoor": (
            r"outdoors?|outside|open air|out of doors|alfresco",
            rf"in (?:a|an|the) {_PLACE_ADJECTIVES}{_OPEN_IN}"
            r"(?! (?:house|room|hall|office|shop|apartment|kitchen|bus|station|center|centre))",
            rf"(?:on|along|down|up) (?:a|an|the) {_PLACE_ADJECTIVES}{_OPEN_ON}",
            rf"at (?:a|an|the) {_PLACE_ADJECTIVES}{_OPEN_AT}",
            rf"(?:by|beside|along|alongside|near) (?:a|an|the) "
            rf"{_PLACE_ADJECTIVES}{_OPEN_BY}(?! of\b)",
            r"in nature|in the wild|under the open sky",
        ),
    },
}
"""slot -> value -> the patterns that assert it."""
