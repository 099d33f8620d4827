"""The one door to a language model: any endpoint that speaks OpenAI's Chat Completions.

Where it is and what opens it comes from the environment alone (OPENAI_BASE_URL, OPENAI_API_KEY),
and no error here repeats the key.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from elsa_data.captions.dialect import Dialect, Sampling
from elsa_data.captions.endpoint import checked_host, checked_key, without_keys
from elsa_data.captions.prompts import Messages
from elsa_data.captions.replies import Reply, error_of, reply_of, retry_after_s
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
            ModuleNotFoundError: openai is not installed.
        """
        import httpx2
        import openai

        self._openai, self._httpx = openai, httpx2
        self.secret = checked_key(os.environ.get("OPENAI_API_KEY", ""))
        self.host = checked_host(os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1")
        self._model, self._timeout_s = model, timeout_s
        self._dialect = _DIALECTS.setdefault((self.host, model), Dialect(self.host))
        self._client: Any = None
        self._http: Any = None
        self._request: Any = None
        self.refusal = ""

    async def __aenter__(self) -> "Chat":
        # aiohttp, where it is installed, answers about twice as many requests a second.
        try:
            self._http = self._openai.DefaultAioHttpClient(timeout=self._timeout_s)
        except RuntimeError:
            self._http = self._openai.DefaultAsyncHttpxClient(timeout=self._timeout_s)
        self._client = self._openai.AsyncOpenAI(
            api_key=self.secret, http_client=self._http, max_retries=0, timeout=self._timeout_s
        )
        self._request = self._form()
        return self

    def _form(self) -> Callable[[bytes], Any]:
        """Return what makes a request of a body: address and openai's headers are read once."""
        named = {**self._client.default_headers, **self._client.auth_headers}
        # What openai leaves out stands there as an object of its own.
        headers = self._httpx.Headers({k: v for k, v in named.items() if isinstance(v, str)})
        url = self._httpx.URL(f"{self._client.base_url}chat/completions")
        limits = {"timeout": self._http.timeout.as_dict()}

        def request(content: bytes) -> Any:
            return self._httpx.Request(
                "POST", url, headers=headers, content=content, extensions=limits
            )

        return request

    async def __aexit__(self, *exception: object) -> None:
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
            try:
                response = await self._post(messages, sent)
            except self._openai.APIStatusError as error:
                if self._misspelt(error, sent, sampling):
                    continue
                return self._refusal(error)
            return reply_of(response.content, response.headers, secret=self.secret)
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
            return await self._reached(request)
        except self._openai.APIStatusError as error:
            if error.status_code in (404, 405, 501):
                raise ConfigError(
                    f"{self.host} has no Batch API ({error.status_code}: {self._said(error)}): "
                    "leave out --batch"
                ) from None
            self._refusal(error)
            raise BuildError(f"{self.host} refuses the batch ({self.refusal})") from None

    async def _post(self, messages: Messages, sent: Mapping[str, Any]) -> Any:
        """Return the response, its body read.

        It goes through openai's connections, in openai's headers, past its models of requests and
        responses: they take longer than all the rest, and what servers send is judged here.
        """
        content = json.dumps({"model": self._model, "messages": messages, **sent}).encode()
        response = await self._reached(lambda _: self._http.send(self._request(content)))
        if response.is_success:
            return response
        raise self._openai.APIStatusError(
            f"status {response.status_code}", response=response, body=error_of(response.content)
        )

    async def _reached(self, request: Callable[[Any], Awaitable[Result]]) -> Result:
        """Return what a request gives; a fault on the way to the endpoint is Busy."""
        started = time.monotonic()
        try:
            return await request(self._client)
        except self._openai.APIStatusError:
            raise
        except (
            self._openai.APIConnectionError,
            self._httpx.RequestError,
            TimeoutError,
            *_transport_errors(),
        ):
            # aiohttp calls a dropped connection a time-out; the clock knows better.
            timed_out = time.monotonic() - started >= 0.95 * self._timeout_s
            kind = "timeout" if timed_out else "connection"
            raise Busy(kind, f"{self.host} gives no answer ({kind})") from None

    def _misspelt(self, error: Any, sent: Mapping[str, Any], sampling: Sampling) -> bool:
        """Return whether the request is worth sending again in other words."""
        if error.status_code not in (400, 422):
            return False
        if sent != self._dialect.spelt(sampling):
            return True  # another request has learnt it meanwhile
        said = error.body.get("message") if isinstance(error.body, dict) else error.body
        return self._dialect.learn(sent, error.param, str(said))

    def _refusal(self, error: Any) -> Reply:
        """Return the fault of a request that was refused for good.

        Raises:
            Busy, ConfigError, BuildError: as `ask`.
        """
        status, said = error.status_code, self._said(error)
        if {error.code, error.type} & set(QUOTA_CODES) or status == 402:
            raise BuildError(
                f"{self.host} has no quota left for this key ({status}: {said}): add credit or use "
                "another key, then run the same command again; every answer so far is kept"
            ) from None
        if status in REFUSED_STATUS:
            self.refusal = f"{status}: {said}"
            return Reply(fault="bad-request")
        if status in BUSY_STATUS or status >= 500:
            kind = "rate-limit" if status == 429 else "overloaded" if status == 503 else "server"
            wait_s = retry_after_s(error.response.headers)
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

    def _said(self, error: Any) -> str:
        """Return the endpoint's own words in one line, with nothing in them that opens a door."""
        body = error.body
        said = body.get("message") if isinstance(body, dict) else None
        return without_keys(" ".join(str(said or "no reason given").split()), self.secret)


def _transport_errors() -> tuple[type[BaseException], ...]:
    """Return what the transports raise that openai lets through."""
    aiohttp = sys.modules.get("aiohttp")
    errors = (OSError, asyncio.IncompleteReadError)
    return errors if aiohttp is None else (*errors, aiohttp.ClientError)
