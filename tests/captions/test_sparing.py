import pytest

from elsa_data.captions.lexicon.marks import BREAK, KEPT
from elsa_data.captions.sparing import before_verbs, spared_neighbours, spared_speech


def test_quoted_speech_is_marked():
    assert (
        spared_speech('he says " look left "', ["look left"])
        == f'he says " {KEPT}look {KEPT}left "'
    )


@pytest.mark.parametrize(
    ("rewrite", "source", "marked"),
    [
        ("a left turn signal", "a left turn signal", "left"),
        ("thunder rolls on the left while rain drips on leaves", "rain drips on leaves", "on"),
        ("pipes hiss below the listener", "pipes hiss beneath the floor", ""),
        ("a turn signal on the left", "a left turn signal", ""),
    ],
)
def test_a_spatial_word_is_marked_beside_its_own_neighbour(rewrite, source, marked):
    tokens = spared_neighbours(rewrite, source).split()
    assert [token[1:] for token in tokens if token.startswith(KEPT)] == marked.split()


@pytest.mark.parametrize(
    ("rewrite", "source", "after"),
    [
        ("a dog on the left barks", "a dog barks", "left"),
        ("a drone on the left slowly rises", "a drone rises slowly", "left"),
        ("drums on the right tap a pad", "drums tap a pad", "right"),
        ("someone close by eats", "someone dines", "by"),
        ("a man taps the left foot", "a man taps a foot", ""),
        ("a man talks behind closed doors", "a man talks", ""),
    ],
)
def test_a_place_ends_before_what_is_done_there(rewrite, source, after):
    tokens = before_verbs(rewrite, source).split()
    assert [tokens[n - 1] for n, token in enumerate(tokens) if token == BREAK] == after.split()
