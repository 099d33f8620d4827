"""What an endpoint's response says, whatever it sends: a text or a fault, tokens, waiting times."""

import email.utils
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: a text, or a fault.

    Attributes:
        fault: ``not-json``, ``no-choices``, ``no-text``, ``truncated``, ``content-filter``,
            ``refused``, ``empty``, ``key-in-text`` or ``bad-request``.
        pause_s: until the endpoint's budget is filled again, when it says that nothing is left.
    """

    text: str | None = None
    fault: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    pause_s: float = 0.0


class Refusal(NamedTuple):
    """What an endpoint says when it does not do what it was asked; ``error``: `error_of` it."""

    status: int
    headers: Mapping[str, str]
    error: Any

    @property
    def message(self) -> str:
        """Everything it says in words."""
        return str(self.error.get("message") if isinstance(self.error, dict) else self.error)

    def told(self, name: str) -> str | None:
        """Return a field of the error (``code``, ``type``, ``param``, ``message``), if it is so."""
        value = self.error.get(name) if isinstance(self.error, dict) else None
        return None if value is None else str(value)


def reply_of(content: bytes, headers: Mapping[str, str], *, secret: str) -> Reply:
    """Return what a response that was no refusal says; ``secret`` must not come back in it."""
    pause_s = _pause_s(headers)
    try:
        body = json.loads(content)
    except ValueError:
        return Reply(fault="not-json", pause_s=pause_s)
    text, fault = _text_of(body)
    if text is not None and secret in text:
        text, fault = None, "key-in-text"
    usage = body.get("usage") if isinstance(body, dict) else None
    usage = usage if isinstance(usage, dict) else {}
    return Reply(
        text=text,
        fault=fault,
        tokens_in=_count(usage.get("prompt_tokens")),
        tokens_out=_count(usage.get("completion_tokens")),
        pause_s=pause_s,
    )


def error_of(content: bytes) -> Any:
    """Return what an error body says of the error: an object, or a text when it is none."""
    try:
        body = json.loads(content)
    except ValueError:
        return content.decode("utf-8", "replace")
    return body.get("error", body) if isinstance(body, dict) else body


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return how long a response asks to wait, in seconds, or None when it does not say."""
    try:
        if (said := headers.get("retry-after-ms")) is not None:
            return max(0.0, float(said) / 1000)
    except ValueError:
        pass
    said = headers.get("retry-after")
    if said is None:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        date = email.utils.parsedate_tz(said)
    return None if date is None else max(0.0, email.utils.mktime_tz(date) - time.time())


def duration_s(text: str) -> float | None:
    """Return a duration such as ``1s``, ``20ms`` or ``6m0s`` in seconds, or None."""
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
    if not re.fullmatch(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+", text):
        return None
    pairs = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", text)
    return sum(float(number) * units[unit] for number, unit in pairs)


def _text_of(body: Any) -> tuple[str | None, str | None]:
    """Return the text of a completion, or the fault that it has instead."""
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        return None, "no-choices"
    text, reason = message.get("content"), choice.get("finish_reason")
    if reason == "content_filter":
        return None, "content-filter"
    if message.get("refusal"):
        return None, "refused"
    if reason == "length":
        return (text if isinstance(text, str) else None), "truncated"
    if not isinstance(text, str):
        return None, "no-text"
    return (text, None) if text.strip() else (None, "empty")


def _pause_s(headers: Mapping[str, str]) -> float:
    """Return how long to pause, until a spent budget is filled again."""
    pause_s = 0.0
    for what in ("requests", "tokens"):
        if headers.get(f"x-ratelimit-remaining-{what}") == "0":
            pause_s = max(pause_s, duration_s(headers.get(f"x-ratelimit-reset-{what}", "")) or 0.0)
    return pause_s


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
