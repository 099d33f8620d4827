"""Requests to one address, over connections that are kept: what the caption engine sends goes here.

openai's own road to the same connections builds objects of its client library on the way there and
back, which takes three times as long as the request itself; what servers send is judged in
`elsa_data.captions.replies`.
"""

import asyncio
import functools
import ssl
from collections.abc import Mapping
from typing import NamedTuple

from elsa_data.captions.endpoint import proxy_of


class Response(NamedTuple):
    """What came back, its body read."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def faults() -> tuple[type[BaseException], ...]:
    """Return what a request raises when there is no response.

    Raises:
        ModuleNotFoundError: aiohttp is not installed.
    """
    import aiohttp

    return (aiohttp.ClientError, TimeoutError, OSError, asyncio.IncompleteReadError)


@functools.cache
def _authorities() -> ssl.SSLContext:
    """Return the authorities that openai's client trusts; to read them takes 30 ms."""
    import httpx2

    return httpx2.create_ssl_context()


class Wire:
    """The connections to one address; to be made where an event loop runs, and closed there."""

    def __init__(self, url: str, headers: Mapping[str, str], *, timeout_s: float) -> None:
        """Open nothing yet.

        Args:
            url: where everything goes.
            headers: what is sent with every request.
            timeout_s: how long a request may take, from its start to the end of the response.

        Raises:
            ConfigError: the environment names a proxy that cannot be used.
        """
        import aiohttp
        import yarl

        # A name and a password before the host would contradict the key.
        self._url = yarl.URL(url).with_user(None)
        self._session = aiohttp.ClientSession(
            headers=headers,
            # As many connections as the pace allows.
            connector=aiohttp.TCPConnector(ssl=_authorities(), limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=timeout_s),
            proxy=proxy_of(url),
        )

    async def post(self, content: bytes) -> Response:
        """Return the response to a body.

        Raises:
            Exception: one of `faults`; there is none.
        """
        async with self._session.post(self._url, data=content) as response:
            return Response(response.status, response.headers, await response.read())

    async def close(self) -> None:
        """Let go of the connections."""
        await self._session.close()
