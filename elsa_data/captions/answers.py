"""Every answer of a model, kept for ever under the hash of what was asked: nothing is paid twice.

A folder of JSON Lines, one answer a line, written by many and changed by none. On a local disk an
answer is one write() and outlives its process from then on; elsewhere, where files cannot grow, a
new segment appears every 200 answers or 5 seconds. A line that was torn by a crash is no answer.
"""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import fsspec

from elsa_data.errors import BuildError

ENDPOINT: Final = "chat.completions"
SEGMENT_ANSWERS: Final = 200
SEGMENT_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer that counts as an attempt, good or bad.

    Attributes:
        key: `answer_key` of what was asked.
        request: the user message, as it was sent.
        text: what came back; None when nothing did.
        fault: what was wrong with the answer itself (``truncated``); None when it is a text.
        verdict: why the text was rejected, as it was judged then; None when it was accepted.
        tokens_in: tokens billed for the question, as the endpoint counts them.
        tokens_out: tokens billed for the answer.
    """

    key: str
    model: str
    prompt: str
    attempt: int
    request: str
    text: str | None
    fault: str | None
    verdict: str | None
    tokens_in: int
    tokens_out: int


_FIELDS: Final = tuple(field.name for field in fields(Answer))


def answer_key(asked: Mapping[str, Any]) -> str:
    """Return the sha256 of a question: of all that its answer depends on, and of nothing else."""
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def question_key(
    model: str,
    messages: Sequence[Mapping[str, str]],
    sampling: Mapping[str, Any],
    attempt: int = 0,
) -> str:
    """Return the key of messages to a model; the attempt makes a second try another question."""
    return answer_key(
        {
            "endpoint": ENDPOINT,
            "model": model,
            "messages": messages,
            "sampling": sampling,
            "response_format": "text",
            "attempt": attempt,
        }
    )


class AnswerStore:
    """The answers of one folder; a ``with`` block keeps what is put even when it fails."""

    def __init__(
        self,
        folder: str,
        fs: fsspec.AbstractFileSystem,
        earlier: Callable[[str], Answer | None] | None = None,
    ) -> None:
        """Read what is there, from whomever.

        Args:
            folder: where the answers are.
            fs: the file system it is on.
            earlier: finds an answer in another build; what it finds is kept here too, without
                its tokens, for which that build has paid.

        Raises:
            BuildError: the storage cannot be read.
        """
        self._folder, self._fs = folder.rstrip("/"), fs
        self._local = "file" in ((fs.protocol,) if isinstance(fs.protocol, str) else fs.protocol)
        self._writer = secrets.token_hex(4)
        self._segment = 0
        self._descriptor: int | None = None
        self._waiting: list[bytes] = []
        self._since = 0.0
        self._answers = _read(self._folder, fs)
        self._earlier = earlier

    def __enter__(self) -> "AnswerStore":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: str) -> Answer | None:
        """Return the answer to a question, or None when it was never asked.

        Raises:
            BuildError: the storage refuses.
        """
        answer = self._answers.get(key)
        if answer is None and self._earlier is not None:
            answer = self._earlier(key)
            if answer is not None:
                answer = replace(answer, tokens_in=0, tokens_out=0)
                self.put(answer)
        return answer

    def put(self, answer: Answer) -> None:
        """Keep an answer.

        Raises:
            BuildError: the storage refuses.
        """
        plain = {name: getattr(answer, name) for name in _FIELDS}
        line = json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        try:
            if self._local:
                self._append(line)
            else:
                self._since = self._since if self._waiting else time.monotonic()
                self._waiting.append(line)
                self.flush(due=True)
        except OSError as error:
            raise _refused(self._folder, error) from error
        self._answers[answer.key] = answer

    def flush(self, *, due: bool = False) -> None:
        """Write what waits to become a segment; with ``due``, only when it is time.

        Raises:
            BuildError: the storage refuses.
        """
        waits = len(self._waiting) < SEGMENT_ANSWERS
        if not self._waiting or (due and waits and time.monotonic() - self._since < SEGMENT_S):
            return
        try:
            self._fs.pipe_file(self._name(), b"".join(self._waiting))
        except OSError as error:
            raise _refused(self._folder, error) from error
        self._segment += 1
        self._waiting = []

    def close(self) -> None:
        """Write what waits and let go of the file.

        Raises:
            BuildError: the storage refuses.
        """
        self.flush()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _name(self) -> str:
        return f"{self._folder}/{self._writer}-{self._segment}.jsonl"

    def _append(self, line: bytes) -> None:
        if self._descriptor is None:
            path = Path(self._name())
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._descriptor = os.open(path, flags, 0o644)
        if os.write(self._descriptor, line) != len(line):
            raise OSError("the disk took half a line")


def _read(folder: str, fs: fsspec.AbstractFileSystem) -> dict[str, Answer]:
    try:
        names = sorted(str(name) for name in fs.ls(folder, detail=False))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _refused(folder, error) from error
    answers: dict[str, Answer] = {}
    for name in names:
        if not name.endswith(".jsonl"):
            continue
        try:
            lines = bytes(fs.cat_file(name)).split(b"\n")  # pyright: ignore[reportArgumentType]
        except OSError as error:
            raise BuildError(f"cannot read {name}: {error}; run the same command again") from error
        # The last piece has no end: it is empty, or was torn.
        for answer in map(parsed, lines[:-1]):
            if answer is not None:
                answers.setdefault(answer.key, answer)
    return answers


def parsed(line: bytes) -> Answer | None:
    """Return the answer that a line holds; None for a line that was torn or is none."""
    try:
        plain = json.loads(line)
    except ValueError:
        return None
    if not isinstance(plain, dict) or not plain.keys() >= set(_FIELDS):
        return None
    return Answer(**{name: plain[name] for name in _FIELDS})


def _refused(folder: str, error: OSError) -> BuildError:
    return BuildError(
        f"cannot use {folder}: {error.strerror or error}; what was answered before is kept: "
        "mend the storage and run the same command again"
    )
