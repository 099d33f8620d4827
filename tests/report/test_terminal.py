import pytest

from elsa_data.report.terminal import (
    WIDTH,
    columns_of,
    fact,
    in_ascii,
    padded,
    table,
    visible,
    wrapped,
)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a \x1b[31mred\x1b[0m dog", r"a \x1b[31mred\x1b[0m dog"),
        ("\x9b2J\x07\x08", r"\x9b2J\x07\x08"),
        ("left\u202eright", r"left\u202eright"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("two\r\nlines\tand\u2028\x85\xa0more", "two  lines and   more"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("ein Hund bellt, 犬", "ein Hund bellt, 犬"),
    ],
)
def test_only_what_can_be_seen_gets_through(text: str, seen: str) -> None:
    assert visible(text) == seen
    visible(text).encode("utf-8")


def test_no_character_of_all_steers_a_terminal() -> None:
    shown = visible("".join(map(chr, range(0x11000))))
    assert shown.isprintable()


def test_ascii_alone() -> None:
    assert visible("ein Hund “bellt” 犬", ascii_only=True) == (r"ein Hund \u201cbellt\u201d \u72ac")
    frame = "┌──┐│↖ · A│└──┘ ├──┤"
    assert in_ascii(frame).isascii()
    assert len(in_ascii(frame)) == len(frame)


@pytest.mark.parametrize(
    "text", ["word " * 40, "x" * 200, "犬" * 90, "a " + "犬b" * 70, "e\u0301" * 99]
)
def test_nothing_is_wider_than_its_column(text: str) -> None:
    lines = wrapped(text, 30)
    assert max(map(columns_of, lines)) <= 30
    assert "".join("".join(lines).split()) == "".join(text.split())
    for cells in ([text], [text, "short"], [text, text, text]):
        assert max(map(columns_of, fact("a label", *cells))) <= WIDTH


def test_cells_stand_side_by_side() -> None:
    first, second = fact("two", "a " * 20, "b")
    assert first.startswith("  two           a a")
    assert first.endswith(" b")
    assert set(second.split()) == {"a"}


def test_numbers_line_up_on_the_right() -> None:
    assert list(table(["octave", "125", "1k"], [["A", "0.5", "10.25"]])) == [
        "  octave        125     1k",
        "  A             0.5  10.25",
    ]
    assert columns_of(padded("犬", 5)) == 5
