from dataclasses import replace
from pathlib import Path

import fsspec
import pytest

from elsa_data.captions.answers import Answer, AnswerStore, answer_key
from elsa_data.captions.earlier import EarlierAnswers

FILES = fsspec.filesystem("file")


def answer(number: int) -> Answer:
    return Answer(
        key=answer_key({"number": number}),
        model="m",
        prompt="p",
        attempt=0,
        request='{"caption": "A dog says \\"key\\": \\"00\\""}',
        text=f"Caf\u00e9 number {number}.",
        fault=None,
        verdict=None,
        tokens_in=3,
        tokens_out=2,
    )


def written(folder: Path, numbers: range) -> None:
    with AnswerStore(str(folder), FILES) as store:
        for number in numbers:
            store.put(answer(number))


def test_every_answer_of_every_shard_is_found_and_no_other(tmp_path: Path) -> None:
    written(tmp_path / "train-00000", range(0, 40))
    written(tmp_path / "test-00000", range(40, 60))
    earlier = EarlierAnswers(str(tmp_path), FILES)
    assert len(earlier) == 60
    for number in range(60):
        assert earlier.get(answer(number).key) == answer(number)
    assert earlier.get(answer(60).key) is None


def test_two_keys_that_begin_alike_are_told_apart(tmp_path: Path) -> None:
    first = answer(1)
    other = replace(first, key=first.key[:16] + "0" * 48, text="Another.")
    with AnswerStore(str(tmp_path / "train-00000"), FILES) as store:
        store.put(first)
        store.put(other)
    earlier = EarlierAnswers(str(tmp_path), FILES)
    assert earlier.get(first.key) == first
    assert earlier.get(other.key) == other
    assert earlier.get(first.key[:16] + "f" * 48) is None


def test_a_torn_line_is_no_answer(tmp_path: Path) -> None:
    written(tmp_path / "a", range(2))
    [segment] = (tmp_path / "a").glob("*.jsonl")
    content = segment.read_bytes()
    segment.write_bytes(content[:-20])
    earlier = EarlierAnswers(str(tmp_path), FILES)
    assert earlier.get(answer(0).key) == answer(0)
    assert earlier.get(answer(1).key) is None


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_without_answers_has_none(tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "answers"
    if there:
        folder.mkdir()
    assert EarlierAnswers(str(folder), FILES).get(answer(0).key) is None


def test_what_is_found_is_kept_where_it_was_needed(tmp_path: Path) -> None:
    written(tmp_path / "old" / "train-00000", range(3))
    earlier = EarlierAnswers(str(tmp_path / "old"), FILES)
    unpaid = replace(answer(1), tokens_in=0, tokens_out=0)
    with AnswerStore(str(tmp_path / "new"), FILES, earlier.get) as store:
        assert store.get(answer(1).key) == unpaid
        assert store.get(answer(9).key) is None
    with AnswerStore(str(tmp_path / "new"), FILES) as store:
        assert len(store) == 1
        assert store.get(answer(1).key) == unpaid
