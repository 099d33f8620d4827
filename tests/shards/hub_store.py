"""What the stand-in of the Hub remembers, and what is to go wrong with it."""

import hashlib
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Fault:
    """What happens to the next ``times`` requests that match: a status, or a dropped line.

    ``when``: before the request is carried out, or after it.
    """

    method: str
    path: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    when: str = "before"
    times: int = 1
    body: str = "injected"


@dataclass
class Store:
    """Everything the Hub remembers, in one folder; ``again``: what was sent though it was there.

    ``watch`` is called with a growing number at each request, and each piece of a body.
    """

    folder: Path
    token: str
    faults: list[Fault] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    watch: Callable[[int], None] = lambda _: None
    url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    counter: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def repo(self, repo: str) -> dict[str, Any] | None:
        path = self.folder / "repos" / f"{repo.replace('/', '--')}.json"
        return json.loads(path.read_text()) if path.is_file() else None

    def keep(self, repo: str, state: dict[str, Any]) -> None:
        path = self.folder / "repos" / f"{repo.replace('/', '--')}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(state))

    def blob(self, oid: str) -> Path:
        (self.folder / "blobs").mkdir(parents=True, exist_ok=True)
        return self.folder / "blobs" / oid

    def files(self, repo: str, revision: str = "main") -> dict[str, dict[str, Any]]:
        state = self.repo(repo)
        assert state is not None, f"no {repo}"
        return state["branches"][revision][-1]["files"]

    def content(self, repo: str, path: str, revision: str = "main") -> bytes:
        return self.blob(self.files(repo, revision)[path]["oid"]).read_bytes()

    def uploads(self) -> list[str]:
        """Return the id of every large file that was sent, as often as it was."""
        return [path.rpartition("/")[2] for method, path in self.log if method == "PUT"]

    def commits(self, repo: str, revision: str = "main") -> list[str]:
        state = self.repo(repo)
        return [] if state is None else [c["title"] for c in state["branches"][revision][1:]]


class Reply(Exception):
    """Ends a request with this answer."""

    def __init__(self, status: int, body: object = None, **headers: str) -> None:
        super().__init__(status)
        self.status, self.body = status, body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def git_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
