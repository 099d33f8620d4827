import pytest

from elsa_data.captions.content import difference


@pytest.mark.parametrize(
    ("source", "rewrite"),
    [
        ("a dog bites a man", "a man is bitten by a dog"),
        ("a boy throws a ball", "the throwing of a ball by a boy"),
        (
            "a boy whistles a tune while descending the steps",
            "a boy descends the steps while whistling a tune",
        ),
        ("a man taps a table and hums a tune", "a man hums a tune and taps a table"),
    ],
)
def test_who_acts_may_be_named_last(source, rewrite):
    assert difference(source.split(), rewrite.split()) is None


@pytest.mark.parametrize(
    ("source", "rewrite"),
    [
        ("a dog bites a man", "a man bites a dog"),
        ("a dog bites a man", "a dog is bitten by a man"),
        (
            "a boy whistles a tune while descending the steps",
            "a boy descends a tune while whistling the steps",
        ),
        (
            "a dog bites a man while a cat scratches a boy",
            "a cat scratches a boy while a man bites a dog",
        ),
    ],
)
def test_who_acts_and_who_is_acted_on_do_not_change_places(source, rewrite):
    assert difference(source.split(), rewrite.split()) is not None
