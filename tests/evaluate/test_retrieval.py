import numpy as np
import pytest

from elsa_data.evaluate.retrieval import codes, gallery, recall_at_ten, retrieval
from elsa_data.evaluate.sets import Meta
from tests.evaluate.readers import reader


def place(clip, label, word):
    return Meta(clip=clip, room=clip, label=label, words={"direction": word})


METAS = [
    place("dog 1", "Dog", "left"),
    place("dog 2", "Dog", "left"),
    place("dog 2", "Dog", "right"),
    place("rain 1", "Rain", "left"),
]
TEXTS = [["dog left"], ["dog left", "a dog, left"], ["dog right"], ["rain left"]]
SPACE = {
    "dog left": [1.0, 0.0, 0.0],
    "a dog, left": [0.9, 0.1, 0.0],
    "dog right": [0.0, 1.0, 0.0],
    "rain left": [0.0, 0.0, 1.0],
}
AUDIO = np.array([[1.0, 0.0, 0.0], [0.8, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def test_equal_texts_are_right_for_each_other_and_stand_once():
    found = gallery(reader(SPACE), METAS, AUDIO, TEXTS)
    assert len(found.text) == 4
    assert found.said.tolist() == [0, 0, 1, 2, 3]
    assert found.relevant.tolist() == [
        [True, False, False, False],
        [True, True, False, False],
        [False, False, True, False],
        [False, False, False, True],
    ]
    # What is said of one dog on the left is alike for the other.
    assert found.alike[0].tolist() == [True, True, False, False]


def test_the_same_recording_at_a_place_of_the_same_words_shares_its_texts():
    twice = [place("dog 1", "Dog", "left"), place("dog 1", "Dog", "left")]
    found = gallery(reader(SPACE), twice, AUDIO[:2], [["dog left"], ["a dog, left"]])
    assert found.relevant.all()


def test_a_perfect_model_reaches_the_ceiling_of_one_who_cannot_tell_dogs_apart():
    lines = retrieval("model", "spatial", gallery(reader(SPACE), METAS, AUDIO, TEXTS))
    found = {line.protocol: line for line in lines}
    to_audio = found["spatial, text to audio, R@1"]
    # "a dog, left" is of the second dog, and the first is as near to it.
    assert to_audio.value == pytest.approx(100 * 4 / 5)
    assert to_audio.reference == "ceiling 90.0"
    assert to_audio.note == "1 duplicate texts"
    assert to_audio.n == 5
    # Of two texts alike, one is right for the first dog and both for the second.
    assert found["spatial, audio to text, R@1"].reference == "ceiling 87.5"
    assert found["spatial, audio to text, R@1"].value == 100.0
    assert found["spatial, text to audio, by class and words, mAP@10"].value == 100.0


def test_recall_at_ten_both_ways():
    assert recall_at_ten(gallery(reader(SPACE), METAS, AUDIO, TEXTS)) == (100.0, 100.0)


def test_codes_are_equal_where_values_are():
    assert codes(["b", "a", "b"]).tolist() == [0, 1, 0]
