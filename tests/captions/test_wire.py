"""One address asked over real sockets: by a proxy, with a name in the URL, with nobody there."""

import asyncio
import base64
import gzip

import pytest

from elsa_data.captions.wire import Response, Wire, faults
from elsa_data.errors import ConfigError
from tests.captions.llm_server import serving

BODY = b'{"model": "m", "messages": [{"role": "user", "content": "{}"}]}'
HEADERS = {"authorization": "Bearer sk-test"}


def posted(url: str, *, times: int = 1, timeout_s: float = 5.0) -> list[Response]:
    async def post() -> list[Response]:
        wire = Wire(f"{url}/chat/completions", HEADERS, timeout_s=timeout_s)
        try:
            return [await wire.post(BODY) for _ in range(times)]
        finally:
            await wire.close()

    return asyncio.run(post())


def test_a_body_is_sent_as_it_is_and_comes_back_with_its_status() -> None:
    with serving(("503", "html")) as server:
        busy, page = posted(server.url, times=2)
    assert (busy.status, page.status) == (503, 200)
    assert b"overloaded" in busy.content
    assert page.content.startswith(b"<html>")
    assert page.headers["Content-Type"] == page.headers["content-type"] == "text/html"
    assert [seen.content for seen in server.seen] == [BODY, BODY]


def test_a_name_and_a_password_in_the_url_do_not_replace_the_key() -> None:
    with serving(("html",)) as server:
        posted(server.url.replace("//", "//jo:secret@"))
    assert server.seen[0].headers["authorization"] == HEADERS["authorization"]


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(("html",)) as server:
        proxy = server.url.removesuffix("/v1").replace("//", "//jo:secret@")
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        posted("http://models.invalid/v1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        posted(server.url)
    by_proxy, alone = server.seen
    assert by_proxy.path == "http://models.invalid/v1/chat/completions"
    assert by_proxy.headers["host"] == "models.invalid"
    who = base64.b64encode(b"jo:secret").decode()
    assert by_proxy.headers["proxy-authorization"] == f"Basic {who}"
    assert alone.path == "/v1/chat/completions"


def test_a_proxy_that_cannot_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(ConfigError, match="HTTP_PROXY or ALL_PROXY"):
        posted("http://models.invalid/v1")


@pytest.mark.parametrize("behave", ["drop", "stall"])
def test_no_response_is_one_of_the_faults(behave: str) -> None:
    with serving((behave,)) as server, pytest.raises(faults()):
        posted(server.url, timeout_s=0.2)
    with pytest.raises(faults()):
        posted("http://127.0.0.1:1/v1")


def test_a_compressed_body_is_read() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = gzip.compress(b"well")
        head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    async def both() -> Response:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        wire = Wire(f"http://127.0.0.1:{port}/", HEADERS, timeout_s=5)
        async with server:
            response = await wire.post(BODY)
            await wire.close()
        return response

    assert asyncio.run(both()).content == b"well"
