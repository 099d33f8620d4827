import pytest

from elsa_data.captions.form import misformed

SOURCE = ("A dog barks",)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("A dog barks.", None),
        ("A dog barks!", None),
        ('A woman asks, "Where?" on your left.', None),
        ("Mr. Smith talks at 4 p.m. on the left.", None),
        ("A caf\u00e9 dog barks.", None),
        ("", "empty"),
        ("   ", "empty"),
        ("Dog.", "too-short"),
        ("Behind you, a dog barks in the.", "unfinished"),
        ("A dog barks in a room that is very.", "unfinished"),
        ("A dog barks\nand barks.", "several-lines"),
        ("A dog barks", "no-stop"),
        ("Is a dog barking?", "no-stop"),
        ("A dog barks. It is left.", "two-sentences"),
        ("Listen! A dog barks.", "two-sentences"),
        ("**A dog** barks.", "markup"),
        ("- A dog barks.", "markup"),
        ("<b>A dog</b> barks.", "markup"),
        ('{"caption": "A dog barks."}', "markup"),
        ("A dog barks in the [location].", "markup"),
        ("\u0421\u043e\u0431\u0430\u043a\u0430 \u043b\u0430\u0435\u0442 here.", "letters"),
        ("Here is a dog that barks.", "preamble"),
        ("As instructed, a dog barks.", "preamble"),
        ("A dog " + "barks and " * 30 + "barks.", "too-long"),
    ],
)
def test_the_form_of_one_english_sentence(text, wrong):
    assert misformed(text, SOURCE) == wrong


def test_signs_and_letters_of_the_source_are_no_fault():
    assert misformed("A man types #1 and \u03a9.", ("A man types #1 and \u03a9",)) is None
    assert misformed("A man types #1 and \u03a9.", SOURCE) == "markup"


def test_a_long_source_caption_may_be_told_at_length():
    source = "a bell and " * 30 + "a drum"
    text = f"On your left, {source}."
    assert misformed(text, (source,)) is None
    assert misformed(text, SOURCE) == "too-long"
