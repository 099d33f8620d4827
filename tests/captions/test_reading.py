import pytest

from elsa_data.captions.lexicon.marks import MASK
from elsa_data.captions.reading import read
from elsa_data.captions.said_rooms import rooms_of
from elsa_data.captions.wording import worded


def values(text: str, **more) -> set[str]:
    return {value for _, value in read(worded(text), **more).said}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("on your left, a dog barks", "left"),
        ("a dog barks close behind you.", "near back"),
        ("a dog barks far below you to the right.", "far down right"),
        ("ahead of and above you, a dog barks", "front up"),
        ("a distant dog barks", "far"),
        ("a dog barks, not far from you.", "near"),
        ("a dog barks, anything but close.", "far"),
        ("a dog barks up to the left.", "up left"),
        ("a dog barks in a large, echoing room.", "large reverberant"),
        ("a dog barks in a snug room with hardly any echo.", "small dampened"),
        ("a dog barks in a room far from dry.", "reverberant"),
        ("a dog barks in a room that swallows every sound.", "dampened"),
        ("the room is big and dry, and a dog barks.", "large dampened"),
        ("a dog barks just behind the listener.", "back near?"),
        ("a dog barks by the listener's left side.", "left"),
        ("a dog barks to your upper left.", "left up"),
        ("a dog barks in a vast hall.", "large"),
        ("a dog barks in cramped quarters.", "small"),
        ("in a large room, a dog's bark echoes behind you.", "large reverberant back"),
        ("a dog barks with plenty of echo in the room.", "reverberant"),
        ("a dog barks with little echo in the room.", "dampened"),
        ("a dog barks in a room with ample reverberation.", "reverberant"),
    ],
)
def test_what_is_said_of_place_and_room(text, said):
    assert values(text) == set(said.split())


@pytest.mark.parametrize(
    "text",
    [
        "a dog barks to the left of a man.",
        "a dog barks behind the door.",
        "a large dog barks.",
        "a dog barks in a reverberant hall.",
        "a dog barks in a hall.",
        "a dog's bark does not echo.",
        "a man taps a foot.",
        "a small room fan hums.",
        "a dog barks right away.",
        "a dry cough is heard.",
        "an engine starts up.",
        "the front door opens.",
        "a dog barks near a cat.",
        "a man sings with the left hand.",
    ],
)
def test_what_is_said_of_other_things_is_left_over(text):
    reading = read(worded(text))
    assert not reading.said
    assert reading.rest == worded(text)


def test_a_size_that_is_denied_is_no_other_size():
    assert values("a dog barks in a room that is not small.") == {"not small"}


def test_a_place_that_is_denied_is_told_apart():
    assert ("place", "denied") in read(worded("a dog barks, not on your left.")).said


def test_a_place_that_the_source_names_counts_as_the_room_and_stays():
    rooms = rooms_of(worded("a bell rings in a draughty old church"))
    reading = read(worded("a bell rings in an old, echoing, draughty church."), rooms)
    assert reading.said == {("reverb", "reverberant")}
    assert reading.rest == f"a bell rings {MASK} old draughty church {MASK} ."


@pytest.mark.parametrize(
    "word", ["very", "small ,", "with a", "no little", "far and", "from the", "that is", "room and"]
)
def test_a_caption_of_one_word_over_and_over_is_read_to_its_end(word):
    """Patterns that try every way of splitting such a text would not come back."""
    reading = read(f"a dog barks in a {' '.join([word] * 60)} room")
    assert reading.rest.startswith("a dog barks")
