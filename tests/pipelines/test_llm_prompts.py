"""A prompt of one's own: asked for what it changes alone, and given up again for nothing."""

import json
from pathlib import Path

import pytest

from elsa_data.captions.prompts import load_prompt
from elsa_data.config import asset
from tests.captions.llm_server import LlmServer
from tests.conftest import Command
from tests.pipelines.llm_builds import MODEL, answers, examples
from tests.pipelines.test_build import hashes
from tests.pipelines.test_mistakes import refused

OLD, NEW = "Begin with what is heard.", "Name what is heard before anything else."


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The prompt with one hint of style in other words, which only some rows are given."""
    text = asset("prompts", "rewrite.v1.md").read_text()
    assert text.count(OLD) == 1
    path = tmp_path / "mine.md"
    path.write_text(text.replace(OLD, NEW).replace("name: rewrite.v1", "name: mine.v2"))
    return path


def styles(server: LlmServer, since: int = 0) -> list[str]:
    return [seen.asked["style"] for seen in server.seen[since:]]


def test_only_the_rows_a_new_prompt_changes_are_asked_again(
    here: Command, build: Path, mine: Path, server: LlmServer
) -> None:
    words = ("caption", build, "--captions", "openai", "--model", MODEL, "--redo")
    done = here(*words)
    assert done.returncode == 0, done.stderr
    before, asked, first = hashes(build, "captions"), server.requests, answers(build)
    affected = styles(server).count(OLD)
    assert 0 < affected < asked

    refused(here("caption", build, "--prompt", mine), "--redo", "mine.v2")
    done = here("caption", build, "--prompt", mine, "--redo")
    assert done.returncode == 0, done.stderr
    assert styles(server, asked) == [NEW] * affected
    state = json.loads((build / "build.json").read_text())
    assert state["writer"]["prompt"]["sha256"] == load_prompt(str(mine)).sha256
    kept = {answer["key"] for answer in answers(build)}
    assert kept >= {answer["key"] for answer in first}, "the old answers are kept"
    assert len(kept) == asked + affected

    mine.unlink()
    assert here("caption", build).returncode == 0, "the build remembers its prompt"
    done = here("caption", build, "--prompt", "rewrite.v1", "--redo")
    assert done.returncode == 0, done.stderr
    assert server.requests == asked + affected, "the first prompt's answers are still there"
    assert hashes(build, "captions") == before
    assert here("render", build).returncode == 0
    told = {row.prompt_sha256 for row in examples(build) if row.caption_sources[0] == "llm"}
    assert told == {load_prompt("rewrite.v1").sha256}


def test_a_prompt_that_cannot_be_one(
    here: Command, build: Path, mine: Path, server: LlmServer, tmp_path: Path
) -> None:
    words = ("caption", build, "--captions", "openai", "--model", MODEL, "--redo", "--prompt")
    refused(here("caption", build, "--prompt", mine), "--prompt needs --captions openai")
    refused(here(*words, "rewrite.v0"), "rewrite.v0", "rewrite.v1")
    refused(here(*words, tmp_path / "none.md"), "none.md")
    mine.write_text(mine.read_text().replace("$caption", "$captoin"))
    refused(here(*words, mine), "mine.md", "Did you mean 'caption'?")
    assert server.requests == 0
