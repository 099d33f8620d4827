import pytest

from elsa_data.captions.events import events


def order(text: str) -> set[tuple[str, str]]:
    """Return (earlier, later) by the first content word of each event."""
    found = events(text.split())
    first: dict[int, str] = {}
    for word, _, number in found.words:
        first.setdefault(number, word)
    return {(first[one], first[other]) for one, other in found.order}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("bells ring and men talk", set()),
        ("bells ring while men talk", set()),
        ("bells ring then men talk", {("bells", "men")}),
        ("bells ring , followed by men talk", {("bells", "men")}),
        ("bells ring before men talk", {("bells", "men")}),
        ("bells ring after men talk", {("men", "bells")}),
        ("after bells ring , men talk", {("bells", "men")}),
        ("before bells ring , men talk", {("men", "bells")}),
        ("dogs bark and after bells ring , men talk", {("bells", "men")}),
    ],
)
def test_order_words_put_events_in_order(text, pairs):
    assert pairs <= order(text)
    assert bool(pairs) == bool(order(text))


def test_events_hold_the_content_words_in_order():
    words = events(["a", "dog", "barks", "and", "the", "big", "cat", "hisses"]).words
    assert [(word, number) for word, _, number in words] == [
        ("dog", 0), ("barks", 0), ("big", 1), ("cat", 1), ("hisses", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "attending"),
    [
        ("a crow caws then flies with flapping wings", {(1, 2)}),
        ("a crow caws and wings flap", set()),
    ],
)
def test_what_is_told_with_an_event_attends_it(text, attending):
    assert events(text.split()).attending == attending


@pytest.mark.parametrize("text", ["a man shuffles a deck of cards and deals them"])
def test_deeds_of_one_actor_are_two_events_though_two_nouns_stand_beside_and(text):
    assert events(text.split()).words[-1] == ("deals", 8, 1)
