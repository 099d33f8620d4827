"""How long to wait for the Hub, and when waiting is of no use."""

import re
from collections.abc import Mapping
from typing import Final

WAITS_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0)
"""Pauses between tries; the client itself has tried several times before each."""

LONGEST_S: Final = 3600.0
PASSING: Final = frozenset({408, 409, 412, 429, 500, 502, 503, 504})
"""Statuses that may pass: busy, or another commit came between."""

_RESET: Final = re.compile(r"\bt=(\d+)")


def pause_s(status: int | None, headers: Mapping[str, str], planned: float | None) -> float | None:
    """Return the seconds to wait before trying again, None when it is of no use.

    A limit of the Hub says when it ends; that is waited for, where the plan would be shorter.

    Args:
        status: of the response; None when there was none.
        headers: of the response, their names in lower case.
        planned: the next of `WAITS_S`, None when they are used up.

    Source: draft-ietf-httpapi-ratelimit-headers, the ``RateLimit`` header; RFC 9110, 10.2.3.
    """
    if planned is None or (status is not None and status not in PASSING):
        return None
    return min(LONGEST_S, max(planned, _asked_s(status, headers)))


def _asked_s(status: int | None, headers: Mapping[str, str]) -> float:
    after = headers.get("retry-after", "")
    if after.isdigit():
        return float(after)
    reset = _RESET.search(headers.get("ratelimit", ""))
    return float(reset[1]) + 1.0 if reset and status == 429 else 0.0
