"""Which parameters an endpoint understands: learnt from its refusals, once, and kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

EFFORTS: Final = ("none", "minimal", "low", "medium", "high")

_LIMITS: Final = ("max_completion_tokens", "max_tokens")
_QUOTED: Final = re.compile(
    r"['\"`]?(max_completion_tokens|max_tokens|reasoning_effort|temperature)"
)
_UNKNOWN: Final = re.compile(
    r"unrecogni[sz]ed|unknown|unexpected|extra |not permitted|unsupported parameter", re.IGNORECASE
)
_OPENAI_HOST: Final = "api.openai.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How an answer is drawn. None leaves a parameter to the endpoint.

    Attributes:
        temperature: low, because diversity comes from the hints of style.
        max_tokens: the longest answer; a caption of 30 words has about 45.
        reasoning_effort: of models that think first; hidden tokens are billed like spoken ones.
    """

    temperature: float | None = 0.3
    max_tokens: int = 80
    reasoning_effort: str | None = "none"

    def plain(self) -> dict[str, Any]:
        """Return its values by name, as they are asked for whatever the endpoint calls them."""
        return {
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "reasoning_effort": self.reasoning_effort,
        }


class Dialect:
    """The parameters of one endpoint and model, as far as they are known."""

    def __init__(self, host: str) -> None:
        """Begin with what the host is known to speak; other servers speak the older form."""
        self._limits = list(_LIMITS if host == _OPENAI_HOST else _LIMITS[::-1])
        self._efforts: list[str] | None = None
        self._silent: set[str] = set()

    def spelt(self, sampling: Sampling) -> dict[str, Any]:
        """Return the parameters of a request."""
        said: dict[str, Any] = {}
        if self._limits:
            said[self._limits[0]] = sampling.max_tokens
        if sampling.temperature is not None and "temperature" not in self._silent:
            said["temperature"] = sampling.temperature
        if sampling.reasoning_effort is not None:
            if self._efforts is None:
                at = EFFORTS.index(sampling.reasoning_effort)
                self._efforts = list(EFFORTS[at : max(at + 1, EFFORTS.index("low") + 1)])
            if self._efforts:
                said["reasoning_effort"] = self._efforts[0]
        return said

    def learn(self, sent: Mapping[str, Any], param: str | None, message: str) -> bool:
        """Take in a refusal; return whether the same request, spelt anew, may be understood.

        Args:
            sent: the parameters that were refused.
            param: the one that the endpoint names, where it does.
            message: what it says.
        """
        named = [param] if param in sent else _QUOTED.findall(message)
        name = next((name for name in named if name in sent), None)
        if name is None:
            return False
        if name in _LIMITS:
            self._limits = [limit for limit in self._limits if limit != name]
        elif name == "reasoning_effort" and self._efforts:
            # A value may be wrong where the parameter is right: try the next higher one.
            unknown = _UNKNOWN.search(message)
            tried = sent[name]
            self._efforts = [] if unknown else [e for e in self._efforts if e != tried]
        else:
            self._silent.add(name)
        return True
