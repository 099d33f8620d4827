"""Does a caption say how often its sound happens?"""

import re
from typing import Final

_COUNTED: Final = re.compile(
    r"\b(?:once|one time|a single|only one|just one|twice|thrice"
    r"|(?:two|three|four|five|six|\d+) times)\b"
)

_UNCOUNTED: Final = re.compile(r"\b(?:all )?at once\b|\bonce (?:again|more|in a while)\b")


def counts_once(caption: str) -> bool:
    """Return whether playing the sound again would make its caption false.

    ``A door slams once``, ``a single bark``, ``knocks three times``: a number is asserted, so a
    short clip is padded with silence. ``At once`` and ``once again`` count nothing.
    """
    return _COUNTED.search(_UNCOUNTED.sub(" ", caption.lower())) is not None
