"""Answers by the Batch API: every question asked once, whatever ends when."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from elsa_data.captions import asking
from elsa_data.captions.judge import LlmJudge
from elsa_data.captions.prompts import load_judge_prompt
from elsa_data.errors import BuildError
from elsa_data.stages import batching
from elsa_data.stages.caption import caption
from elsa_data.stages.settings import Settings
from pipelines.builds import shards
from tests.captions.llm_batches import Batches
from tests.captions.llm_judges import JUDGE, behaving
from tests.captions.llm_server import LlmServer, serving
from tests.captions.writers import KEY, WRITER
from tests.conftest import Command
from tests.pipelines.llm_builds import LLM, MODEL, counts, holds
from tests.pipelines.test_build import hashes, settings_of


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(batching, "POLL_S", 0.01)
    monkeypatch.setattr(asking, "FIRST_BACKOFF_S", 0.001)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmServer]:
    with serving(batches=Batches()) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


def states(build: Path) -> list[dict]:
    return [json.loads(file.read_text()) for file in (build / "batches").glob("*.json")]


def completions(server: LlmServer) -> int:
    return sum(seen.path.endswith("/chat/completions") for seen in server.seen)


@pytest.mark.slow
def test_a_build_by_batch_is_the_build_by_request(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    done = here("build", manifest, tmp_path / "batch", *LLM, "--batch")
    assert done.returncode == 0, done.stderr
    assert completions(server) == 1, "the first question, alone"
    assert len(server.batches.batches) == 1
    assert set(server.batches.asked.values()) == {1}
    assert all(state["kept"] for state in states(tmp_path / "batch"))
    assert here("verify", tmp_path / "batch").returncode == 0
    assert not holds(tmp_path, KEY)
    assert here("build", manifest, tmp_path / "sync", *LLM).returncode == 0
    for folder in ("captions", "data"):
        assert hashes(tmp_path / "batch", folder) == hashes(tmp_path / "sync", folder)


@pytest.fixture
def simulated(build: Path) -> Settings:
    """A standing build whose captions a model is to write anew."""
    return replace(settings_of(build), captions="openai", writer=WRITER)


def fetch(settings: Settings) -> list[str]:
    said: list[str] = []
    assert settings.writer is not None
    batching.fetch_by_batch(settings, settings.writer, shards(settings), said.append)
    return said


def answered(settings: Settings) -> int:
    folder = Path(settings.url) / "answers"
    return sum(len(file.read_text().splitlines()) for file in folder.glob("*/*.jsonl"))


def test_rejected_answers_are_asked_again_by_batch(simulated: Settings, server: LlmServer) -> None:
    server.behave = lambda seen: "good" if "rejected" in seen.asked else "wrong direction"
    fetch(simulated)
    assert len(server.batches.batches) == 2
    assert set(server.batches.asked.values()) == {1}
    assert answered(simulated) == len(server.batches.asked)
    assert completions(server) == 0


def test_what_expires_is_completed(simulated: Settings, server: LlmServer) -> None:
    server.batches.ends = ("expired", "expired", "completed")
    fetch(simulated)
    assert len(server.batches.batches) == 3
    # Every second one was never executed, and is asked again by its id; no other is.
    assert answered(simulated) == len(server.batches.asked)
    first = [json.loads(line)["custom_id"] for line in server.batches.files["file-0"].splitlines()]
    assert {key: server.batches.asked[key] > 1 for key in first} == {
        key: number % 2 == 1 for number, key in enumerate(first)
    }
    fetch(simulated)
    assert len(server.batches.batches) == 3, "nothing is left"


def test_what_a_judge_reads_is_left_to_the_captions(simulated: Settings, server: LlmServer) -> None:
    judge = LlmJudge(model=JUDGE, prompt=load_judge_prompt("judge.v1"))
    settings = replace(simulated, writer=replace(WRITER, judge=judge))
    server.behave = behaving("reworded", "yes")
    fetch(settings)
    assert len(server.batches.batches) == 1, "the judge comes before a second attempt"
    assert completions(server) == 0
    written = answered(settings)
    for ref in shards(settings):
        caption(ref, settings)
    assert written < answered(settings) == written + completions(server)
    assert server.counts["reworded"] == 0, "no question of a batch is asked again"
    told = counts(Path(settings.url))
    assert told["judge:passed"] == told["captions:llm"] >= server.counts["yes"] > 0


def test_lines_that_fail_are_left_to_the_captions(simulated: Settings, server: LlmServer) -> None:
    server.behave = lambda seen: "500" if "rain" in seen.asked["caption"].lower() else "good"
    said = fetch(simulated)
    assert answered(simulated) > 0
    assert "0 answers" in said[-1], "batches end when one brings nothing more"


def test_refused_lines_are_answers(simulated: Settings, server: LlmServer) -> None:
    server.behave = lambda _: "400"
    fetch(simulated)
    assert len(server.batches.batches) == 1
    assert answered(simulated) == len(server.batches.asked)


def test_a_failed_batch_says_why(simulated: Settings, server: LlmServer) -> None:
    server.batches.ends = ("failed", "completed")
    with pytest.raises(BuildError, match="the file is not valid"):
        fetch(simulated)
    fetch(simulated)
    assert answered(simulated) == len(server.batches.asked)


class Killed(BaseException):
    """Ends a process where it stands."""


STEPS = ("upload", "submit", "status", "answers")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_every_step_nothing_is_asked_twice(
    simulated: Settings,
    server: LlmServer,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    when: str,
) -> None:
    whole = getattr(batching.Batches, step)

    async def killed(self, *args):
        if when == "after":
            await whole(self, *args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(batching.Batches, step, killed)
        with pytest.raises(Killed):
            fetch(simulated)
    fetch(simulated)
    assert set(server.batches.asked.values()) == {1}
    assert answered(simulated) == len(server.batches.asked) > 0
    assert all(state["kept"] for state in states(Path(simulated.url)))


@pytest.mark.parametrize("request_lost", ["POST files", "POST batches", "GET batches/batch-0"])
def test_a_lost_response_asks_nothing_twice(
    simulated: Settings, server: LlmServer, request_lost: str
) -> None:
    server.batches.lose_answer_of = request_lost
    fetch(simulated)
    assert not server.batches.lose_answer_of, "it was lost"
    assert set(server.batches.asked.values()) == {1}
    assert len(server.batches.batches) == 1


def test_large_builds_take_several_batches(
    simulated: Settings, server: LlmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "MOST_REQUESTS", 20)
    fetch(simulated)
    sizes = [batch["request_counts"]["total"] for batch in server.batches.batches.values()]
    assert max(sizes) <= 20
    assert len(sizes) >= 3
    assert answered(simulated) == len(server.batches.asked)
    covered = [name for state in states(Path(simulated.url)) for name in state["shards"]]
    assert len(set(covered)) == len(shards(simulated))


def test_an_endpoint_without_batches(here: Command, build: Path, server: LlmServer) -> None:
    server.batches = None
    words = ("--captions", "openai", "--model", MODEL, "--redo", "--batch")
    done = here("caption", build, *words)
    assert done.returncode == 2
    assert "leave out --batch" in done.stderr.splitlines()[-1]
    done = here("caption", build, *words[:-1])
    assert done.returncode == 0, done.stderr
    assert counts(build)["captions:llm"] > 0
