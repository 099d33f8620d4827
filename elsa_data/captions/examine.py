"""What is asked of a caption, one attempt after the other, and what is made of each answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from elsa_data.captions.answers import Answer, AnswerStore, question_key
from elsa_data.captions.contacts import without_contacts
from elsa_data.captions.dialect import Sampling
from elsa_data.captions.judge import LlmJudge, objection
from elsa_data.captions.prompts import Facts, Messages, Prompt, facts_of
from elsa_data.captions.replies import Reply
from elsa_data.config import Vocabulary
from elsa_data.records import SpatialAttributes

FINAL_FAULT: Final = "bad-request"
"""The endpoint would refuse the same caption again."""

CUT_OFF: Final = "it is longer than 30 words"
"""What the model is told of an answer that had no end."""

Judge = Callable[[Sequence[str], SpatialAttributes, str], str | None]
"""Says why a sentence is not faithful to its source captions and words; None when it is."""

Unsettled = Callable[[str, str, Sequence[str], SpatialAttributes], bool]
"""Whether another reader may overrule a reason against a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes and what is asked: all that an answer depends on besides the caption itself.

    ``judge`` is asked about sentences that the rules refuse and cannot settle; None: they stand.
    """

    model: str
    prompt: Prompt
    attempts: int = 3
    sampling: Sampling = field(default_factory=Sampling)
    judge: LlmJudge | None = None

    def key(self, messages: Messages, attempt: int) -> str:
        """Return the key of a question.

        A prompt counts by the messages it makes: one that words some rows anew asks for those.
        """
        return question_key(self.model, messages, self.sampling.plain(), attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One caption to rewrite, of one or several sources; ``key`` and ``seed`` choose its style."""

    key: str
    seed: int
    captions: tuple[str, ...]
    attributes: SpatialAttributes


class Judged(NamedTuple):
    """An answer with its sentence, when that is faithful, or with why there is none."""

    answer: Answer
    text: str | None
    reason: str | None

    @property
    def settles(self) -> bool:
        """Whether no further attempt is worth making."""
        return self.text is not None or self.answer.fault == FINAL_FAULT


class Subject(NamedTuple):
    """A task as it is asked: contacts taken out, words spelt, style chosen."""

    captions: tuple[str, ...]
    attributes: SpatialAttributes
    facts: Facts
    style: str


class Question(NamedTuple):
    """One attempt at a subject; with a ``sentence``, what the judge is asked about it."""

    subject: Subject
    attempt: int
    messages: Messages
    key: str
    sentence: str | None = None


class Examiner:
    """Puts the questions, and keeps and judges the answers of one store."""

    def __init__(
        self,
        writer: Writer,
        vocabulary: Vocabulary,
        store: AnswerStore,
        *,
        judge: Judge,
        mend: Callable[[str], str] = str.strip,
        unsettled: Unsettled = lambda *_: False,
    ) -> None:
        """Take what it works with.

        Args:
            writer: who is asked what.
            vocabulary: the words in use.
            store: where the answers are kept.
            judge: believes a sentence or says why not.
            mend: repairs an answer's form before it is judged.
            unsettled: says which reasons the writer's judge may overrule.
        """
        self.store, self.attempts = store, writer.attempts
        self._writer, self._vocabulary = writer, vocabulary
        self._judge, self._mend, self._unsettled = judge, mend, unsettled

    def subject(self, task: Task) -> Subject | None:
        """Return what to ask about; None without words to add or a caption to add them to."""
        captions = tuple(map(without_contacts, task.captions))
        facts = facts_of(task.attributes, self._vocabulary)
        if not facts or not all(any(map(str.isalpha, caption)) for caption in captions):
            return None
        style = self._writer.prompt.style(facts, seed=task.seed, key=task.key)
        return Subject(captions, task.attributes, facts, style)

    def question(self, subject: Subject, before: Sequence[Judged]) -> Question:
        """Return the next question, after these answers."""
        rejected = _last_failure(before)
        prompt = self._writer.prompt
        messages = prompt.messages(subject.captions, subject.facts, subject.style, rejected)
        key = self._writer.key(messages, len(before))
        return Question(subject, len(before), messages, key)

    def appeal(self, question: Question, judged: Judged) -> Question | None:
        """Return what to ask the judge about an answer; None where the rules have settled it."""
        judge, text = self._writer.judge, judged.answer.text
        if judge is None or judged.reason is None or text is None:
            return None
        sentence, subject = self._mend(text), question.subject
        if not self._unsettled(judged.reason, sentence, subject.captions, subject.attributes):
            return None
        messages = judge.prompt.messages(subject.captions, sentence)
        return Question(subject, question.attempt, messages, judge.key(messages), sentence)

    def kept(self, question: Question) -> Judged | None:
        """Return the answer that is kept of a question, judged now; None when there is none."""
        answer = self.store.get(question.key)
        if answer is None:
            return None
        return Judged(answer, *self._verdict(question, answer.text, answer.fault))

    def keep(self, question: Question, reply: Reply) -> Judged:
        """Judge a reply and keep it; return it as an answer.

        Raises:
            BuildError: the storage refuses.
        """
        text, reason = self._verdict(question, reply.text, reply.fault)
        judge = self._writer.judge if question.sentence is not None else None
        asked = judge or self._writer
        answer = Answer(
            key=question.key,
            model=asked.model,
            prompt=asked.prompt.name,
            attempt=question.attempt,
            request=question.messages[-1]["content"],
            text=reply.text,
            fault=reply.fault,
            verdict=reason,
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
        )
        self.store.put(answer)
        return Judged(answer, text, reason)

    def open_question(self, task: Task) -> Question | None:
        """Return the first question of a caption that has no answer; None when it is settled.

        None, too, when the judge comes first: it is asked while captions are made.
        """
        subject = self.subject(task)
        before: list[Judged] = []
        while subject is not None and len(before) < self.attempts:
            question = self.question(subject, before)
            judged = self.kept(question)
            if judged is None:
                return question
            appeal = self.appeal(question, judged)
            said = None if appeal is None else self.kept(appeal)
            if judged.settles or (appeal and (said is None or said.text is not None)):
                return None
            before.append(judged)
        return None

    def _verdict(
        self, question: Question, text: str | None, fault: str | None
    ) -> tuple[str | None, str | None]:
        """Return the sentence when it is faithful, else why it is not."""
        if fault or text is None:
            return None, fault or "no-text"
        subject = question.subject
        if question.sentence is not None:
            sentence, reason = question.sentence, objection(text, subject.attributes)
        else:
            sentence = self._mend(text)
            reason = self._judge(subject.captions, subject.attributes, sentence)
        return (None, reason) if reason else (sentence, None)


def _last_failure(judged: Sequence[Judged]) -> tuple[str, str] | None:
    """Return the last sentence that failed and why, as the model is told; None for no sentence."""
    if not judged or not judged[-1].answer.text:
        return None
    last = judged[-1]
    return str(last.answer.text), CUT_OFF if last.answer.fault else str(last.reason)
