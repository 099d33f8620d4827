import pytest

from elsa_data.captions.causing import spoken_of
from elsa_data.captions.lexicon.marks import MASK
from tests.captions.test_verify import judged

GLASS = "Glass breaks and a woman gasps"


@pytest.mark.parametrize(
    ("original", "rewrite"),
    [
        (GLASS, "Behind you, glass breaks, which makes a woman gasp."),
        (GLASS, "Behind you, glass breaks, getting a woman to gasp."),
        (GLASS, "Behind you, glass breaks, giving a woman a gasp."),
        (GLASS, "Behind you, a woman gasps at glass that breaks."),
        (GLASS, "Behind you, glass breaks by a woman who gasps."),
        ("Thunder claps and a dog barks", "Behind you, a clap of thunder makes the dog bark."),
    ],
)
def test_one_event_does_not_bring_about_another(original, rewrite):
    assert str(judged(original, "back", rewrite)).startswith("invented:")


@pytest.mark.parametrize(
    ("original", "rewrite"),
    [
        (GLASS, "Behind you, glass makes the sound of breaking and a woman gasps."),
        ("A dog barks loudly", "Behind you, a dog makes a loud bark."),
        ("A chess clock is slapped", "Behind you, someone gives a chess clock a slap."),
        ("A man slices onions and hums", "Behind you, onions are sliced by a man who hums."),
        ("Thunder makes a dog bark", "Behind you, thunder makes a dog bark."),
    ],
)
def test_what_makes_a_sound_brings_about_no_other_event(original, rewrite):
    assert judged(original, "back", rewrite) is None


@pytest.mark.parametrize(
    ("rewrite", "spoken"),
    [
        (f"a woman talks about {MASK}", True),
        (f"a woman talks to a man of what is {MASK}", True),
        (f"a man gives a lecture on {MASK}", True),
        (f"a woman talks and children run about {MASK}", False),
        (f"at {MASK} , a woman talks", False),
    ],
)
def test_a_place_that_is_spoken_of_is_no_place_of_a_sound(rewrite, spoken):
    assert (spoken_of("a woman talks", rewrite) is not None) is spoken
