import pytest

from elsa_data.captions.attributes import words_for
from elsa_data.config import load_vocabulary
from elsa_data.records import PartWords, Room

VOCABULARY = load_vocabulary("attributes.elsa.v1")


def room(area_m2: float) -> Room:
    flat = ((0.1,) * 8,) * 6
    return Room(size_m=(area_m2 / 5, 5.0, 3.0), absorption=flat, scattering=flat)


def words(azimuth=45.0, elevation=0.0, distance=1.5, area=75.0, t30_s: float | None = 0.5):
    return words_for(
        VOCABULARY,
        room=room(area),
        directions=[(azimuth, elevation, distance)],
        t30_s=t30_s,
    )


@pytest.mark.parametrize(
    ("azimuth", "word"),
    [
        (0, "front"), (35, "front"), (-35, "front"), (35.1, None), (54.9, None), (55, "left"),
        (90, "left"), (125, "left"), (125.1, None), (145, None), (145.1, "back"), (179.9, "back"),
        (-180, "back"), (-145, None), (-125, "right"), (-90, "right"), (-55, "right"), (-45, None),
    ],
)  # fmt: skip
def test_the_left_is_at_plus_90_degrees(azimuth, word):
    assert words(azimuth=azimuth).parts[0].direction == word


@pytest.mark.parametrize(
    ("elevation", "word"), [(40, None), (40.1, "up"), (-40, None), (-41, "down")]
)
def test_elevation(elevation, word):
    assert words(elevation=elevation).parts[0].elevation == word


@pytest.mark.parametrize(
    ("distance", "word"), [(0.99, "near"), (1, None), (2, None), (2.01, "far")]
)
def test_distance(distance, word):
    assert words(distance=distance).parts[0].distance == word


@pytest.mark.parametrize(("area", "word"), [(49, "small"), (50, None), (100, None), (101, "large")])
def test_size(area, word):
    assert words(area=area).room_size == word


@pytest.mark.parametrize(
    ("t30_s", "word"), [(0.19, "dampened"), (0.2, None), (1, None), (1.01, "reverberant")]
)
def test_reverberation(t30_s, word):
    assert words(t30_s=t30_s).reverberation == word


def test_a_reverberation_time_that_was_not_measurable_has_no_word():
    assert words(t30_s=None).reverberation is None


def test_each_source_has_its_own_words():
    attributes = words_for(
        VOCABULARY, room=room(20), directions=[(90, 0, 0.5), (-90, 50, 3)], t30_s=2
    )
    assert attributes.parts == (
        PartWords(direction="left", distance="near"),
        PartWords(direction="right", elevation="up", distance="far"),
    )
