"""Whole builds with captions from a language model: a real server on the loopback."""

import json
from pathlib import Path

import pytest

from elsa_data.captions.prompts import load_prompt
from elsa_data.config import asset
from tests.captions.llm_server import LlmServer
from tests.conftest import Command
from tests.pipelines.llm_builds import LLM, MODEL, TINY, answers, counts, examples
from tests.pipelines.test_build import audio_of, hashes
from tests.pipelines.test_mistakes import refused


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
