import pytest

from elsa_data.captions.sharing import UNCLEAR, misattributed
from elsa_data.records import PartWords, SpatialAttributes
from tests.captions.llm_answers import sentence
from tests.captions.writers import EVENTS

DOG_AND_RAIN = ("A dog barks", "Rain falls on a tin roof")
LEFT, RIGHT = PartWords(direction="left"), PartWords(direction="right")
FAR_LEFT = PartWords(direction="left", distance="far")
NEAR_LEFT = PartWords(direction="left", distance="near")
NOWHERE = PartWords()
NEAR = PartWords(distance="near")


def words(*parts: PartWords, size: str | None = None) -> SpatialAttributes:
    return SpatialAttributes(room_size=size, reverberation=None, parts=parts)


@pytest.mark.parametrize(
    "text",
    [
        "A dog barks on the left and rain falls on a tin roof on the right.",
        "On the left, a dog barks, and on the right, rain falls on a tin roof.",
        "On the left, a dog barks while rain falls on a tin roof to the right.",
        "Rain falls on a tin roof to the right, and a dog barks to the left.",
        "A dog barks, to the left, and rain falls on a tin roof, to the right.",
        "To the left, a puppy is barking, and to the right, rain falls on a tin roof.",
    ],
)
def test_each_source_has_its_own_place(text: str) -> None:
    assert misattributed(text, DOG_AND_RAIN, words(LEFT, RIGHT)) is None
    assert misattributed(text, DOG_AND_RAIN, words(RIGHT, LEFT)) == "places-exchanged"


def test_what_all_sources_have_needs_no_telling_apart() -> None:
    text = "On the left, far away a dog barks, and rain falls on a tin roof nearby."
    assert misattributed(text, DOG_AND_RAIN, words(FAR_LEFT, NEAR_LEFT)) is None
    assert misattributed(text, DOG_AND_RAIN, words(NEAR_LEFT, FAR_LEFT)) == "places-exchanged"
    both = "A dog barks and rain falls on a tin roof, both on the left."
    assert misattributed(both, DOG_AND_RAIN, words(LEFT, LEFT)) is None


def test_a_place_belongs_to_the_source_that_has_one() -> None:
    text = "A dog barks on the left, and rain falls on a tin roof."
    assert misattributed(text, DOG_AND_RAIN, words(LEFT, NOWHERE)) is None
    assert misattributed(text, DOG_AND_RAIN, words(NOWHERE, LEFT)) == "places-exchanged"


def test_a_source_caption_may_say_its_place_itself() -> None:
    originals = ("A dog barks in the distance", "Rain falls on a tin roof")
    text = "A dog barks in the distance, and rain falls on a tin roof nearby."
    far, near = PartWords(distance="far"), PartWords(distance="near")
    assert misattributed(text, originals, words(far, near)) is None
    assert misattributed(text, originals, words(near, far)) == "places-exchanged"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("A dog barks, and on the right, rain falls on a tin roof.", (RIGHT, NOWHERE)),
        ("A dog barks nearby on the left, and rain falls on a tin roof nearby.", (NEAR, NEAR_LEFT)),
        (
            "Nearby, a dog barks, and on the left and nearby, rain falls on a tin roof.",
            (NEAR_LEFT, NEAR),
        ),
    ],
)
def test_a_cut_is_where_the_clause_ends_not_where_it_suits(text: str, parts) -> None:
    assert misattributed(text, DOG_AND_RAIN, words(*parts)) == "places-exchanged"
    assert misattributed(text, DOG_AND_RAIN, words(*parts[::-1])) is None


@pytest.mark.parametrize(
    ("originals", "text"),
    [
        (("A dog barks", "A dog barks"), "A dog barks on the left and a dog barks on the right."),
        (DOG_AND_RAIN, "A dog barks, on the left, rain falls on a tin roof to the right."),
        (DOG_AND_RAIN, "A dog, on the left, hears rain on the right as it barks at a tin roof."),
    ],
)
def test_sources_that_cannot_be_told_apart_are_unclear(originals, text) -> None:
    assert misattributed(text, originals, words(LEFT, RIGHT)) == UNCLEAR


@pytest.mark.parametrize("first", range(0, len(EVENTS), 3))
def test_three_sources_in_any_places(first: int) -> None:
    originals = tuple(EVENTS[(first + n * 7) % len(EVENTS)] for n in range(3))
    parts = (FAR_LEFT, RIGHT, PartWords(elevation="up"))
    sounds = [
        {
            slot: word
            for slot in ("direction", "elevation", "distance")
            if (word := getattr(p, slot))
        }
        for p in parts
    ]
    text = sentence({"caption": list(originals), "attributes": {"sounds": sounds}})
    assert misattributed(text, originals, words(*parts)) is None, text
    turned = words(parts[1], parts[2], parts[0])
    assert misattributed(text, originals, turned) == "places-exchanged", text
