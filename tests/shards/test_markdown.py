"""Whatever a stranger wrote stays text in a card."""

import re

import pytest
from markdown_it import MarkdownIt

from elsa_data.shards.markdown import LONGEST, histogram, quoted, table

EVIL = [
    "<script>alert(1)</script>",
    "</code></td><img src=x onerror=alert(1)>",
    "a | b | c",
    "a \\| b \\",
    "`<b>out</b>`",
    "``` \n<b>out</b>",
    "[click](javascript:alert(1))",
    "![i](http://evil/x.png) http://evil.example @somebody",
    "line\nbreak\r\n\n# heading",
    "\u202egnp.exe\u202c \x1b[31mred\x00",
    "---\nlicense: mit\n---",
    "&lt;b&gt; &#60;b&#62;",
]


def rendered(markdown: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)


@pytest.mark.parametrize("text", EVIL)
def test_foreign_text_stays_in_its_cell(text: str) -> None:
    html = rendered(table(("one", "two"), [(quoted(text), 7)]))
    tags = set(re.findall(r"<(/?\w+)", html))
    assert tags <= {f"{end}{tag}" for end in ("", "/") for tag in TAGS}, html
    assert html.count("<td") == 2, html
    assert len(re.findall("<code>", html)) == 1, html


TAGS = ("table", "thead", "tbody", "tr", "th", "td", "code")


def test_letters_of_all_languages_are_kept() -> None:
    assert (
        quoted("Ein Hund bellt, 犬が吠える, كلب ينبح") == "`Ein Hund bellt, 犬が吠える, كلب ينبح`"
    )


def test_what_is_long_is_cut_and_what_is_empty_is_nothing() -> None:
    assert len(quoted("a" * 1000)) == LONGEST + 2
    assert quoted(" \n\x00") == ""


def test_numbers_stand_to_the_right() -> None:
    assert table(("a", "b"), [("x", 1), ("y", 2)]).splitlines()[1] == "| --- | ---: |"


def test_the_longest_bar_is_the_most_frequent() -> None:
    lines = histogram({"few": 1, "most": 40, "none": 0}).splitlines()[1:-1]
    assert [line.count("█") for line in lines] == [1, 40, 0]
    assert histogram({"none": 0}) == ""
