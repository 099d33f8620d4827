from pathlib import Path

import pytest

from elsa_data.captions import assertions
from elsa_data.captions.assertions import asserted, contradiction
from elsa_data.records import PartWords, SpatialAttributes


def read_table() -> list[tuple[str, dict[str, set[str]]]]:
    rows = []
    for line in (Path(__file__).parent / "asserted.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        caption, said = line.split("|")
        expected: dict[str, set[str]] = {}
        for pair in said.split():
            slot, value = pair.split("=")
            expected.setdefault(slot, set()).add(value.replace("_", " "))
        rows.append((caption.strip(), expected))
    return rows


TABLE = read_table()


@pytest.mark.parametrize(("caption", "expected"), TABLE, ids=[caption for caption, _ in TABLE])
def test_a_caption_asserts_what_its_row_says_and_no_more(caption, expected):
    assert {slot: set(values) for slot, values in asserted(caption).items()} == expected


def words(size=None, reverb=None, **part) -> SpatialAttributes:
    return SpatialAttributes(room_size=size, reverberation=reverb, parts=(PartWords(**part),))


@pytest.mark.parametrize(
    ("caption", "attributes", "slot"),
    [
        ("A dog barks", words(direction="left", distance="far"), None),
        ("A dog barks in the distance", words(distance="far"), None),
        ("A dog barks in the distance", words(distance="near"), "distance"),
        ("A dog barks in the distance", words(), "distance"),
        ("A dog barks, not far away", words(distance="near"), None),
        ("A dog barks to the left", words(direction="left", distance="far"), None),
        ("A dog barks to the left", words(direction="right"), "direction"),
        ("A dog barks left and right of the listener", words(direction="right"), "direction"),
        ("A drum on the left and on the right", words(direction="left"), "direction"),
        ("A dog barks, not on the left", words(direction="left"), "direction"),
        ("A dog barks, not on the left", words(direction="right"), "direction"),
        ("A plane hums overhead", words(elevation="up"), None),
        ("A plane hums overhead", words(elevation="down"), "elevation"),
        ("A choir in a large hall", words(size="large", reverb="dampened"), None),
        ("A choir in a large hall", words(size="small"), "size"),
        ("A choir in a large hall", words(), "size"),
        ("A cough echoes", words(reverb="reverberant"), None),
        ("A cough echoes", words(reverb="dampened"), "reverb"),
        ("A cough without echo", words(reverb="dampened"), None),
        ("People talk outside", words(direction="left"), None),
        ("A car passes by", words(direction="left"), None),
        ("A left turn signal clicks", words(direction="right"), None),
    ],
)
def test_a_contradiction_is_any_value_that_is_not_the_target(caption, attributes, slot):
    assert contradiction((caption,), attributes) == slot


def test_each_source_is_held_against_its_own_words():
    parts = (PartWords(direction="left"), PartWords(direction="right"))
    attributes = SpatialAttributes(room_size=None, reverberation=None, parts=parts)
    originals = ("A dog barks on the left", "A man talks on the right")
    assert contradiction(originals, attributes) is None
    assert contradiction(originals[::-1], attributes) == "direction"


def test_as_many_captions_as_parts():
    with pytest.raises(ValueError, match="longer"):
        contradiction((), words())


def test_case_compounds_and_quotes_do_not_hide_an_assertion():
    assert asserted("A FAR\u2010OFF \u201cnearby\u201d Voice") == {
        "distance": frozenset({"far", "near"})
    }


def test_negation_does_not_reach_across_a_clause():
    assert asserted("There is no music, nearby a dog barks") == {"distance": frozenset({"near"})}


def test_silence_about_space_is_an_empty_mapping():
    assert asserted("") == {}


def test_the_table_covers_every_slot_and_value():
    seen = {(slot, value) for _, said in TABLE for slot, values in said.items() for value in values}
    assert {
        ("direction", "left"), ("direction", "right"), ("direction", "front"),
        ("direction", "back"), ("elevation", "up"), ("elevation", "down"), ("distance", "near"),
        ("distance", "far"), ("size", "small"), ("size", "large"), ("reverb", "reverberant"),
        ("reverb", "dampened"), ("motion", "moving"), ("outdoor", "outdoor"),
    } <= seen  # fmt: skip
    assert len(TABLE) >= 150


def test_the_glance_for_an_assertion_misses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (Path(__file__).parent / "verdicts.txt").read_text().splitlines()
    glanced = [asserted(line) for line in lines]
    for name in ("_RULES", "_IMPLIED", "_IDIOMS", "_PATHS", "_FREE_OF", "_CHAIN"):
        rows = getattr(assertions, name)._rows
        monkeypatch.setattr(getattr(assertions, name), "among", lambda _, rows=rows: rows)
    assert [asserted(line) for line in lines] == glanced
    assert any(glanced)
