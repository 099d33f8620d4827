"""Whole builds with a judge: what it lets pass is marked, proven from its answers, and counted."""

import hashlib
import json
import shutil
import signal
from pathlib import Path

import pytest

from elsa_data.records import Captioned, SpatialCaption
from elsa_data.shards.directory import Directory
from elsa_data.shards.tables import read_records
from pipelines.builds import shards
from tests.captions.llm_answers import Seen
from tests.captions.llm_judges import JUDGE, WORD
from tests.captions.llm_server import LlmServer
from tests.conftest import SEED, Command
from tests.pipelines.llm_builds import LLM, MODEL, answers, counts, examples
from tests.pipelines.test_build import hashes, settings_of
from tests.pipelines.test_llm_kills import interrupted
from tests.pipelines.test_mistakes import refused

JUDGED = ("--judge-model", JUDGE, "--attempts", 1)


def odd(text: str) -> bool:
    return bool(hashlib.sha256(text.encode()).digest()[0] % 2)


def behave(seen: Seen) -> str:
    """Half of the captions in words the rules do not know; the judge lets half of these pass."""
    if seen.body["model"] == JUDGE:
        return "yes" if odd(seen.asked["sentence"]) else "leaves out"
    return "reworded" if odd(seen.asked["caption"]) else "good"


def captions(build: Path) -> list[SpatialCaption]:
    directory = Directory(str(build))
    return [
        caption
        for ref in shards(settings_of(build))
        for row in read_records(directory.shard("caption", ref), directory.fs, Captioned)
        for caption in row.captions
    ]


def test_what_the_judge_lets_pass_is_marked_proven_and_counted(
    here: Command, build: Path, server: LlmServer
) -> None:
    server.behave = behave
    words = ("caption", build, "--captions", "openai", "--model", MODEL, "--redo")
    done = here(*words, *JUDGED)
    assert done.returncode == 0, done.stderr
    found, told = captions(build), counts(build)
    passed = [caption for caption in found if not caption.verified]
    assert 0 < len(passed) < sum(odd(caption.original) for caption in found)
    for caption in passed:
        assert (caption.source, caption.model, caption.attempts) == ("llm", MODEL, 1)
        assert WORD in caption.text
        assert odd(caption.text)
    assert not any(WORD in caption.text for caption in found if caption.verified)
    assert told["judge:passed"] == len(passed)
    left = told["captions:template"] - told.get("fallback:nothing-to-say", 0)
    assert told["judge:leaves_out"] == left > 0
    assert f"{JUDGE} as judge: {len(passed)} let pass, refused: {told['judge:leaves_out']} x" in (
        done.stdout
    )
    kept = answers(build)
    assert len(kept) == server.requests
    assert told["tokens_in"] == sum(answer["tokens_in"] for answer in kept)
    assert told["tokens_out"] == sum(answer["tokens_out"] for answer in kept)

    before, asked = hashes(build, "captions"), server.requests
    for mark in build.glob("done/caption/*.json"):
        mark.unlink()
    assert here("caption", build).returncode == 0
    assert (hashes(build, "captions"), server.requests) == (before, asked)
    refused(here("caption", build, "--judge-model", "another"), "--redo", "judge")


@pytest.mark.slow
def test_verify_reads_the_answers_of_the_judge_while_they_are_there(
    here: Command, build: Path, server: LlmServer
) -> None:
    server.behave = behave
    words = ("caption", build, "--captions", "openai", "--model", MODEL, "--redo", *JUDGED)
    assert here(*words).returncode == 0
    passed = sum(not caption.verified for caption in captions(build))
    assert here("render", build).returncode == 0
    assert {WORD in text for row in examples(build) for text in row.captions} == {True, False}
    done = here("verify", build)
    assert done.returncode == 0, done.stdout
    assert f"{passed} x captions let pass by the judge: its answer read again" in done.stdout

    for file in build.glob("answers/*/*.jsonl"):
        file.write_text(file.read_text().replace('\\"keeps_order\\": \\"yes\\"', "..."))
    done = here("verify", build)
    assert done.returncode == 1
    assert f"{passed} findings" in done.stdout
    assert "the judge refused the caption" in done.stdout

    shutil.rmtree(build / "answers")
    done = here("verify", build)
    assert done.returncode == 0, done.stdout
    assert f"{passed} x captions let pass by the judge on trust" in done.stdout


def test_without_a_judge_a_build_knows_of_none(
    here: Command, build: Path, server: LlmServer
) -> None:
    server.behave = behave
    words = ("caption", build, "--captions", "openai", "--model", MODEL, "--attempts", 1, "--redo")
    done = here(*words)
    assert done.returncode == 0, done.stderr
    assert all(caption.verified for caption in captions(build))
    assert not any(name.startswith("judge:") for name in counts(build))
    assert "judge" not in (build / "build.json").read_text()
    assert {seen.body["model"] for seen in server.seen} == {MODEL}


def test_a_judge_is_another_model_of_an_endpoint(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    words = ("build", manifest, tmp_path / "out", *LLM)
    refused(here(*words, "--judge-model", MODEL), f"--judge-model {MODEL}", "another")
    refused(here(*words[:3], "--judge-model", JUDGE), "--judge-model needs --captions openai")
    prices = ("--price-in", "1", "--price-out", "4", "--dry-run")
    alone, both = (here(*words, *prices, *more) for more in ((), ("--judge-model", JUDGE)))
    assert both.returncode == 0, both.stderr
    told = [line for done in (alone, both) for line in done.stdout.splitlines() if "LLM" in line]
    tokens = [int(line.split()[1]) for line in told]
    assert tokens[0] < tokens[1]
    assert f"of them also read by {JUDGE}" in told[1]
    assert server.requests == 0


@pytest.mark.slow
def test_killed_while_the_judge_is_asked(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    server.behave, server.latency_s = behave, 0.05
    out, numbers = tmp_path / "build", [signal.SIGKILL]
    interrupted(numbers, server, manifest, out, tmp_path / "log", SEED, *JUDGED)
    models = [answer["model"] for answer in answers(out)]
    assert 0 < models.count(JUDGE) < models.count(MODEL)
    assert here("verify", out).returncode == 0
    assert json.loads((out / "build.json").read_text())["writer"]["judge"]["model"] == JUDGE
