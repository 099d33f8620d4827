"""Who hears, and where: the terms that the other patterns are built from.

Every pattern in this package is read by `elsa_data.captions.assertions` between word boundaries,
in lower-case text whose hyphens have become spaces.
"""

from typing import Final

LISTENER: Final = (
    r"(?:(?:the|a|our|my|your|this|where the) )?(?:listeners?(?:'s)?(?: (?:ears?|head|position))?"
    r"|microphones?|mics?|recorders?|recording device|camera|observer|viewer|me|us|you"
    r"|(?:one's |our |my |your )ears?)"
)

ALONE: Final = (
    r"(?= ?(?:[,.;:!?]|$)| (?:and|but|or|while|as|with|when|where|in|on|to the|at|from|inside"
    r"|within|is|are|was|were|can|then|followed|before|after|there|during|off to|over to)\b)"
)
"""What may follow a word that stands by itself, so that no noun phrase completes it."""

SPACE: Final = (
    r"(?:room|rooms|hall|hallway|corridor|chamber|studio|auditorium|theat(?:er|re)|gymnasium|gym"
    r"|arena|warehouse|cathedral|chapel|church|hangar|foyer|lobby|atrium|classroom|bedroom"
    r"|bathroom|restroom|washroom|kitchen|office|basement|cellar|garage|closet|booth|enclosure"
    r"|apartment|building|venue|cave|cavern|tunnel|stairwell|cabin|shed|interior"
    r"|space(?! (?:heater|ship|craft|gun|bar|station))|area|environment|surroundings)"
)
"""Nouns that a size or a reverberation can be said of."""
