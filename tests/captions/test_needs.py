import json
from pathlib import Path

import pytest

from elsa_data.captions.lexicon.grammar import grammar, tokens
from elsa_data.captions.lexicon.needs import Table, needed
from elsa_data.captions.wording import worded


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(?:to|on) your left", {"left"}),
        ("(?:far|well) away", {"away"}),
        ("echo(?:es|ing)?", {"echo", "echoes", "echoing"}),
        ("(?:very )*near(?: to)? you", {"near"}),
        (r"un[a-z]+ (?:dog|cat)s?", {"dog", "dogs", "cat", "cats"}),
        ("left(?= (?:hand|side))", {"left"}),
        ("(?:the |a )?(?:left,? right|high up)", {"right", "high"}),
    ],
)
def test_every_match_holds_one_of_the_words_it_needs(pattern, words):
    assert needed(tokens(pattern).pattern) == words


@pytest.mark.parametrize("pattern", [r"un[a-z]+ed", "(?:near )?", r"\S+ing", "left|[a-z]+"])
def test_what_may_be_any_word_needs_none(pattern):
    assert needed(tokens(pattern).pattern) is None


def test_no_phrase_of_a_caption_does_without_its_words():
    folder = Path(__file__).parent / "adversarial"
    lines = (folder / "seen.jsonl").read_text().splitlines()
    captions = [f"{worded(json.loads(line)['rewrite'])} " for line in lines[::2]]
    found = 0
    for name in ("listening", "acoustics"):
        sections = grammar(name).sections.values()
        for pattern in (tokens(pattern) for section in sections for _, pattern in section):
            words = needed(pattern.pattern)
            for caption in captions:
                if words is not None and pattern.search(caption):
                    assert words & set(caption.split()), (pattern.pattern, caption)
                    found += 1
    assert found > 500


def test_a_table_gives_the_rows_that_can_match_in_order():
    rows = [("right", tokens("to the right")), ("any", tokens(r"\S+ing")), ("left", tokens("left"))]
    assert [key for key, _ in Table(rows).among(["a", "dog", "to", "the", "left"])] == [
        "any",
        "left",
    ]


def test_a_row_that_makes_a_word_calls_the_rows_after_it():
    rows = [("b", tokens("a")), ("c", tokens("b")), ("d", tokens("c")), ("b", tokens("d"))]
    found = Table(rows, made=str.split).among(["a"])
    assert [key for key, _ in found] == ["b", "c", "d", "b"]
