import html
from html.parser import HTMLParser

import pytest

from elsa_data.report.markup import Markup, joined, number, signed, tag, text

HOSTILE = "<script>alert('1')</script> & \"quoted\" </p>"


class Reader(HTMLParser):
    """What a browser makes of markup: the elements it opens and the text it shows."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.opened: list[tuple[str, dict]] = []
        self.shown = ""
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.opened.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.shown += data


def test_foreign_text_opens_no_element_wherever_it_stands():
    read = Reader(tag("p", HOSTILE, tag("b", HOSTILE), title=HOSTILE, data_word=HOSTILE))
    assert [name for name, _ in read.opened] == ["p", "b"]
    assert read.opened[0][1] == {"title": HOSTILE, "data-word": HOSTILE}
    assert read.shown == HOSTILE + HOSTILE


def test_only_markup_is_left_as_it_is():
    assert joined(tag("b", "a"), "<b>") == "<b>a</b>&lt;b&gt;"
    assert joined(Markup("<i>"), None, "x") == "<i>x"
    assert isinstance(text("a") + text("b"), str)
    # What is added to markup by hand is text again: it will be escaped.
    assert tag("p", tag("b", "a") + "<u>") == "<p>&lt;b&gt;a&lt;/b&gt;&lt;u&gt;</p>"


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x7f", "\ud800", "\u202e", "\u2067"])
def test_no_page_holds_characters_that_control_or_turn_what_follows(char):
    assert char not in text(f"a{char}b")
    assert html.unescape(text(f"a{char}b")) == "a\ufffdb"


def test_attributes_are_left_out_stand_alone_or_are_rounded():
    assert tag("input", hidden=True, disabled=False, id=None) == "<input hidden>"
    assert tag("g", x=1.26, y=-0.04, n=3) == '<g x="1.3" y="0" n="3"></g>'
    assert tag("label", "s", for_="a", class_="b") == '<label for="a" class="b">s</label>'


def test_numbers_are_short():
    assert [number(v) for v in (1.0, 1.04, -0.01, -2.25, 100.0)] == ["1", "1", "0", "-2.2", "100"]
    assert [signed(v) for v in (3.2, -3.2, 0.2, -0.2)] == ["+3", "\u22123", "0", "0"]
    assert signed(-0.25, 1) == "\u22120.2"
