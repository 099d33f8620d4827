"""Fixed phrases of the sound itself, and spatial words that are not about space."""

from typing import Final

IDIOMS: Final = (
    r"left turn signals?",
    r"right turn signals?",
    r"left over",
    r"left behind",
    r"all right",
    r"right (?:away|now|after|before|here|then|off|when|as|into)",
    r"follow\w* (?:close(?:ly)? )?(?:behind|by)",
    r"close(?:ly)? behind",
    r"(?:lag|fall|trail)\w* behind",
    r"(?:stay|remain|one|shut|closed?)\w* behind",
    r"back and forth(?: (?:conversation|dialogue|discussion|exchange))",
    r"(?:talk|speak|convers|argu|chat|call|shout|yell|chirp|meow|bark|communicat|banter|sing|hoot)"
    r"\w* (?:\w+ ){0,3}?back and forth",
    r"conversation (?:\w+ ){0,2}?back and forth",
    r"over and above",
    r"above (?:all|average|board)",
    r"below (?:zero|freezing|average)",
    r"(?:above|below|over) (?:the |all (?:of )?the )?(?:[\w']+ )?(?:noise|sounds?|music|din|voices?"
    r"|crowd|roar|wind|hum|talking|chatter|traffic|engine|clamou?r|surface|water|waterline)",
    r"overhead (?:projector|door|compartment|bin|crane|press|cam\w*)",
    r"(?:amazon )?echo (?:sounder|dot|device)",
    r"amazon echo",
    r"(?:so|thus|by|as|how|too) far(?! (?:away|off|left|right|from))",
    r"as far as",
    r"far and wide",
    r"far (?:more|less|better|louder|quieter|faster|too|cry|fetched|reaching|from over)",
    r"(?:near|nearing|nears) (?:the end|silence|constant|completion|miss)",
    r"long distance",
    r"distance (?:runner|running|call|between)",
    r"go(?:es|ing)? the distance",
    r"pass(?:es|ed|ing)? (?:gas|wind|out|the|on|a|an|it|them|away|flatulence|judg\w+|time|urine)",
    r"time (?:(?:goes|going|went) (?:by|on)|passes|passed|is passing)(?: by)?",
    r"as time passes",
    r"(?:ground|rocks|pool|pond|water) below",
    r"step by step",
    r"(?:sounds?|noise|music|it) (?:\w+ )?(?:goes|going|went) away",
    r"goes? off",
    r"going off",
    r"went off",
    r"com(?:e|es|ing) (?:off|by it)",
    r"pull(?:s|ed|ing)? off",
    r"(?:run|runs|running) (?:off of|away with)",
    r"roll(?:s|ed|ing)? off the tongue",
    r"(?:water|wind|winds|air|streams?|river|waves?|rapids|breeze|rain|liquid|creek|brook|surf|tide)"
    r" (?:\w+ ){0,3}?(?:rush|flow|mov|blow|go|run|com|whoosh|roar|rumbl|speed|roll|zip)\w*"
    r" (?:\w+ ){0,2}?(?:by|past|away|off|along|across|around|over|down|toward\w*|through|in)",
    r"(?:rush|flow|mov|blow|runn)ing (?:water|wind|air|stream|river)"
    r" (?:by|past|away|along|across|around|over|down|through)",
    r"(?:walk|run|go|climb|head|stomp|mov|march|step|com|rac|rush)\w* (?:\w+ )?(?:up|down)stairs",
    r"approach(?:es|ed|ing)? (?:the|a|this) (?:subject|task|problem|topic)",
    r"outside (?:the box|world|line|chance)",
    r"outside of (?:this|that|it)\b",
    r"(?:rain|rains|raining|rainfall|drizzle|hail|snow|water) (?:\w+ ){0,4}?"
    r"(?:on|onto|against|off) (?:a|an|the) (?:[\w']+ ){0,2}?(?:streets?|road|pavement|sidewalk"
    r"|patio|porch|balcony)",
    r"(?:waves?|surf|water|tide|ocean) (?:\w+ ){0,5}?(?:on|onto|at|by|against|along|to|over|in)"
    r" (?:a|an|the) (?:[\w']+ ){0,2}?(?:beach|shores?|seashore|sea|ocean|lake|river|stream|creek)",
    r"(?:city|street|road|field|park|farm) (?:noise|sounds?|ambien\w+|traffic|lights?|animals?)",
    r"wood(?:s)? (?:being|is|are)",
)
"""They are taken out before anything is read."""
