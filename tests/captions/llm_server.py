"""A real HTTP server on the loopback that speaks Chat Completions, well or badly, as it is told.

In a test: ``with serving(behave) as server``, where ``behave`` names what each request gets. As a
process of its own, for measuring: ``python -m tests.captions.llm_server [PORT]``.
"""

import asyncio
import contextlib
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.captions.llm_answers import BEHAVIOURS, Response, Seen

Behave = Callable[[Seen], str]


def good(_: Seen) -> str:
    return "good"


class Routes(Protocol):
    """Answers what is not a completion."""

    def respond(self, server: "LlmServer", seen: Seen) -> Response | None: ...


@dataclass
class LlmServer:
    """What was asked and how it was answered.

    ``behave`` gets each request, numbered from 0, and returns the name of a behaviour; a tuple of
    names is used up one request at a time, the last one for ever.
    """

    behave: Behave = good
    latency_s: float = 0.0
    keep: bool = True
    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    batches: "Routes | None" = None
    in_flight: int = 0
    most_in_flight: int = 0

    @property
    def requests(self) -> int:
        return self.counts["requests"]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side closes it."""
        try:
            while (seen := await _read(reader)) is not None:
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
                try:
                    if not await self._respond(seen, writer):
                        return
                finally:
                    self.in_flight -= 1
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _respond(self, seen: Seen, writer: asyncio.StreamWriter) -> bool:
        """Write the answer to a request; return whether the connection goes on."""
        seen.number = self.counts["requests"]
        self.counts["requests"] += 1
        response = None if self.batches is None else self.batches.respond(self, seen)
        if response is not None:
            self.counts["batch requests"] += 1
        elif seen.path.endswith("/chat/completions"):
            name = self.behave(seen)
            self.counts[name] += 1
            response = BEHAVIOURS[name](seen)
        else:
            response = Response(status=404, body={"error": {"message": "no such path"}})
        if self.keep:
            self.seen.append(seen)
        if self.latency_s or response.delay_s:
            await asyncio.sleep(self.latency_s + response.delay_s)
        if response.drop:
            return False
        writer.write(response.encoded())
        await writer.drain()
        return True


async def _read(reader: asyncio.StreamReader) -> Seen | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    return Seen(method=method, path=path, headers=headers, content=content)


@contextlib.contextmanager
def serving(behave: Behave | tuple[str, ...] = good, **options: Any) -> Iterator[LlmServer]:
    """A server at work in a thread of this process; ``server.url`` is its OPENAI_BASE_URL."""
    server = LlmServer(behave=_in_turn(behave) if isinstance(behave, tuple) else behave, **options)
    loop = asyncio.new_event_loop()
    started = threading.Event()
    thread = threading.Thread(target=_run, args=(loop, server, started), daemon=True)
    thread.start()
    started.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _run(loop: asyncio.AbstractEventLoop, server: LlmServer, started: threading.Event) -> None:
    asyncio.set_event_loop(loop)
    listening = loop.run_until_complete(asyncio.start_server(server.answer, "127.0.0.1", 0))
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    started.set()
    loop.run_forever()
    listening.close()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


def _in_turn(names: tuple[str, ...]) -> Behave:
    return lambda seen: names[min(seen.number, len(names) - 1)]


async def _alone(port: int) -> None:
    server = LlmServer(keep=False)
    listening = await asyncio.start_server(server.answer, "127.0.0.1", port)
    address = listening.sockets[0].getsockname()
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{address[1]}/v1"}) + "\n")
    sys.stdout.flush()
    async with listening:
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(_alone(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
