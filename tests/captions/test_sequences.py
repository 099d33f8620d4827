import pytest

from elsa_data.captions.events import events
from elsa_data.captions.sequences import ended, sequential, successive
from elsa_data.captions.wording import worded


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        ("a blender whirs and stops", True),
        ("a saw cuts a tree and the tree falls", True),
        ("a phone rings and a woman answers", True),
        ("a man sings and claps", False),
        ("a baby cries and a door slams", False),
        ("an owl hoots and leaves rustle", False),
        ("a blender whirs while it stops", False),
    ],
)
def test_some_joined_events_can_only_follow_each_other(text, goes_on):
    tokens = text.split()
    assert sequential(tokens, events(tokens)) == ({(0, 1)} if goes_on else set())


def test_what_goes_on_until_something_comes_before_it():
    tokens = worded("A bell rings until a man opens a door while a dog barks").split()
    assert ended(tokens, events(tokens)) == {(0, 1)}


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("a chair scrapes and a man groans", True),
        ("a toy is dropped and a lid snaps", True),
        ("a door slams and the wind blows", True),
        ("a bell rings 2times and the wind blows", True),
        ("birds sing and the wind blows", False),
        ("the wind blows and a door slams", False),
        ("a chair scrapes and the rain falls", False),
        ("a dog barking and a man coughing", False),
        ("a chair scrapes while a man groans", False),
    ],
)
def test_joined_events_may_be_told_in_turn_where_the_first_does_not_last(text, may):
    assert successive(events(text.split())) == ({(0, 1)} if may else set())
