import pytest

from elsa_data.captions.sentence import body_of, closed, is_single, lower_first, upper_first


@pytest.mark.parametrize(
    ("caption", "body"),
    [
        ("A dog barks.", "A dog barks"),
        ("A dog barks", "A dog barks"),
        ("A dog barks!?", "A dog barks"),
        ("A dog barks...", "A dog barks"),
        ("A dog barks ; ", "A dog barks"),
        ("A dog barks. A man talks.", "A dog barks; a man talks"),
        ("A dog barks. a man talks", "A dog barks; a man talks"),
        ("A dog barks.A man talks", "A dog barks; a man talks"),
        ("Wow! that is loud", "Wow; that is loud"),
        ("A dog barks... then stops", "A dog barks; then stops"),
        ("Rain. BBC news.", "Rain; BBC news"),
        ("A dog barks. Rover growls", "A dog barks; Rover growls"),
        ("Mr. Smith talks to Dr. Jones", "Mr. Smith talks to Dr. Jones"),
        ("J. Smith talks", "J. Smith talks"),
        ("Bells ring at 4 p.m.", "Bells ring at 4 p.m."),
        ("A tone at 3.5 kHz", "A tone at 3.5 kHz"),
        ("The U.S. anthem plays", "The U.S. anthem plays"),
    ],
)
def test_several_sentences_become_one_and_lose_their_stop(caption, body):
    assert body_of(caption, joint="; ") == body


@pytest.mark.parametrize(
    ("text", "lowered"),
    [
        ("A dog", "a dog"),
        ("Rain on a roof", "rain on a roof"),
        ("BBC news", "BBC news"),
        ("Carrera purrs", "Carrera purrs"),
        ("I hear rain", "I hear rain"),
        ("IT staff talk", "IT staff talk"),
        ("A380 lands", "A380 lands"),
        ("iPhone rings", "iPhone rings"),
        ("rain", "rain"),
        ("", ""),
    ],
)
def test_names_and_acronyms_keep_their_capital(text, lowered):
    assert lower_first(text) == lowered


@pytest.mark.parametrize(
    ("text", "raised"), [("rain", "Rain"), ("iPhone rings", "iPhone rings"), ("3 dogs", "3 dogs")]
)
def test_a_sentence_opens_with_a_capital(text, raised):
    assert upper_first(text) == raised


def test_one_stop_and_no_second():
    assert closed("at 4 p.m.") == "At 4 p.m."
    assert closed("rain") == "Rain."


def test_inner_stops_show():
    assert is_single("A dog barks, and a man talks.")
    assert not is_single("A dog barks. A man talks.")
    assert not is_single("A dog barks; a man talks")
