"""Questions by the file: a batch costs half and comes back within a day.

Each of these is one request; none remembers anything. What a build has under way is the business
of `elsa_data.stages.batching`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from elsa_data.captions.asking import Patience, backoff_s
from elsa_data.captions.chat import Busy, Chat
from elsa_data.captions.dialect import Sampling
from elsa_data.captions.pace import LONGEST_PAUSE_S
from elsa_data.captions.prompts import Messages
from elsa_data.captions.replies import Reply, reply_of
from elsa_data.errors import BuildError

MOST_REQUESTS: Final = 50_000
MOST_BYTES: Final = 190_000_000
"""What one file may hold, with room to spare below 200 MB."""

WINDOW: Final = "24h"
ENDPOINT: Final = "/v1/chat/completions"
ENDED: Final = ("completed", "failed", "expired", "cancelled")
LISTED: Final = 100

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far a batch is. ``files`` hold its answers and its errors, as far as there are any."""

    batch_id: str
    input_file_id: str
    state: str
    done: int
    total: int
    files: tuple[str, ...]
    errors: str

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED


class Batches:
    """The batches of an endpoint, by way of a chat that is entered."""

    def __init__(self, chat: Chat, patience: Patience | None = None) -> None:
        """Take the chat and how often a request is tried."""
        self._chat, self._patience = chat, patience or Patience()

    async def upload(self, file: Path) -> str:
        """Return the id of an uploaded file of questions."""

        async def send(client: Any) -> Any:
            with file.open("rb") as opened:
                return await client.files.create(file=(file.name, opened), purpose="batch")

        return (await self._patiently(send)).id

    async def submit(self, file_id: str) -> str:
        """Return the id of the batch of an uploaded file: of the one there is, else of a new one.

        A file is never submitted twice, whatever became of the answer to an earlier try.
        """

        async def send(client: Any) -> str:
            if (standing := await self._of_file(client, file_id)) is not None:
                return standing
            made = await client.batches.create(
                input_file_id=file_id, endpoint=ENDPOINT, completion_window=WINDOW
            )
            return made.id

        return await self._patiently(send)

    async def status(self, batch_id: str) -> Status:
        """Return how far a batch is."""
        batch = await self._patiently(lambda client: client.batches.retrieve(batch_id))
        counts = batch.request_counts
        faults = batch.errors.data if batch.errors and batch.errors.data else []
        return Status(
            batch_id=batch_id,
            input_file_id=batch.input_file_id,
            state=batch.status,
            done=counts.completed + counts.failed if counts else 0,
            total=counts.total if counts else 0,
            files=tuple(filter(None, (batch.output_file_id, batch.error_file_id))),
            errors="; ".join(str(fault.message) for fault in faults[:3]),
        )

    async def answers(self, status: Status) -> dict[str, Reply]:
        """Return what came of the questions of a batch, by their ids; some may be missing."""
        replies: dict[str, Reply] = {}
        for file_id in status.files:
            content = await self._patiently(lambda client, f=file_id: client.files.content(f))
            replies.update(_replies(content.content, self._chat.secret))
        return replies

    async def _of_file(self, client: Any, file_id: str) -> str | None:
        """Return the batch that was made of a file, if it is among the latest."""
        page = await client.batches.list(limit=LISTED)
        return next((b.id for b in page.data if b.input_file_id == file_id), None)

    async def _patiently(self, request: Callable[[Any], Awaitable[Result]]) -> Result:
        for tries in range(1, self._patience.tries + 1):
            try:
                return await self._chat.call(request)
            except Busy as busy:
                if tries == self._patience.tries:
                    raise BuildError(
                        f"{busy}, {tries} times: run the same command again later; what is under "
                        "way goes on without us"
                    ) from None
                wait_s = min(busy.retry_after_s or 0.0, LONGEST_PAUSE_S)
                await asyncio.sleep(max(wait_s, backoff_s(tries)))
        raise ValueError("a request is tried at least once")


def question_line(key: str, messages: Messages, chat: Chat, sampling: Sampling) -> bytes:
    """Return the line of a question in a file of them; its key comes back with its answer."""
    body = chat.body(messages, sampling)
    line = {"custom_id": key, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _replies(content: bytes, secret: str) -> Iterable[tuple[str, Reply]]:
    """Yield the answers of a file; those the endpoint owes us still are left out."""
    for key, response in _lines(content):
        body = json.dumps(response.get("body")).encode()
        match response.get("status_code"):
            case 200:
                yield key, reply_of(body, {}, secret=secret)
            case 400 | 413 | 415 | 422:
                yield key, Reply(fault="bad-request")


def _lines(content: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in content.split(b"\n"):
        try:
            plain = json.loads(line)
        except ValueError:
            continue
        if isinstance(plain, dict) and isinstance(plain.get("response"), dict):
            yield str(plain.get("custom_id")), plain["response"]
