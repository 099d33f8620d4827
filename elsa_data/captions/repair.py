"""What a model wraps around its sentence, taken off."""

import re
from typing import Final

_THINKING: Final = re.compile(
    r"<(think|thinking|reasoning|thought)>.*?</\1>|\A.*?</(?:think|thinking|reasoning|thought)>",
    re.DOTALL | re.IGNORECASE,
)
_FENCE: Final = re.compile(r"\A```[\w-]*[ \t]*\n?(?P<inside>.*?)\n?```\Z", re.DOTALL)
_PREFIX: Final = re.compile(
    r"\A(?:\*\*)?(?:(?:spatial|rewritten|audio|final|new|output) )?(?:caption|output|sentence"
    r"|rewrite|answer)(?:\*\*)?\s*:(?:\*\*)?\s*",
    re.IGNORECASE,
)
_QUOTES: Final = {
    '"': '"',
    "'": "'",
    "\u201c": "\u201d",
    "\u2018": "\u2019",
    "`": "`",
    "\u00ab": "\u00bb",
}
_ROUNDS: Final = 4


def repaired(text: str) -> str:
    """Return a reply without think block, code fence, "Caption:" prefix and outer quotes.

    Nothing within the sentence is touched; what needs none of this comes back stripped.
    """
    text = _THINKING.sub("", text).strip()
    for _ in range(_ROUNDS):
        before = text
        fence = _FENCE.match(text)
        text = fence.group("inside").strip() if fence else text
        text = _unquoted(_PREFIX.sub("", text))
        if text == before:
            break
    return text


def _unquoted(text: str) -> str:
    """Return a text without the quotation marks around all of it."""
    if len(text) < 2 or _QUOTES.get(text[0]) != text[-1]:
        return text
    inside = text[1:-1]
    # Inner marks of the same kind mean that the outer two belong to two quotations.
    if text[0] in inside or (text[0] != "'" and text[-1] in inside):
        return text
    return inside.strip()
