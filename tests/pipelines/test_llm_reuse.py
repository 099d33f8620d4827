"""A longer manifest, more attempts: what was answered for one build the next one does not pay."""

import csv
import json
from pathlib import Path

import pytest

from tests.captions.llm_server import LlmServer
from tests.conftest import CLIPS, Command
from tests.pipelines.llm_builds import LLM, answers, counts, examples
from tests.pipelines.test_mistakes import refused


@pytest.mark.slow
def test_one_more_clip_asks_for_its_own_captions_alone(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    done = here("build", manifest, old, *LLM, "--limit", CLIPS - 1)
    assert done.returncode == 0, done.stderr
    before, asked = {answer["key"] for answer in answers(old)}, server.requests

    done = here("build", manifest, new, *LLM, "--reuse", old)
    assert done.returncode == 0, done.stderr
    [added] = {row.parts[0].clip_id for row in examples(new)} - {
        row.parts[0].clip_id for row in examples(old)
    }
    of_it = [row for row in examples(new) if row.spatial and row.parts[0].clip_id == added]
    assert 0 < server.requests - asked <= sum(len(row.captions) for row in of_it)
    with manifest.open(newline="") as file:
        [own] = [
            json.loads(row["captions"]) for row in csv.DictReader(file) if row["clip_id"] == added
        ]
    assert {seen.asked["caption"] for seen in server.seen[asked:]} <= set(own)
    assert before <= {answer["key"] for answer in answers(new)}, "the new build stands alone"
    fresh = [answer for answer in answers(new) if answer["key"] not in before]
    assert counts(new)["tokens_in"] == sum(answer["tokens_in"] for answer in fresh) > 0
    assert counts(new)["captions:llm"] > counts(old)["captions:llm"]

    assert here("verify", new).returncode == 0
    asked = server.requests
    assert here("caption", new, "--redo", "--attempts", 2).returncode == 0
    assert server.requests == asked, "an answer fits any number of attempts"


def test_what_is_reused_must_be_a_build(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    words = ("build", manifest, tmp_path / "out", *LLM, "--reuse", tmp_path)
    refused(here(*words), "--reuse", "no build")
    assert server.requests == 0
