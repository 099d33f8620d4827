"""Captions are untrusted text: this is the one gate they come in by."""

import re
import unicodedata

from elsa_data.errors import CaptionError

MAX_CHARACTERS = 400

_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that print nothing, though Unicode does not call them format characters."""

_CHAT_TOKENS = re.compile(
    r"""
      <\s*\|[^<>|]{0,60}\|\s*>          # <|im_start|> and its kin
    | \[\s*/?\s*(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|gMASK)\s*\]
    | <\s*<\s*/?\s*SYS\s*>\s*>
    | <\s*/?\s*(?:s|bos|eos|pad|unk|sop|eop|think|system|user|assistant|human|tool_call
        |start_of_turn|end_of_turn|extra_id_\d+|reserved_\d+)\s*>
    | \[\|\s*(?:human|user|assistant|system)\s*\|\]
    | \#{2,}\s*(?:instruction|response|system|user|assistant|human)\s*:
    """,
    re.IGNORECASE | re.VERBOSE,
)


def clean_caption(text: str) -> str:
    """Return a caption as plain text: composed, visible characters, single spaces, at most 400.

    Compatibility forms are folded first (a token in full-width letters is one too); control,
    bidirectional and zero-width characters are dropped before tokens are looked for.

    Raises:
        CaptionError: ``chat-tokens`` when it holds the control tokens of a chat template;
            ``empty-caption`` when no word is left.
    """
    visible = folded(text)
    token = _CHAT_TOKENS.search(visible)
    if token:
        raise CaptionError(
            "chat-tokens",
            f"got the chat-template token {token.group()!r} in a caption, wanted plain text; "
            "remove it from the corpus",
        )
    shortened = _shorten(visible)
    if not any(character.isalpha() for character in shortened):
        raise CaptionError(
            "empty-caption", f"got the caption {text[:60]!r}, which has no words; give it some"
        )
    return shortened


def folded(text: str) -> str:
    """Return NFKC text of visible characters and single spaces."""
    composed = unicodedata.normalize("NFKC", text)
    kept = (" " if c.isspace() else c for c in composed if c.isspace() or _is_visible(c))
    # What was dropped may have kept a letter and its accent apart.
    return " ".join(unicodedata.normalize("NFKC", "".join(kept)).split())


def _is_visible(character: str) -> bool:
    """Return False for control, format, private and unassigned characters and for blanks."""
    if character in _BLANKS or "\ufe00" <= character <= "\ufe0f":
        return False
    return unicodedata.category(character)[0] != "C"


def _shorten(text: str) -> str:
    """Return the text cut at the last whole word within `MAX_CHARACTERS`."""
    if len(text) <= MAX_CHARACTERS:
        return text
    head = text[: MAX_CHARACTERS + 1]
    return head[: head.rfind(" ")].rstrip() if " " in head else text[:MAX_CHARACTERS]
