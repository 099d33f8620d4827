"""A stand-in of the Hugging Face Hub on loopback, with real state on disk.

It speaks the routes that huggingface_hub and datasets use: repositories with branches and commits,
small files by git's id, large ones through git LFS, and downloads with ranges. It can also be busy,
break off, echo what it should not, or be watched.
"""

import json
import re
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.shards.hub_routes import ROUTES, Routes
from tests.shards.hub_store import Fault, Reply, Store

CHUNK = 1 << 16


class Handler(Routes):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None: ...

    def _serve(self) -> None:
        path = unquote(urlsplit(self.path).path)
        with self.store.lock:
            number = next(self.store.counter)
            self.store.log.append((self.command, path))
            fault = next((f for f in self.store.faults if f.times and self._matches(f, path)), None)
            if fault:
                fault.times -= 1
        self.store.watch(number)
        body = self._body()
        if fault and fault.when == "before":
            self._fail(fault)
            return
        try:
            with self.store.lock:
                answer = self._answer(path, body)
        except Reply as reply:
            answer = reply
        except (LookupError, ValueError, TypeError, AttributeError):
            # A fault of the stand-in must not look like one of the line, which is tried again.
            answer = Reply(501, {"error": traceback.format_exc()})
        if fault:
            self._fail(fault)
            return
        self._send(answer)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _serve

    def _matches(self, fault: Fault, path: str) -> bool:
        return fault.method == self.command and re.search(fault.path, path) is not None

    def _body(self) -> bytes:
        """Return the body; one that is large is watched while it arrives."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(iter(self._chunk, b""))
        left, parts = int(self.headers.get("Content-Length") or 0), []
        while left:
            part = self.rfile.read(min(left, CHUNK))
            if not part:
                raise ConnectionResetError
            left -= len(part)
            parts.append(part)
            self.store.watch(next(self.store.counter))
        return b"".join(parts)

    def _chunk(self) -> bytes:
        data = self.rfile.read(int(self.rfile.readline().strip() or b"0", 16))
        self.rfile.readline()
        return data

    def _fail(self, fault: Fault) -> None:
        if fault.status is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        echoed = fault.body.replace("{token}", self.headers.get("Authorization", ""))
        self._send(Reply(fault.status, {"error": echoed}, **fault.headers))

    def _send(self, reply: Reply) -> None:
        body = reply.body
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        error = {"X-Error-Message": str(body)} if reply.status >= 400 else {}
        length = reply.headers.pop("Content-Length", str(len(data)))
        self.send_response(reply.status)
        for name, value in {**reply.headers, **error, "Content-Length": length}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _answer(self, path: str, body: bytes) -> Reply:
        for method, pattern, answer in ROUTES:
            if method == self.command and (match := re.fullmatch(pattern, path)):
                return answer(self, body, **match.groupdict())
        return Reply(501, {"error": f"the stand-in has no {self.command} {path}"})


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that are killed leave in the middle of a sentence."""


@contextmanager
def hub(folder: Path, token: str) -> Iterator[Store]:
    """Return the state of a stand-in that serves from this folder until the block ends."""
    store = Store(folder=folder, token=token)
    handler = type("Bound", (Handler,), {"store": store})
    server = Server(("127.0.0.1", 0), handler)
    store.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
