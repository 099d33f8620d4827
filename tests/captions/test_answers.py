import json
import os
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest

from elsa_data.captions import answers
from elsa_data.captions.answers import Answer, AnswerStore, answer_key
from elsa_data.errors import BuildError

LOCAL = fsspec.filesystem("file")


def answer(number: int, text: str | None = "A dog barks on the left.") -> Answer:
    return Answer(
        key=answer_key({"number": number}),
        model="m",
        prompt="rewrite.v1",
        attempt=0,
        request='{"caption": "A dog barks"}',
        text=text,
        fault=None if text else "empty",
        verdict=None if text else "empty",
        tokens_in=100,
        tokens_out=10,
    )


def test_a_key_is_what_was_asked_whatever_its_order() -> None:
    asked = {"model": "m", "attempt": 0, "messages": [{"role": "user", "content": "é"}]}
    assert answer_key(asked) == answer_key(dict(reversed(asked.items())))
    assert answer_key(asked) != answer_key(asked | {"attempt": 1})
    assert len(answer_key(asked)) == 64


def test_many_writers_share_a_folder(tmp_path: Path) -> None:
    first, second = AnswerStore(str(tmp_path), LOCAL), AnswerStore(str(tmp_path), LOCAL)
    first.put(answer(1))
    second.put(answer(2, text=None))
    assert first.get(answer(1).key) == answer(1)
    assert first.get(answer(2).key) is None
    # Both are still open: an answer is there from its write on.
    third = AnswerStore(str(tmp_path), LOCAL)
    assert third.get(answer(1).key) == answer(1)
    assert third.get(answer(2).key) == answer(2, text=None)
    assert len(list(tmp_path.glob("*.jsonl"))) == 2
    assert len(third) == 2


def test_nothing_put_leaves_nothing(tmp_path: Path) -> None:
    with AnswerStore(str(tmp_path / "none"), LOCAL) as store:
        assert store.get("x") is None
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("cut", [1, 2, 30, 200])
def test_a_torn_line_is_no_answer(tmp_path: Path, cut: int) -> None:
    with AnswerStore(str(tmp_path), LOCAL) as store:
        for number in range(3):
            store.put(answer(number))
    [file] = tmp_path.glob("*.jsonl")
    os.truncate(file, file.stat().st_size - cut)
    with AnswerStore(str(tmp_path), LOCAL) as store:
        assert len(store) == 2
        store.put(answer(2))
    assert len(AnswerStore(str(tmp_path), LOCAL)) == 3


@pytest.mark.parametrize("line", ["", "null", "[1]", '{"key": "x"}', "{", "\x00\x00"])
def test_damage_costs_its_line_alone(tmp_path: Path, line: str) -> None:
    with AnswerStore(str(tmp_path), LOCAL) as store:
        store.put(answer(1))
    [file] = tmp_path.glob("*.jsonl")
    file.write_text(f"{line}\n{file.read_text()}{line}\n")
    assert len(AnswerStore(str(tmp_path), LOCAL)) == 1


def test_any_text_comes_back(tmp_path: Path) -> None:
    texts = ["\u2028\u2029\x85", "a\nb\r\n", '"\\', "\U0001f415", "\ud800"]
    with AnswerStore(str(tmp_path), LOCAL) as store:
        for number, text in enumerate(texts):
            store.put(answer(number, text))
    again = AnswerStore(str(tmp_path), LOCAL)
    read = [again.get(answer(number).key) for number in range(len(texts))]
    assert [each and each.text for each in read] == [*texts[:-1], "?"]


def test_an_answer_outlives_a_killed_process(tmp_path: Path) -> None:
    code = (
        "import os, signal, fsspec\n"
        "from tests.captions.test_answers import answer\n"
        "from elsa_data.captions.answers import AnswerStore\n"
        f"store = AnswerStore({str(tmp_path)!r}, fsspec.filesystem('file'))\n"
        "for number in range(5):\n"
        "    store.put(answer(number))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(AnswerStore(str(tmp_path), LOCAL)) == 5


def test_where_files_cannot_grow_segments_appear(monkeypatch: pytest.MonkeyPatch) -> None:
    fs = fsspec.filesystem("memory")
    monkeypatch.setattr(answers, "SEGMENT_ANSWERS", 3)
    with AnswerStore("memory://answers/a", fs) as store:
        for number in range(5):
            store.put(answer(number))
            assert store.get(answer(number).key) == answer(number)
        assert len(AnswerStore("memory://answers/a", fs)) == 3
        monkeypatch.setattr(answers, "SEGMENT_S", 0.0)
        store.flush(due=True)
        assert len(AnswerStore("memory://answers/a", fs)) == 5
        store.put(answer(5))
    assert len(AnswerStore("memory://answers/a", fs)) == 6
    assert len(fs.ls("memory://answers/a", detail=False)) == 3


def test_a_storage_that_refuses_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match="run the same command again"):
        AnswerStore(str(tmp_path / "file" / "folder"), LOCAL)
    store = AnswerStore(str(tmp_path / "folder"), LOCAL)
    (tmp_path / "folder").write_text("")
    with pytest.raises(BuildError, match="run the same command again"):
        store.put(answer(1))


def test_a_line_is_plain_json(tmp_path: Path) -> None:
    with AnswerStore(str(tmp_path), LOCAL) as store:
        store.put(answer(1))
    [file] = tmp_path.glob("*.jsonl")
    plain = json.loads(file.read_text())
    assert set(plain) == set(Answer.__dataclass_fields__)
