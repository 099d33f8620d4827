"""The verifier on lines of its author, on every template caption, and on an adversarial set."""

import json
from pathlib import Path

import pytest

from elsa_data.captions.repair import repaired
from elsa_data.captions.template import caption
from elsa_data.captions.verify import verdict
from elsa_data.config import SLOTS
from elsa_data.records import PartWords, SpatialAttributes
from tests.captions.test_template import (
    ORIGINALS,
    VOCABULARY,
    all_attributes,
    composed,
    lines_for,
    some_part,
)

HERE = Path(__file__).parent
SLOT_OF = {word: slot for slot, (_, words) in SLOTS.items() for word in words}


def attributes_of(words: dict[str, str | None]) -> SpatialAttributes:
    part = PartWords(
        direction=words.get("direction"),
        elevation=words.get("elevation"),
        distance=words.get("distance"),
    )
    return SpatialAttributes(
        room_size=words.get("size"), reverberation=words.get("reverb"), parts=(part,)
    )


def judged(original: str, words: str, rewrite: str) -> str | None:
    attributes = attributes_of({SLOT_OF[word]: word for word in words.split()})
    return verdict(repaired(rewrite), (original,), attributes, VOCABULARY)


def lines() -> list[tuple[str, str, str, str]]:
    rows = [
        tuple(field.strip() for field in line.split("|"))
        for line in (HERE / "verdicts.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    return [(verdict_, original, words, text) for verdict_, original, words, text in rows]


@pytest.mark.parametrize(("wanted", "original", "words", "rewrite"), lines())
def test_a_line_is_judged_as_its_author_judges_it(wanted, original, words, rewrite):
    reason = judged(original, words, rewrite)
    assert ("accept" if reason is None else "reject") == wanted, reason


@pytest.mark.parametrize(
    ("original", "words", "rewrite", "reason"),
    [
        ("A dog barks", "left", "A dog barks.", "direction-missing:left"),
        ("A dog barks", "left", "A dog barks on your right.", "direction-wrong:right"),
        ("A dog barks", "", "A dog barks far away.", "distance-unasked:far"),
        (
            "A dog barks",
            "small",
            "A dog barks in a room that is not large.",
            "size-wrong:not-large",
        ),
        ("A dog barks", "left", "A dog barks, not on your left.", "place-unasked:denied"),
        ("A dog barks", "left", "A dog barks in a kitchen on your left.", "invented:kitchen"),
        ("A dog barks", "left", "A dog is on your left.", "dropped:barks"),
        ("A dog barks", "left", "On your left. A dog barks.", "format:two-sentences"),
        ("A dog barks far away", "near", "Nearby, a dog barks.", "original-contradicts:distance"),
        ("A dog barks", "left", "On your left, dogs bark.", "count-changed:dogs"),
        (
            "A man talks then coughs",
            "left",
            "On your left, a man coughs then talks.",
            "order-changed",
        ),
        (
            "A cat hisses and a dog barks",
            "up",
            "Above, a dog hisses and a cat barks.",
            "events-mixed",
        ),
        ("A man does not sing", "up", "Above you, a man sings.", "dropped:not"),
    ],
)
def test_a_reason_names_the_slot_or_the_word(original, words, rewrite, reason):
    assert judged(original, words, rewrite) == reason


def test_a_source_caption_that_says_what_is_so_need_not_be_said_twice():
    assert judged("A dog barks in the distance", "far", "A dog barks in the distance.") is None
    assert judged("A dog barks in the distance", "far", "Far away, a dog barks.") is None
    assert judged("A dog barks in the distance", "far", "A dog barks.") is not None


def test_quoted_speech_says_nothing_of_places():
    original = 'A pilot says "look down to your left"'
    text = 'Behind you, a pilot says "look down to your left."'
    assert judged(original, "back", text) is None
    assert judged(original, "left", 'A pilot says "look down to your left."') is not None


def composed_captions(every: int):
    for turn, attributes in enumerate(all_attributes()[::every]):
        for number, line in enumerate(lines_for(attributes)):
            original = ORIGINALS[(turn + number) % len(ORIGINALS)]
            text = composed(line, original, attributes, turn // 7 + number)
            if text is not None:
                yield original, attributes, text


@pytest.mark.parametrize(
    "every", [5, pytest.param(1, marks=pytest.mark.slow)], ids=["a fifth", "every combination"]
)
def test_every_template_caption_verifies(every):
    seen = 0
    for original, attributes, text in composed_captions(every):
        assert verdict(text, (original,), attributes, VOCABULARY) is None, text
        seen += 1
    assert seen > 5000 / every


@pytest.mark.parametrize("sources", [2, 3])
def test_template_captions_of_several_sources_verify(sources):
    originals = ("A dog barks twice.", "rain on a roof", "BBC news plays. A man talks.")[:sources]
    for number in range(100):
        parts = tuple(some_part(sources * number + n) for n in range(sources))
        attributes = SpatialAttributes(room_size="small", reverberation="dampened", parts=parts)
        text = caption(originals, attributes, VOCABULARY, seed=2, key=str(number))
        assert verdict(text, originals, attributes, VOCABULARY) is None, text


def test_a_sound_without_a_place_is_told_without_one():
    mono = SpatialAttributes(room_size=None, reverberation=None, parts=())
    assert verdict("A dog is barking.", ("A dog barks",), mono, VOCABULARY) is None
    assert verdict("A dog is barking nearby.", ("A dog barks",), mono, VOCABULARY) is not None


@pytest.mark.parametrize(
    ("part", "good", "bad", "kept"),
    [
        ("seen", 400, 400, 0.97),
        ("seen-2", 250, 150, 0.97),
        ("seen-2b", 200, 0, 0.9),
        ("seen-3", 300, 160, 0.95),
        ("seen-4", 130, 60, 0.88),
        ("seen-4b", 200, 200, 0.92),
        ("seen-5", 130, 60, 0.98),
        ("seen-6", 130, 60, 0.92),
        ("seen-7", 130, 60, 0.96),
    ],
)
def test_hardly_a_bad_adversarial_caption_passes_and_few_good_ones_are_lost(part, good, bad, kept):
    rows = [json.loads(line) for line in (HERE / "adversarial" / f"{part}.jsonl").open()]
    passed = {"accept": 0, "reject": 0}
    total = {"accept": 0, "reject": 0}
    for row in rows:
        attributes = attributes_of(row["attributes"])
        reason = verdict(repaired(row["rewrite"]), (row["original"],), attributes, VOCABULARY)
        total[row["verdict"]] += 1
        passed[row["verdict"]] += reason is None
    assert total["accept"] >= good
    assert total["reject"] >= bad
    assert passed["reject"] <= 0.005 * total["reject"]
    assert passed["accept"] >= kept * total["accept"]


def ways() -> list[tuple[str, str]]:
    lines = (HERE / "places_and_rooms.txt").read_text().splitlines()
    return [tuple(line.split(" | ")) for line in lines if not line.startswith("#")]  # pyright: ignore[reportReturnType]


@pytest.mark.parametrize(("word", "way"), ways())
def test_a_way_of_saying_a_word_is_read_first_and_last(word, way):
    original = "An old dog barks slowly while a car idles"
    told = "n old dog slowly barks while a car idles"
    assert judged(original, word, f"{way[0].upper()}{way[1:]}, a{told}.") is None
    assert judged(original, word, f"A{told} {way}.") is None
    assert judged(original, "", f"A{told} {way}.") is not None
