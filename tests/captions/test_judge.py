"""A judge for what the rules leave open: every answer must be the one of a true sentence."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from elsa_data.captions import asking
from elsa_data.captions.examine import Writer
from elsa_data.captions.judge import LlmJudge, objection
from elsa_data.captions.prompts import load_judge_prompt
from elsa_data.captions.rewrite import Rewritten
from elsa_data.captions.sharing import unfaithful
from elsa_data.captions.unsettled import unsettled
from elsa_data.config import asset
from elsa_data.errors import ConfigError, PromptError
from elsa_data.records import PartWords, SpatialAttributes
from tests.captions.llm_judges import JUDGE, WORD, behaving, judgement
from tests.captions.llm_server import LlmServer, serving
from tests.captions.writers import KEY, VOCABULARY, WRITER, rewrite, task

JUDGED = replace(
    WRITER, attempts=2, judge=LlmJudge(model=JUDGE, prompt=load_judge_prompt("judge.v1"))
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(asking, "FIRST_BACKOFF_S", 0.001)


def rules(originals, attributes: SpatialAttributes, text: str) -> str | None:
    return unfaithful(text, originals, attributes, VOCABULARY)


def rewritten(
    server: LlmServer,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    writer: Writer = JUDGED,
    count: int = 1,
) -> list[Rewritten]:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    todo = [task(n, direction="left") for n in range(count)]
    return rewrite(todo, folder, writer=writer, judge=rules)[0]


def to_judge(server: LlmServer) -> list[dict]:
    return [seen.body for seen in server.seen if seen.body["model"] == JUDGE]


def answers(folder: Path) -> list[dict]:
    return [json.loads(line) for f in folder.glob("*.jsonl") for line in f.read_text().splitlines()]


@pytest.mark.parametrize("judge", ["yes", "yes, fenced"])
def test_a_word_the_rules_do_not_know_may_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judge: str
) -> None:
    with serving(behaving("reworded", judge)) as server:
        [done] = rewritten(server, tmp_path, monkeypatch)
        [again] = rewritten(server, tmp_path, monkeypatch)
    assert WORD in str(done.text)
    assert done.by_judge
    assert (done.attempts, done.reasons, done.appeals) == (1, (), (None,))
    assert server.requests == 2, "one question to the writer, one to the judge, none of them twice"
    assert again.text == done.text
    by_writer, by_judge = answers(tmp_path)
    assert by_writer["verdict"] == f"invented:{WORD}"
    assert (by_judge["model"], by_judge["prompt"], by_judge["verdict"]) == (JUDGE, "judge.v1", None)
    assert done.tokens_in == by_writer["tokens_in"] + by_judge["tokens_in"]
    assert done.tokens_out == by_writer["tokens_out"] + by_judge["tokens_out"]


@pytest.mark.parametrize(
    ("judge", "against"),
    [
        ("wrong value", "sounds"),
        ("leaves out", "leaves_out"),
        ("adds", "adds_manner"),
        ("out of order", "keeps_order"),
        *((name, "unreadable") for name in ("prose", "plain yes", "garbage", "twice", "a list")),
        *((name, "unreadable") for name in ("a key more", "a key less")),
        ("true for no", "keeps_order"),
        ("cut off", "truncated"),
        ("content filter", "content-filter"),
        ("html", "not-json"),
        ("400", "bad-request"),
    ],
)
def test_any_other_answer_is_a_no(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judge: str, against: str
) -> None:
    with serving(behaving("reworded", judge)) as server:
        [done] = rewritten(server, tmp_path, monkeypatch)
    assert done.text is None
    assert not done.by_judge
    assert done.attempts == 2
    assert set(done.appeals) == {against}
    assert set(done.reasons) == {f"invented:{WORD}"}
    assert len(to_judge(server)) == 1, "both attempts made the same sentence: it is judged once"


def test_the_judge_is_asked_for_values_and_told_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(behaving("reworded", "yes")) as server:
        [done] = rewritten(server, tmp_path, monkeypatch)
    [asked] = to_judge(server)
    assert json.loads(asked["messages"][-1]["content"]) == {
        "captions": list(task().captions),
        "sentence": done.text,
    }
    assert "attributes" not in asked["messages"][0]["content"]
    assert asked["temperature"] == 0.0


@pytest.mark.parametrize("fault", ["wrong direction", "dropped attribute", "echo", "refusal"])
def test_what_the_rules_have_settled_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with serving(behaving(fault, "yes")) as server:
        [done] = rewritten(server, tmp_path, monkeypatch)
    assert done.text is None
    assert done.appeals == ()
    assert not to_judge(server)


def test_without_a_judge_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = replace(JUDGED, judge=None)
    with serving(behaving("reworded", "yes")) as server:
        [done] = rewritten(server, tmp_path, monkeypatch, writer=alone)
        assert (done.text, done.attempts, server.requests) == (None, 2, 2)
        [done] = rewritten(server, tmp_path, monkeypatch)
    assert done.by_judge, "a judge that comes later reads the answers that are kept"
    assert server.requests == 3


def test_a_judge_that_is_busy_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = iter(["429", "500", "drop"])
    with serving(behaving("reworded", lambda _: next(tries, "yes"))) as server:
        [done] = rewritten(server, tmp_path, monkeypatch)
    assert done.by_judge
    assert server.requests == 5


def test_a_judge_that_is_no_model_ends_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        serving(behaving("reworded", "404")) as server,
        pytest.raises(ConfigError, match=f"does not have model '{JUDGE}'"),
    ):
        rewritten(server, tmp_path, monkeypatch)
    assert len(to_judge(server)) == 1


def test_writer_and_judge_share_what_may_be_asked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(behaving("reworded", "yes"), latency_s=0.002) as server:
        done = rewritten(server, tmp_path, monkeypatch, count=60)
    assert all(each.by_judge for each in done)
    assert len(to_judge(server)) == 60
    assert server.most_in_flight <= 8


PLACED = SpatialAttributes(
    room_size="small", reverberation=None, parts=(PartWords(direction="left", distance="far"),)
)
CAPTION = "A dog barks"


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        (f"A dog barks {WORD} far away, on the left in a small room.", True),
        ("A dog is far away, on the left in a small room.", True),
        ("A dog barks far away, on the left in a small room.", False),
        ("A dog barks far away, on the right in a small room.", False),
        ("A dog barks far away in a small room.", False),
        ("Then a dog barks far away, on the left in a small room.", False),
        ("A dog barks far away, on the left in a small room", False),
    ],
)
def test_what_is_open(text: str, open_: bool) -> None:
    reason = rules((CAPTION,), PLACED, text)
    assert (reason is not None and unsettled(reason, text, (CAPTION,), PLACED)) == open_, reason


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        (f"A dog barks {WORD} on the left and rain falls on the right.", True),
        (f"A dog barks {WORD} on the right and rain falls on the left.", False),
    ],
)
def test_places_of_several_sources_must_be_their_own(text: str, open_: bool) -> None:
    parts = (PartWords(direction="left"), PartWords(direction="right"))
    words = SpatialAttributes(room_size=None, reverberation=None, parts=parts)
    originals = (CAPTION, "Rain falls")
    reason = rules(originals, words, text)
    assert reason == f"invented:{WORD}"
    assert unsettled(reason, text, originals, words) == open_


def test_each_sound_is_asked_for_its_own_place() -> None:
    parts = (PartWords(direction="left"), PartWords(direction="right", elevation="up"))
    words = SpatialAttributes(room_size=None, reverberation="dampened", parts=parts)
    said = judgement({"sentence": "It is dampened."}, reverb="dampened")
    none = dict.fromkeys(("direction", "elevation", "distance"), "none")
    said["sounds"] = [
        none | {"direction": "left"},
        none | {"direction": "right", "elevation": "up"},
    ]
    assert objection(json.dumps(said), words) is None
    said["sounds"].reverse()
    assert objection(json.dumps(said), words) == "sounds"
    assert objection(json.dumps(said | {"reverb": "none"}), words) == "sounds"


def test_a_prompt_of_a_judge_is_checked(tmp_path: Path) -> None:
    text = asset("prompts", "judge.v1.md").read_text()
    path = tmp_path / "mine.md"
    path.write_text(text.replace("$sentence", "$sentense"))
    with pytest.raises(PromptError, match="Did you mean 'sentence'"):
        load_judge_prompt(str(path))
    with pytest.raises(ConfigError, match=r"judge\.v0"):
        load_judge_prompt("judge.v0")
