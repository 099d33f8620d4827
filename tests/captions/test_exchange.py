import pytest

from elsa_data.captions.content import difference


def told(source: str, rewrite: str) -> str | None:
    return difference(source.split(), rewrite.split())


@pytest.mark.parametrize(
    ("source", "rewrite"),
    [
        ("a parrot imitates a telephone", "a parrot mimics a telephone"),
        ("a baby whimpers and calms down", "a baby whimpers and settles down"),
        ("a man talks animatedly", "a man talks spiritedly"),
        ("a person walks over gravel", "a person moves over gravel"),
        ("steam is released", "steam escapes"),
    ],
)
def test_a_word_may_stand_for_another_in_its_place(source, rewrite):
    assert told(source, rewrite) is None


@pytest.mark.parametrize(
    ("source", "rewrite"),
    [
        ("a man opens a drawer", "a man closes a drawer"),
        ("a man walks along a path", "a man runs along a path"),
        ("a dog barks", "a dog growls"),
        ("a rickety cart rolls", "a creaky cart rolls"),
        ("a signal clicks steadily", "a signal clicks occasionally"),
        ("a man throws a ball", "a man kicks a ball"),
        ("a man saws wood", "a man drills wood"),
        ("a cheerful tune plays", "a mournful tune plays"),
        ("a man talks loudly", "a man talks slowly"),
        ("two knocks are heard", "three knocks are heard"),
        ("a rickety cart rolls", "a cart rolls creakily"),
        ("a rickety cart rolls to a man", "a cart rolls to a creaky man"),
    ],
)
def test_what_counts_for_itself_stands_for_nothing_else(source, rewrite):
    assert told(source, rewrite) is not None
