"""What a thing does by its nature, and sounds that carry."""

import pytest

from elsa_data.captions.events import events
from elsa_data.captions.habits import does_so
from tests.captions.test_verify import judged


@pytest.mark.parametrize(
    ("source", "word", "wanted"),
    [
        ("footsteps on gravel", "crunch", True),
        ("footsteps on a floor", "crunch", False),
        ("loud applause", "erupts", True),
        ("applause fading", "erupts", False),
        ("a dog", "barks", False),
        ("rain patters on a roof", "falls", True),
        ("rain falling on a roof", "patters", False),
    ],
)
def test_a_thing_without_a_verb_does_what_it_does_by_its_nature(source, word, wanted):
    assert does_so(events(source.split()), word) is wanted


@pytest.mark.parametrize(
    ("original", "rewrite", "accepted"),
    [
        ("A donkey brays", "A donkey's braying carries from your left.", True),
        ("A donkey brays", "A donkey carries from your left, braying.", False),
        ("A man walks", "A man carries something on your left, walking.", False),
        ("A donkey brays and a cart rolls", "A donkey's braying carries from your left.", False),
    ],
)
def test_a_sound_that_is_told_may_carry_to_the_listener(original, rewrite, accepted):
    assert (judged(original, "left", rewrite) is None) is accepted


@pytest.mark.parametrize(
    ("original", "rewrite", "accepted"),
    [
        ("A dog barks and a cat meows", "On your left, one dog barks and a cat meows.", True),
        ("Dogs bark and a cat meows", "On your left, one dog barks and a cat meows.", False),
        ("A man plays the harp", "On your left, harp music is played by a man.", True),
        ("A man tunes the harp", "On your left, harp music is tuned by a man.", False),
        ("A train hisses as it brakes", "On your left, a train hisses as the train brakes.", True),
        (
            "A train hisses as it brakes",
            "On your left, a train hisses as the vehicle brakes.",
            True,
        ),
        ("A train hisses as it brakes", "On your left, a train hisses as the bus brakes.", False),
        ("A train hisses and brakes", "On your left, a train hisses, the vehicle braking.", False),
    ],
)
def test_a_thing_is_counted_played_and_named_again(original, rewrite, accepted):
    assert (judged(original, "left", rewrite) is None) is accepted
