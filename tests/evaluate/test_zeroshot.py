import numpy as np
import pytest

from elsa_data.errors import PromptError
from elsa_data.evaluate.sets import Meta
from elsa_data.evaluate.texts import load_texts
from elsa_data.evaluate.zeroshot import (
    balanced_accuracy,
    nearest_sounds,
    nearest_words,
    zero_shot,
)

WORDS = {"near": np.array([1.0, 0.0]), "far": np.array([0.0, 1.0])}


def metas(words):
    return [
        Meta(clip=f"c{at}", room=f"r{at}", words={"distance": word} if word else {})
        for at, word in enumerate(words)
    ]


def test_balanced_accuracy_by_hand():
    true = np.array([0] * 60 + [1] * 40 + [2] * 5)
    found = np.array([0] * 45 + [1] * 15 + [1] * 40 + [2] * 5)
    # Three in four of the first word, all of the second; the third is too rare to count.
    assert balanced_accuracy(found, true) == pytest.approx((0.75 + 1.0) / 2)
    assert np.isnan(balanced_accuracy(found[:60], true[:60]))


def test_balanced_accuracy_weighs_rows():
    true, found = np.repeat([0, 1], 30), np.repeat([0, 1], 30)
    found[0] = 1
    weights = np.ones(60)
    weights[0] = 29
    assert balanced_accuracy(found, true, weights) == pytest.approx((29 / 58 + 1) / 2)


def test_the_nearest_text_is_the_answer_and_rows_without_a_word_are_left_out():
    told = metas(["near"] * 40 + ["far"] * 40 + [None] * 20)
    audio = np.array([[1.0, 0.1]] * 40 + [[0.1, 1.0]] * 30 + [[1.0, 0.0]] * 10 + [[1.0, 0.0]] * 20)
    score = zero_shot("model", "distance", WORDS, told, audio)
    assert score.value == pytest.approx(100 * (1.0 + 0.75) / 2)
    assert score.n == 80
    assert score.note == "near 40, far 40"
    assert score.interval is not None
    assert score.interval[0] < score.value < score.interval[1]
    assert nearest_words(audio[:1], WORDS).tolist() == [0]


def test_elsas_variant_asks_each_text_for_its_nearest_sound():
    told = metas(["near"] * 40 + ["far"] * 40)
    audio = np.array([[0.9, 0.1]] * 40 + [[0.1, 0.9]] * 40)
    assert nearest_sounds("model", "distance", WORDS, told, audio).value == 100.0
    audio[0] = [0.0, 1.0]  # the nearest to "far" is now near
    assert nearest_sounds("model", "distance", WORDS, told, audio).value == 50.0


def test_the_shipped_texts_name_every_word_and_another_file_must_too(tmp_path):
    assert set(load_texts().texts) == {"direction", "elevation", "distance", "size", "reverb"}
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\ntexts: {distance: {near: [close]}}\n")
    with pytest.raises(PromptError, match=r"texts.distance: wanted the words near, far"):
        load_texts(str(path))
