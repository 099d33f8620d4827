"""The one door to a language model: any endpoint that speaks OpenAI's Chat Completions.

Where it is and what opens it comes from the environment alone (OPENAI_BASE_URL, OPENAI_API_KEY),
and no error here repeats the key.
"""

import json
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from elsa_data.captions.dialect import Dialect, Sampling
from elsa_data.captions.endpoint import checked_host, checked_key, without_keys
from elsa_data.captions.prompts import Messages
from elsa_data.captions.replies import Refusal, Reply, error_of, reply_of, retry_after_s
from elsa_data.captions.wire import Wire, faults
from elsa_data.errors import BuildError, ConfigError, TransientError

QUOTA_CODES: Final = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
BUSY_STATUS: Final = (408, 409, 425, 429)
REFUSED_STATUS: Final = (400, 413, 415, 422)
MOST_SPELLINGS: Final = 8

Result = TypeVar("Result")

_DIALECTS: Final[dict[tuple[str, str], Dialect]] = {}
"""What this process has learnt of each endpoint and model; it only ever grows truer."""


class Busy(TransientError):
    """The endpoint gives no answer now.

    Attributes:
        kind: ``rate-limit``, ``overloaded``, ``server``, ``connection`` or ``timeout``.
        retry_after_s: how long it asks to be left alone; None when it does not say.
    """

    def __init__(self, kind: str, message: str, retry_after_s: float | None = None) -> None:
        """Keep what a retry is timed by."""
        super().__init__(message)
        self.kind, self.retry_after_s = kind, retry_after_s


class Chat:
    """A client of one model, for the length of an ``async with`` block.

    Attributes:
        host: host and port of the endpoint.
        secret: the key, to be kept out of everything.
        refusal: what the endpoint said of the last question it would not take.
    """

    def __init__(self, model: str, *, timeout_s: float = 60.0) -> None:
        """Read the environment; nothing is sent.

        Raises:
            ConfigError: there is no key, or it or the URL cannot be used.
            ModuleNotFoundError: openai or aiohttp is not installed.
        """
        import openai

        self._openai = openai
        self._faults = (openai.APIConnectionError, *faults())
        self.secret = checked_key(os.environ.get("OPENAI_API_KEY", ""))
        self.host = checked_host(os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1")
        self._model, self._timeout_s = model, timeout_s
        self._dialect = _DIALECTS.setdefault((self.host, model), Dialect(self.host))
        self._client: Any = None
        self._wire: Any = None
        self.refusal = ""

    async def __aenter__(self) -> "Chat":
        self._client = self._openai.AsyncOpenAI(
            api_key=self.secret, max_retries=0, timeout=self._timeout_s
        )
        named = {**self._client.default_headers, **self._client.auth_headers}
        # What openai leaves out stands there as an object of its own.
        headers = {name: said for name, said in named.items() if isinstance(said, str)}
        url = f"{self._client.base_url}chat/completions"
        self._wire = Wire(url, headers, timeout_s=self._timeout_s)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._wire.close()
        await self._client.close()

    async def ask(self, messages: Messages, sampling: Sampling) -> Reply:
        """Return the answer to one question, asked once.

        Raises:
            Busy: there is no answer now.
            ConfigError: the key, the model or the URL is wrong.
            BuildError: the account has no quota left.
        """
        for _ in range(MOST_SPELLINGS):
            sent = self._dialect.spelt(sampling)
            asked = json.dumps({"model": self._model, "messages": messages, **sent}).encode()
            response = await self._reached(lambda content=asked: self._wire.post(content))
            if 200 <= response.status < 300:
                return reply_of(response.content, response.headers, secret=self.secret)
            refusal = Refusal(response.status, response.headers, error_of(response.content))
            if not self._misspelt(refusal, sent, sampling):
                return self._refused(refusal)
        return Reply(fault="bad-request")

    def body(self, messages: Messages, sampling: Sampling) -> dict[str, Any]:
        """Return a question as it is sent, in the parameters that the endpoint is known to take."""
        return {"model": self._model, "messages": messages, **self._dialect.spelt(sampling)}

    async def call(self, request: Callable[[Any], Awaitable[Result]]) -> Result:
        """Return what some other request to the endpoint gives; ``request`` gets the client.

        Raises:
            Busy, ConfigError, BuildError: as `ask`; also when it is refused for good.
        """
        try:
            return await self._reached(lambda: request(self._client))
        except self._openai.APIStatusError as error:
            refusal = Refusal(error.status_code, error.response.headers, error.body)
            if refusal.status in (404, 405, 501):
                raise ConfigError(
                    f"{self.host} has no Batch API ({refusal.status}: {self._said(refusal)}): "
                    "leave out --batch"
                ) from None
            self._refused(refusal)
            raise BuildError(f"{self.host} refuses the batch ({self.refusal})") from None

    async def _reached(self, request: Callable[[], Awaitable[Result]]) -> Result:
        """Return what a request gives; a fault on the way to the endpoint is Busy."""
        started = time.monotonic()
        try:
            return await request()
        except self._faults:
            # Libraries call a dropped connection a time-out; the clock knows better.
            timed_out = time.monotonic() - started >= 0.95 * self._timeout_s
            kind = "timeout" if timed_out else "connection"
            raise Busy(kind, f"{self.host} gives no answer ({kind})") from None

    def _misspelt(self, refusal: Refusal, sent: Mapping[str, Any], sampling: Sampling) -> bool:
        """Return whether the request is worth sending again in other words."""
        if refusal.status not in (400, 422):
            return False
        if sent != self._dialect.spelt(sampling):
            return True  # another request has learnt it meanwhile
        return self._dialect.learn(sent, refusal.told("param"), refusal.message)

    def _refused(self, refusal: Refusal) -> Reply:
        """Return the fault of a request that was refused for good.

        Raises:
            Busy, ConfigError, BuildError: as `ask`.
        """
        status, said = refusal.status, self._said(refusal)
        if {refusal.told("code"), refusal.told("type")} & set(QUOTA_CODES) or status == 402:
            raise BuildError(
                f"{self.host} has no quota left for this key ({status}: {said}): add credit or use "
                "another key, then run the same command again; every answer so far is kept"
            ) from None
        if status in REFUSED_STATUS:
            self.refusal = f"{status}: {said}"
            return Reply(fault="bad-request")
        if status in BUSY_STATUS or status >= 500:
            kind = "rate-limit" if status == 429 else "overloaded" if status == 503 else "server"
            wait_s = retry_after_s(refusal.headers)
            raise Busy(kind, f"{self.host} answers {status}: {said}", wait_s) from None
        if status in (401, 403):
            raise ConfigError(
                f"{self.host} refuses this key ({status}: {said}): set OPENAI_API_KEY to one that "
                f"may use {self._model}"
            ) from None
        raise ConfigError(
            f"{self.host} does not have model {self._model!r} at this address ({status}: {said}): "
            "see --model and OPENAI_BASE_URL"
        ) from None

    def _said(self, refusal: Refusal) -> str:
        """Return the endpoint's own words in one line, with nothing in them that opens a door."""
        said = refusal.told("message") or "no reason given"
        return without_keys(" ".join(said.split()), self.secret)
