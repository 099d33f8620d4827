"""Captions rewritten by a language model, none of them believed before it is judged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from elsa_data.captions.answers import SEGMENT_S, Answer
from elsa_data.captions.asking import Asker, Patience
from elsa_data.captions.chat import Chat
from elsa_data.captions.dialect import Sampling
from elsa_data.captions.examine import Examiner, Judged, Question, Task, Writer
from elsa_data.captions.pace import Pace, Traffic

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
        appeals: what the judge said against each rejected sentence it was asked about; None where
            it let the sentence pass.
    """

    text: str | None
    attempts: int
    reasons: tuple[str, ...]
    tokens_in: int
    tokens_out: int
    appeals: tuple[str | None, ...] = ()

    @property
    def by_judge(self) -> bool:
        """Whether the sentence was accepted by the judge, against the rules."""
        return self.text is not None and None in self.appeals


class Rewriter:
    """Asks for what is not answered yet, for as long as `opened` is entered.

    Attributes:
        asker: who gets the writer's questions answered.
        of_judge: who gets those to the judge answered; None where there is no judge.
    """

    def __init__(self, examiner: Examiner, asker: Asker, of_judge: Asker | None = None) -> None:
        """Take who puts and judges the questions, and who gets them answered."""
        self.asker, self.of_judge = asker, of_judge
        self._examiner = examiner
        self._used: set[str] = set()
        self._asking: dict[str, asyncio.Task[Judged | None]] = {}

    @property
    def retries(self) -> int:
        """Requests that were sent again."""
        others = self.of_judge.spent.retries if self.of_judge else 0
        return self.asker.spent.retries + others

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Callable[[Task], Awaitable[Rewritten]]]:
        """Enter the client; yields `rewrite`."""
        async with AsyncExitStack() as stack:
            for asker in filter(None, (self.asker, self.of_judge)):
                await stack.enter_async_context(asker.chat)
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
        appeals: list[Judged] = []
        end, text = None if subject else NOTHING_TO_SAY, None
        while subject and end is None and len(judged) < self._examiner.attempts:
            question = self._examiner.question(subject, judged)
            latest = await self._answered(question)
            if latest is None:
                end = UNAVAILABLE
                break
            judged.append(latest)
            appeal = await self._appealed(question, latest)
            appeals += [appeal] if appeal else []
            text = latest.text or (appeal.text if appeal else None)
            if latest.settles or text is not None:
                break
        rejected = judged[:-1] if text is not None else judged
        reasons = [str(each.reason) for each in rejected]
        billed = self._first_used([each.answer for each in (*judged, *appeals)])
        return Rewritten(
            text=text,
            attempts=len(judged),
            reasons=(*reasons, end) if end else tuple(reasons),
            tokens_in=sum(answer.tokens_in for answer in billed),
            tokens_out=sum(answer.tokens_out for answer in billed),
            appeals=tuple(each.reason for each in appeals),
        )

    async def _appealed(self, question: Question, judged: Judged) -> Judged | None:
        """Return what the judge says of an answer; None where it is not asked, or does not say."""
        appeal = self._examiner.appeal(question, judged)
        return None if appeal is None else await self._answered(appeal)

    async def _answered(self, question: Question) -> Judged | None:
        """Return the kept answer, else a fresh one; None when there is none to be had now.

        Equal questions that are under way at the same time are asked once.
        """
        if (kept := self._examiner.kept(question)) is not None:
            return kept
        key = question.key
        if key in self._asking:
            await self._asking[key]
            # The judge is not told the target: the same answer may be another verdict.
            return self._examiner.kept(question)
        self._asking[key] = asyncio.create_task(self._fresh(question))
        self._asking[key].add_done_callback(lambda _: self._asking.pop(key, None))
        return await self._asking[key]

    async def _fresh(self, question: Question) -> Judged | None:
        """Return a new answer, kept before anybody uses it."""
        asker = self.of_judge if question.sentence is not None else self.asker
        reply = await asker.ask(question.messages) if asker else None
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


def rewriter_of(
    examiner: Examiner, writer: Writer, traffic: Traffic, patience: Patience | None = None
) -> Rewriter:
    """Return who rewrites captions through the endpoint of the environment.

    Writer and judge share what the process may ask.

    Raises:
        ConfigError: there is no key, or it or the URL cannot be used.
        ModuleNotFoundError: openai or aiohttp is not installed.
    """
    pace, judge = Pace(traffic), writer.judge

    def asker(model: str, sampling: Sampling) -> Asker:
        return Asker(Chat(model, timeout_s=traffic.timeout_s), sampling, pace, patience)

    of_judge = None if judge is None else asker(judge.model, judge.sampling)
    return Rewriter(examiner, asker(writer.model, writer.sampling), of_judge)
