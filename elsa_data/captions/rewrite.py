"""Captions rewritten by a language model, none of them believed before it is judged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from elsa_data.captions.answers import SEGMENT_S, Answer
from elsa_data.captions.asking import Asker
from elsa_data.captions.examine import Examiner, Judged, Question, Task

UNAVAILABLE = "unavailable"
NOTHING_TO_SAY = "nothing-to-say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """What became of a caption.

    Attributes:
        text: the sentence that was accepted; None when none was.
        attempts: answers that were judged.
        reasons: why each rejected answer was; without a text the last one says why there is none.
        tokens_in: billed for its questions, in this run or an earlier one, unless an equal caption
            has accounted for them.
        tokens_out: billed for its answers, likewise.
    """

    text: str | None
    attempts: int
    reasons: tuple[str, ...]
    tokens_in: int
    tokens_out: int


class Rewriter:
    """Asks for what is not answered yet, for as long as `opened` is entered."""

    def __init__(self, examiner: Examiner, asker: Asker) -> None:
        """Take who puts and judges the questions, and who gets them answered."""
        self._examiner, self._asker = examiner, asker
        self._used: set[str] = set()
        self._asking: dict[str, asyncio.Task[Judged | None]] = {}

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Callable[[Task], Awaitable[Rewritten]]]:
        """Enter the client; yields `rewrite`."""
        async with self._asker.chat:
            flushing = asyncio.create_task(self._flush_in_time())
            try:
                yield self.rewrite
            finally:
                flushing.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await flushing

    async def rewrite(self, task: Task) -> Rewritten:
        """Return the first answer that is faithful, or none after the last attempt.

        Raises:
            ConfigError: the key, the model or the URL is wrong.
            BuildError: the quota is used up, the endpoint is down, or the storage refuses.
        """
        subject = self._examiner.subject(task)
        judged: list[Judged] = []
        end = None if subject else NOTHING_TO_SAY
        while subject and end is None and len(judged) < self._examiner.attempts:
            latest = await self._answered(self._examiner.question(subject, judged))
            if latest is None:
                end = UNAVAILABLE
            else:
                judged.append(latest)
                if latest.settles:
                    break
        reasons = [each.reason for each in judged if each.reason is not None]
        billed = self._first_used([each.answer for each in judged])
        return Rewritten(
            text=judged[-1].text if judged else None,
            attempts=len(judged),
            reasons=(*reasons, end) if end else tuple(reasons),
            tokens_in=sum(answer.tokens_in for answer in billed),
            tokens_out=sum(answer.tokens_out for answer in billed),
        )

    async def _answered(self, question: Question) -> Judged | None:
        """Return the kept answer, else a fresh one; None when there is none to be had now.

        Equal questions that are under way at the same time are asked once.
        """
        if (kept := self._examiner.kept(question)) is not None:
            return kept
        key = question.key
        if key not in self._asking:
            self._asking[key] = asyncio.create_task(self._fresh(question))
            self._asking[key].add_done_callback(lambda _: self._asking.pop(key, None))
        return await self._asking[key]

    async def _fresh(self, question: Question) -> Judged | None:
        """Return a new answer, kept before anybody uses it."""
        reply = await self._asker.ask(question.messages)
        return None if reply is None else self._examiner.keep(question, reply)

    def _first_used(self, answers: Sequence[Answer]) -> list[Answer]:
        """Return those that no earlier caption has used: an answer is billed once."""
        first = [answer for answer in answers if answer.key not in self._used]
        self._used.update(answer.key for answer in first)
        return first

    async def _flush_in_time(self) -> None:
        while True:
            await asyncio.sleep(SEGMENT_S)
            self._examiner.store.flush(due=True)
