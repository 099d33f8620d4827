import pytest

from elsa_data.captions.loose import is_helper


@pytest.mark.parametrize(
    ("text", "word", "known"),
    [
        ("a car drives over the gravel", "over", "car drives gravel"),
        ("a cat laps up milk", "up", "cat laps milk"),
        ("a man calls it out", "out", "man calls"),
        ("a boy gives a whistle", "gives", "boy whistles"),
        ("a crowd falls silent", "falls", "crowd silence"),
        ("an engine settles into an idle", "settles", "engine idles"),
        ("in a relaxed manner", "manner", "relaxed"),
        ("the notes of a flute", "notes", "flute"),
        ("a tray falls to the floor with a crash", "falls", "tray crashes floor"),
        ("a very soft voice", "very", "soft voice"),
        ("rain pours down on a roof", "down", "rain pours roof"),
    ],
)
def test_a_helper_tells_nothing_by_itself(text, word, known):
    tokens = text.split()
    assert is_helper(tokens, tokens.index(word), known.split())


@pytest.mark.parametrize(
    ("text", "word", "known"),
    [
        ("a car drives over the hill", "over", "car drives"),
        ("a man turns off the radio", "off", "man turns radio"),
        ("a man turns down the radio", "down", "man turns radio"),
        ("a bird sings up in a tree", "up", "bird sings tree"),
        ("a train drives along", "along", "train drives"),
        ("a boy gives a shout", "gives", "boy whistles"),
        ("a glass falls on the floor", "falls", "glass floor"),
        ("a dog barks", "barks", "dog"),
        ("a very loud voice", "very", "soft voice"),
        ("a tray falls with a crash", "falls", "tray clatters"),
        ("a tray falls and a man drops a box with a crash", "falls", "crashes box"),
    ],
)
def test_what_tells_of_something_helps_nobody(text, word, known):
    tokens = text.split()
    assert not is_helper(tokens, tokens.index(word), known.split())
