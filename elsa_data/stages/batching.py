"""Answers fetched by the batch before captions are made: killed at any step, nothing is paid twice.

A batch covers whole shards. Its state is one file in ``batches/``, written after every
step and looked up before the next: uploaded, submitted, kept. What batches leave open (expired,
failed, rejected by the judge) goes into the next ones, and in the end to the caption stage.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from elsa_data.captions.answers import AnswerStore
from elsa_data.captions.batch import MOST_BYTES, MOST_REQUESTS, Batches, Status, question_line
from elsa_data.captions.chat import Chat
from elsa_data.captions.examine import Question, Writer
from elsa_data.captions.replies import Reply
from elsa_data.errors import BuildError
from elsa_data.records import Reject, ShardRef
from elsa_data.shards.commit import scratch, write_json
from elsa_data.shards.directory import Directory, shard_ref
from elsa_data.shards.marks import fingerprint, read_mark
from elsa_data.stages.caption import drafted
from elsa_data.stages.rewriting import examiner_of, store_of, tasks_of
from elsa_data.stages.settings import Settings

POLL_S = 60.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One batch of a build, from its file of questions to its answers kept.

    ``asks`` stands for model, prompt and sampling: another writer's answers wait for their own.
    """

    name: str
    asks: str
    shards: tuple[str, ...]
    questions: int
    file_id: str | None = None
    batch_id: str | None = None
    kept: bool = False


def fetch_by_batch(settings: Settings, writer: Writer, refs: Sequence[ShardRef], say: Say) -> None:
    """Fill the answers of shards that are simulated, until batches bring nothing more.

    Raises:
        ConfigError: the endpoint has no Batch API, or the key is wrong.
        BuildError: a batch was refused, or the endpoint is down.
    """
    asyncio.run(_Fetching(settings, writer, refs, say).run())


class _Fetching:
    def __init__(
        self, settings: Settings, writer: Writer, refs: Sequence[ShardRef], say: Say
    ) -> None:
        self._settings, self._writer, self._say = settings, writer, say
        self._directory = settings.directory
        done = settings.fingerprints()["caption"]
        self._refs = [
            ref
            for ref in refs
            if (mark := read_mark(self._directory, "caption", ref)) is None
            or mark.fingerprint != done
        ]
        prompt = {"name": writer.prompt.name, "sha256": writer.prompt.sha256}
        asks = {"model": writer.model, "sampling": writer.sampling.plain(), "prompt": prompt}
        self._asks = fingerprint(**asks)
        self._chat = Chat(writer.model, timeout_s=settings.traffic.timeout_s)
        self._batches = Batches(self._chat)

    async def run(self) -> None:
        async with self._chat:
            while True:
                pending = [
                    batch
                    for batch in _standing(self._directory)
                    if not batch.kept and batch.asks == self._asks
                ]
                busy = {name for batch in pending for name in batch.shards}
                with scratch(self._directory, "questions") as folder:
                    free = [ref for ref in self._refs if str(ref) not in busy]
                    for batch, file in self._questions(free, folder):
                        pending.append(await self._uploaded(batch, file))
                if not pending:
                    return
                pending = [await self._submitted(batch) for batch in pending]
                brought = [await self._kept(batch) for batch in pending]
                if not any(brought):
                    return

    def _questions(self, refs: Sequence[ShardRef], folder: Path) -> Iterator[tuple[Batch, Path]]:
        """Yield files of whole shards' questions, each as large as a batch may be."""
        lines: list[bytes] = []
        shards: list[str] = []
        for ref in refs:
            own = self._open_lines(ref)
            full = len(lines) + len(own) > MOST_REQUESTS
            if lines and (full or sum(map(len, lines)) + sum(map(len, own)) > MOST_BYTES):
                yield self._file(lines, shards, folder)
                lines, shards = [], []
            lines += own[: MOST_REQUESTS - len(lines)]
            shards += [str(ref)] if own else []
        if lines:
            yield self._file(lines, shards, folder)

    def _file(
        self, lines: Sequence[bytes], shards: Sequence[str], folder: Path
    ) -> tuple[Batch, Path]:
        name = secrets.token_hex(4)
        file = folder / f"{name}.jsonl"
        file.write_bytes(b"".join(lines))
        shards = tuple(shards)
        return Batch(name=name, asks=self._asks, shards=shards, questions=len(lines)), file

    def _open_lines(self, ref: ShardRef) -> list[bytes]:
        """Return the lines of the questions of a shard that have no answer yet, each once."""
        with store_of(self._settings, ref) as store:
            sampling = self._writer.sampling
            return [
                question_line(question.key, question.messages, self._chat, sampling)
                for question in self._open(ref, store).values()
            ]

    async def _uploaded(self, batch: Batch, file: Path) -> Batch:
        file_id = await self._batches.upload(file)
        return self._noted(replace(batch, file_id=file_id))

    async def _submitted(self, batch: Batch) -> Batch:
        if batch.batch_id is not None or batch.file_id is None:
            return batch
        self._say(f"batch {batch.name}: {batch.questions} questions submitted")
        return self._noted(replace(batch, batch_id=await self._batches.submit(batch.file_id)))

    async def _kept(self, batch: Batch) -> int:
        """Return how many answers a batch brought, once it has ended and they are kept."""
        status = await self._ended(batch)
        replies = await self._batches.answers(status)
        brought = sum(self._put(ref, replies) for ref in map(shard_ref, batch.shards) if ref)
        self._noted(replace(batch, kept=True))
        self._say(f"batch {batch.name}: {status.state}, {brought} answers")
        if status.state == "failed" and not brought:
            raise BuildError(
                f"{self._chat.host} failed the batch {batch.batch_id} ({status.errors}): mend "
                "that and run the same command again, or leave out --batch"
            )
        return brought

    async def _ended(self, batch: Batch) -> Status:
        said = -1
        while True:
            status = await self._batches.status(str(batch.batch_id))
            if status.ended:
                return status
            if status.done != said:
                said = status.done
                self._say(f"batch {batch.name}: {status.state}, {said} of {batch.questions}")
            await asyncio.sleep(POLL_S)

    def _put(self, ref: ShardRef, replies: dict[str, Reply]) -> int:
        """Keep the answers that belong to a shard; return how many are new to it."""
        with store_of(self._settings, ref) as store:
            examiner = examiner_of(self._settings, self._writer, store)
            new = [q for key, q in self._open(ref, store).items() if key in replies]
            for question in new:
                examiner.keep(question, replies[question.key])
        return len(new)

    def _open(self, ref: ShardRef, store: AnswerStore) -> dict[str, Question]:
        """Return the open questions of a shard by their keys."""
        examiner = examiner_of(self._settings, self._writer, store)
        ignored: list[Reject] = []
        tasks = (
            task
            for draft in drafted(ref, self._settings, ignored)
            for task in tasks_of(draft, self._settings)
        )
        questions = filter(None, map(examiner.open_question, tasks))
        return {question.key: question for question in questions}

    def _noted(self, batch: Batch) -> Batch:
        """Write the state of a batch down, before anything else happens to it."""
        url = self._directory.path("batches", f"{batch.name}.json")
        write_json(self._directory, url, asdict(batch))
        return batch


def _standing(directory: Directory) -> Iterator[Batch]:
    """Yield the batches of a build that the endpoint has been told of."""
    for path in directory.files("batches"):
        plain = json.loads(directory.fs.cat_file(directory.path(*path.split("/"))))
        yield Batch(**plain | {"shards": tuple(plain["shards"])})
