"""Whole builds with captions from a language model: a real server on the loopback."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from elsa_data.captions.prompts import load_prompt
from elsa_data.config import asset
from elsa_data.examples import Example
from elsa_data.shards.data import read_data
from elsa_data.shards.directory import Directory
from elsa_data.shards.marks import read_marks
from pipelines.builds import shards
from tests.captions.llm_server import LlmServer, serving
from tests.captions.writers import KEY
from tests.conftest import SEED, Command
from tests.pipelines.test_build import audio_of, hashes, settings_of
from tests.pipelines.test_mistakes import refused

MODEL = "test-model"
TINY = ("--preset", "tiny", "--seed", SEED)
LLM = (*TINY, "--captions", "openai", "--model", MODEL)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


def examples(build: Path) -> list[Example]:
    directory = Directory(str(build))
    return [each for ref in shards(settings_of(build)) for each in read_data(directory, ref)]


def answers(build: Path) -> list[dict]:
    files = sorted(build.glob("answers/*/*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def counts(build: Path) -> dict[str, int]:
    total: dict[str, int] = {}
    for mark in read_marks(Directory(str(build)), "caption"):
        for name, number in mark.counts.items():
            total[name] = total.get(name, 0) + number
    return total


def holds(folder: Path, text: str) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if text.encode() in path.read_bytes()]


def test_a_build_from_clips_to_verified_rows(
    here: Command, manifest: Path, standing_build: Path, server: LlmServer, tmp_path: Path
) -> None:
    out = tmp_path / "build"
    done = here("build", manifest, out, *LLM)
    assert done.returncode == 0, done.stderr
    rows = examples(out)
    spatial = [row for row in rows if row.spatial]
    assert {source for row in spatial for source in row.caption_sources} >= {"llm"}
    for row in rows:
        for at, source in enumerate(row.caption_sources):
            assert row.caption_models[at] == (MODEL if source == "llm" else None)
            assert source in (("llm", "template") if row.spatial else ("original",))
        if row.caption_sources[0] == "llm":
            assert row.prompt_sha256 == load_prompt("rewrite.v1").sha256
    assert counts(out)["captions:llm"] > 0.9 * sum(len(row.captions) for row in spatial)
    assert {answer["key"] for answer in answers(out)}, "every answer is kept"
    assert len(answers(out)) == server.requests
    assert counts(out)["tokens_in"] == sum(answer["tokens_in"] for answer in answers(out))
    assert audio_of(out) == audio_of(standing_build), "words do not change the sound"
    assert here("verify", out).returncode == 0

    before, asked = hashes(out), server.requests
    assert here("build", manifest, out, *LLM).returncode == 0
    assert here("status", out).returncode == 0
    assert (hashes(out), server.requests) == (before, asked)


@pytest.mark.slow
def test_two_workers_and_old_answers_give_the_same_bytes(
    elsa_data: Command, here: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    out = tmp_path / "build"
    done = elsa_data("build", manifest, out, *LLM, "--workers", 2, "--max-concurrent", 4)
    assert done.returncode == 0, done.stderr
    assert server.most_in_flight <= 4
    before, asked = hashes(out, "captions"), server.requests
    for mark in out.glob("done/caption/*.json"):
        mark.unlink()
    done = here("caption", out)
    assert done.returncode == 0, done.stderr
    assert hashes(out, "captions") == before
    assert server.requests == asked, "nothing answered is asked again"


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        ("wrong key", 2, "refuses this key"),
        pytest.param("quota", 1, "no quota left", marks=pytest.mark.slow),
        pytest.param("404", 2, "does not have model 'test-model'", marks=pytest.mark.slow),
    ],
)
def test_what_is_wrong_from_the_start_costs_one_request(
    here: Command,
    manifest: Path,
    server: LlmServer,
    tmp_path: Path,
    fault: str,
    code: int,
    says: str,
) -> None:
    server.behave = lambda _: fault
    done = here("build", manifest, tmp_path / "out", *LLM)
    assert done.returncode == code
    last = done.stderr.splitlines()[-1]
    assert last.startswith("elsa-data: ")
    assert says in last
    assert "Traceback" not in done.stderr
    assert server.requests == 1
    assert KEY not in done.stderr + done.stdout
    assert not holds(tmp_path, KEY)
    server.behave = lambda _: "good"
    done = here("build", manifest, tmp_path / "out", *LLM)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("fault", ["html", "400"])
def test_an_endpoint_that_speaks_otherwise(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path, fault: str
) -> None:
    server.behave = lambda _: fault
    done = here("build", manifest, tmp_path / "out", *LLM)
    assert done.returncode == 2
    assert "does not understand" in done.stderr.splitlines()[-1]
    assert server.requests <= 9


def test_nothing_is_asked_wrongly(
    here: Command,
    manifest: Path,
    server: LlmServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ("build", manifest, tmp_path / "out", *TINY)
    refused(here(*words, "--captions", "openai"), "--model NAME")
    refused(here(*words, "--model", "m"), "--model", "--captions openai")
    refused(here(*words, *LLM[-4:], "--max-cost", "1"), "--price-in")
    refused(here(*words, *LLM[-4:], "--price-in", "1"), "--price-out")
    refused(here(*words, *LLM[-4:], "--rpm", "0"), "--rpm")
    assert not (tmp_path / "out").exists()
    with monkeypatch.context() as patch:
        patch.delenv("OPENAI_API_KEY")
        refused(here(*words, *LLM[-4:]), "OPENAI_API_KEY is not set")
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "openai", None)
        refused(here(*words, *LLM[-4:]), "pip install 'elsa-data[llm]'")
    assert server.requests == 0
    assert not (tmp_path / "out").exists(), "refused before anything is read"


@pytest.mark.slow
def test_other_captions_for_a_standing_build(here: Command, build: Path, server: LlmServer) -> None:
    words = ("caption", build, "--captions", "openai", "--model", MODEL)
    refused(here(*words), "--redo", "captions: ")
    sound = audio_of(build)
    for command in ((*words, "--redo"), ("render", build), ("verify", build)):
        done = here(*command)
        assert done.returncode == 0, done.stderr
    assert audio_of(build) == sound
    assert any("llm" in row.caption_sources for row in examples(build))
    refused(here("caption", build, "--model", "another"), "--redo", "model: ")
    done = here("caption", build, "--captions", "template", "--redo")
    assert done.returncode == 0, done.stderr
    assert here("render", build).returncode == 0
    assert {s for row in examples(build) for s in row.caption_sources} == {"template", "original"}


@pytest.mark.slow
def test_captions_of_a_plan_need_no_redo(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    out = tmp_path / "build"
    assert here("plan", manifest, out, *TINY).returncode == 0
    assert here("simulate", out).returncode == 0
    done = here("caption", out, "--captions", "openai", "--model", MODEL)
    assert done.returncode == 0, done.stderr
    assert counts(out)["captions:llm"] > 0
    assert here("render", out).returncode == 0


@pytest.mark.slow
def test_contradictions_and_refusals_fall_back_to_the_template(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    server.behave = lambda seen: ("wrong direction", "refusal", "good")[len(seen.content) % 3]
    out = tmp_path / "build"
    done = here("build", manifest, out, *LLM, "--attempts", 2)
    assert done.returncode == 0, done.stderr
    told = counts(out)
    assert told["captions:template"] > 0
    assert told["captions:llm"] > 0
    attempts = [
        (source, number)
        for row in examples(out)
        for source, number in zip(row.caption_sources, row.caption_attempts, strict=True)
    ]
    assert max(number for _, number in attempts) == 2
    rejected = told["captions:template"] - told.get("fallback:nothing-to-say", 0)
    assert attempts.count(("template", 2)) == rejected > 0
    assert here("verify", out).returncode == 0


@pytest.mark.slow
def test_the_preview_is_what_is_billed(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    out, prices = tmp_path / "build", ("--price-in", "1", "--price-out", "4")
    done = here("build", manifest, out, *LLM, *prices, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert server.requests == 0
    [line] = [line for line in done.stdout.splitlines() if line.startswith("LLM")]
    told = [int(word.strip("(")) for word in line.split() if word.strip("(").isdigit()]
    assert "USD" in line
    assert not out.exists()
    assert here("build", manifest, out, *LLM).returncode == 0
    firsts = [answer for answer in answers(out) if answer["attempt"] == 0]
    billed = sum(answer["tokens_in"] + answer["tokens_out"] for answer in firsts)
    # The demo asks some questions twice over, which are billed once.
    assert told[0] == pytest.approx(billed * told[3] / len(firsts), rel=0.05)


@pytest.mark.slow
def test_the_limit_of_cost_holds_before_and_during(
    here: Command, elsa_data: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    out, prices = tmp_path / "build", ("--price-in", "1000", "--price-out", "1000")
    refused(here("build", manifest, out, *LLM, *prices, "--max-cost", "1"), "--max-cost 1.00")
    assert server.requests == 0
    assert here("build", manifest, out, *LLM, "--limit", 24, "--dry-run").returncode == 0
    assert here("plan", manifest, out, *TINY).returncode == 0
    assert here("simulate", out).returncode == 0
    words = ("caption", out, "--captions", "openai", "--model", MODEL, *prices, "--max-cost", "2")
    server.latency_s = 0.3
    done = elsa_data(*words, "--max-concurrent", 1)
    assert done.returncode == 1, done.stderr
    assert "more than --max-cost 2.00" in done.stderr.splitlines()[-1]
    assert 0 < server.requests < 60
    server.latency_s = 0.0
    done = here(*words[:-2])
    assert done.returncode == 0, done.stderr
    assert server.requests <= len(answers(out)) + 1, "at most what was in flight is asked again"


@pytest.mark.slow
def test_the_key_is_in_no_file(
    here: Command, elsa_data: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    server.behave = lambda seen: "echo key" if seen.number % 5 == 1 else "good"
    done = elsa_data("build", manifest, tmp_path / "build", *LLM, "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert KEY not in done.stdout + done.stderr
    server.behave = lambda seen: "wrong key"
    done = here("caption", tmp_path / "build", "--model", "another", "--redo")
    assert done.returncode == 2
    assert KEY not in done.stdout + done.stderr
    assert not holds(tmp_path, KEY)
    assert not holds(tmp_path, "Bearer")
    assert not holds(tmp_path, "authorization")


def test_the_template_asks_nobody(
    here: Command, manifest: Path, server: LlmServer, standing_build: Path, tmp_path: Path
) -> None:
    out = tmp_path / "build"
    assert here("build", manifest, out, *TINY).returncode == 0
    assert server.requests == 0
    for folder in ("captions", "data"):
        assert hashes(out, folder) == hashes(standing_build, folder)
    state = json.loads((out / "build.json").read_text())
    assert state["identity"]["caption"]["captions"] == "template"
    assert asset("prompts", "rewrite.v1.md").exists()
