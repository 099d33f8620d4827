"""Killed while a language model is asked: no answer is lost that was there, none is paid twice."""

import functools
import json
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.captions.llm_server import LlmServer, serving
from tests.captions.writers import KEY
from tests.conftest import SEED, Command
from tests.pipelines.llm_builds import LLM, examples
from tests.pipelines.processes import running, wait_for
from tests.pipelines.test_build import audio_of
from tests.pipelines.test_kills import ROUNDS

CONCURRENT = 4
WORDS = (*LLM, "--workers", 2, "--max-concurrent", CONCURRENT)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(latency_s=0.05) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


def ended_at(
    number: int,
    wanted: int,
    server: LlmServer,
    words: Sequence[object],
    out: Path,
    log: Path,
) -> None:
    """Start a command, and end it with a signal once so many answers are there."""
    with running(log, *words) as command:
        reached = functools.partial(_reached, out, wanted, command.ended)
        wait_for(f"{wanted} answers", reached)
        time.sleep(random.Random(wanted).uniform(0.0, 0.1))
        if number == signal.SIGKILL:
            command.kill_tree()
        else:
            command.signal(number)
            command.wait()
    wait_for("the end of what was under way", lambda: not server.in_flight)


def _reached(out: Path, wanted: int, ended) -> bool:
    return ended() or len(answers_there(out)) >= wanted


def answers_there(out: Path) -> list[bytes]:
    return [
        line
        for file in out.glob("answers/*/*.jsonl")
        for line in file.read_bytes().splitlines(keepends=True)
        if line.endswith(b"\n")
    ]


def interrupted(
    numbers: Sequence[int],
    server: LlmServer,
    manifest: Path,
    out: Path,
    log: Path,
    seed: int,
    *more: object,
) -> None:
    """Build with ``more`` flags, killed on the way, until it is done; no answer is asked again."""
    draw, words = random.Random(seed), ("build", manifest, out, *WORDS, *more)
    for number in numbers:
        there = len(answers_there(out))
        ended_at(number, there + draw.randint(1, 25), server, words, out, log)
    with running(log, *words) as command:
        assert command.wait() == 0, command.stderr
    keys = Counter(
        (file.parent.name, json.loads(line)["key"])
        for file in out.glob("answers/*/*.jsonl")
        for line in file.read_text().splitlines()
        if line.endswith("}")
    )
    assert max(keys.values()) == 1, "an answer that was there was asked for again"
    lost = server.requests - len(keys)
    assert lost <= (CONCURRENT + 2) * len(numbers), "at most what was under way"


@pytest.mark.slow
def test_killed_and_interrupted(
    manifest: Path,
    standing_build: Path,
    elsa_data: Command,
    server: LlmServer,
    tmp_path: Path,
) -> None:
    out = tmp_path / "build"
    numbers = [signal.SIGKILL, signal.SIGTERM, signal.SIGKILL]
    interrupted(numbers, server, manifest, out, tmp_path / "log", SEED)
    assert len(examples(out)) == len(examples(standing_build))
    assert audio_of(out) == audio_of(standing_build)
    assert elsa_data("verify", out).returncode == 0


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_killed_at_many_moments(
    manifest: Path, standing_build: Path, server: LlmServer, tmp_path: Path, seed: int
) -> None:
    out = tmp_path / "build"
    interrupted([signal.SIGKILL], server, manifest, out, tmp_path / "log", seed)
    assert len(examples(out)) == len(examples(standing_build))


@pytest.mark.soak
def test_one_build_killed_ten_times(
    manifest: Path, standing_build: Path, server: LlmServer, tmp_path: Path
) -> None:
    out = tmp_path / "build"
    interrupted([signal.SIGKILL] * ROUNDS, server, manifest, out, tmp_path / "log", SEED)
    assert len(examples(out)) == len(examples(standing_build))
    assert audio_of(out) == audio_of(standing_build)
