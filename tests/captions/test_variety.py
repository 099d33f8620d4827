from collections import Counter

import pytest

from elsa_data.captions.template import caption
from elsa_data.captions.variety import FRAMED, KEPT_FRAMES, Variety, frame_of
from elsa_data.records import PartWords, SpatialAttributes
from tests.captions.writers import EVENTS, VOCABULARY


@pytest.mark.parametrize(
    ("text", "original", "frame"),
    [
        ("A dog barks, heard nearby.", "A dog barks", "~, heard (place)."),
        ("A cat meows, heard far away.", "a cat meows", "~, heard (place)."),
        ("In a small room: a dog and a cat fight.", "A dog and a cat fight", "(place): ~."),
        ("A dog barks.", "A dog barks", "~."),
    ],
)
def test_a_frame_is_what_is_left_without_sound_place_and_room(text, original, frame) -> None:
    assert frame_of(text, original) == frame


def test_two_sounds_in_one_frame_are_one_frame() -> None:
    near = PartWords(distance="near")
    words = SpatialAttributes(room_size=None, reverberation=None, parts=(near,))
    frames = {
        key: {
            frame_of(caption((sound,), words, VOCABULARY, seed=1, key=key), sound)
            for sound in EVENTS
        }
        for key in ("a", "b", "c")
    }
    assert [len(found) for found in frames.values()] == [1, 1, 1], frames


def test_pairs_and_frames_are_counted() -> None:
    variety = Variety()
    variety.add("A dog barks nearby.", "A dog barks")
    variety.add("A dog barks far away.", "A dog barks")
    assert variety.counts() == {
        "pairs": 3 + 4,
        "pairs:distinct": 3 + 2,
        "framed": 2,
        "frame:~ (place).": 2,
    }
    assert Variety().counts() == {}


def test_counts_of_shards_add_up() -> None:
    whole: Counter[str] = Counter()
    for shard in (EVENTS[:8], EVENTS[8:]):
        variety = Variety()
        for sound in shard:
            variety.add(f"{sound} nearby.", sound)
        whole.update(variety.counts())
    assert whole["framed"] == whole["frame:~ (place)."] == len(EVENTS)


def test_a_large_shard_leaves_a_small_mark() -> None:
    variety = Variety()
    for number in range(2 * FRAMED):
        variety.add(f"A dog barks {'very ' * (number % 60)}near {number}.", "A dog barks")
    counts = variety.counts()
    assert counts["framed"] == FRAMED
    assert sum(name.startswith("frame:") for name in counts) == KEPT_FRAMES
