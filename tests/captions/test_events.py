import pytest

from elsa_data.captions.events import events, sequential


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
