"""The form of a caption once its sound and its words are taken out: how varied is the language?"""

import re
from typing import Final

from elsa_data.report.highlight import Words, body_in, spans

SOUND: Final = "…"
OPENING: Final = 3
"""Words kept of a sentence that does not hold its source caption word for word."""

_ARTICLE: Final = re.compile(r"\b(?:[Aa]n?)(?= \[)")


def frame_of(caption: str, original: str, words: Words) -> str:
    """Return a caption with its source caption as ``…`` and each of its words as ``[slot]``.

    A rewritten caption seldom holds its source caption as it was; then only how it opens is told.
    """
    body = body_in(caption, original)
    if body is None:
        return f"{' '.join(caption.split()[:OPENING])} {SOUND}"
    start, end = body
    pieces, at = [], 0
    cuts = [(span.start, span.end, f"[{span.slot}]") for span in spans(caption, original, words)]
    for first, last, shown in sorted([*cuts, (start, end, SOUND)]):
        if first >= at:
            pieces += [caption[at:first], shown]
            at = last
    framed = " ".join("".join([*pieces, caption[at:]]).split())
    return _ARTICLE.sub("a", framed.rstrip(".!? "))
