"""``elsa-data verify-captions`` as a person and as a script meet it."""

import json
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.pipelines.test_command_line import loaded_by

WORDS = {"direction": "left", "elevation": None, "distance": None, "size": None, "reverb": None}
GOOD = {"original": "A dog barks", "attributes": WORDS, "rewrite": "On your left, a dog barks."}
BAD = {**GOOD, "rewrite": "On your right, a dog barks."}


def written(folder: Path, *lines: object) -> Path:
    path = folder / "captions.jsonl"
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


def test_each_line_comes_back_with_its_verdict(here: Command, tmp_path: Path) -> None:
    known = {**GOOD, "id": 7, "verdict": "stale", "note": {"deep": ["caf\u00e9", None]}}
    done = here("verify-captions", written(tmp_path, known, "", BAD))
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert first == {**known, "verdict": "accept", "reason": None}
    assert second == {**BAD, "verdict": "reject", "reason": "direction-wrong:right"}


def test_a_reply_is_repaired_before_it_is_judged_and_written_back_as_it_was(
    here: Command, tmp_path: Path
) -> None:
    wrapped = {**GOOD, "rewrite": f'Caption: "{GOOD["rewrite"]}"'}
    done = here("verify-captions", written(tmp_path, wrapped))
    assert json.loads(done.stdout) == {**wrapped, "verdict": "accept", "reason": None}


def test_an_empty_file_is_judged_to_the_end(here: Command, tmp_path: Path) -> None:
    done = here("verify-captions", written(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "is no JSON"),
        ("[1]", "wanted an object"),
        ("[" * 5000, "is no JSON"),
        ({**GOOD, "rewrite": None}, "rewrite is None"),
        ({**GOOD, "original": " "}, "original is ' '"),
        ({**GOOD, "attributes": "left"}, "attributes is 'left'"),
        ({**GOOD, "attributes": {**WORDS, "direction": "lft"}}, "Did you mean 'left'?"),
        ({**GOOD, "attributes": {**WORDS, "direction": ["left"]}}, "direction is ['left']"),
        ({**GOOD, "attributes": {**WORDS, "revreb": None}}, "Did you mean 'reverb'?"),
        ({**GOOD, "attributes": {"direction": "left"}}, "'elevation' is missing"),
        ({"original": "x", "attributes": WORDS, "rewritten": "y"}, "Did you mean 'rewritten'?"),
    ],
)
def test_a_bad_line_is_named_and_what_was_judged_before_is_kept(
    here: Command, tmp_path: Path, line: object, said: str
) -> None:
    path = written(tmp_path, GOOD, line, BAD)
    done = here("verify-captions", path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"{path} line 2" in done.stderr
    assert said in done.stderr
    assert [json.loads(judged)["verdict"] for judged in done.stdout.splitlines()] == ["accept"]


def test_a_file_that_is_not_there_is_named(here: Command, tmp_path: Path) -> None:
    done = here("verify-captions", tmp_path / "none.jsonl")
    assert done.returncode == 2
    assert "none.jsonl" in done.stderr
    assert not done.stdout


def test_it_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_by(["verify-captions", written(tmp_path, GOOD)]) == (0, set())
