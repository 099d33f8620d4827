"""From numbers to words: which spatial words are true of an example."""

from collections.abc import Sequence

from elsa_data.config import Vocabulary
from elsa_data.records import PartWords, Room, SpatialAttributes


def words_for(
    vocabulary: Vocabulary,
    *,
    room: Room,
    directions: Sequence[tuple[float, float, float]],
    t30_s: float | None,
) -> SpatialAttributes:
    """Return the words that are true of one example; None where no word applies.

    Args:
        vocabulary: the rules, from ``prompts/attributes.*.yaml``.
        room: its floor area gives the size word.
        directions: (azimuth_deg, elevation_deg, distance_m) of each source in the receiver's frame.
        t30_s: the measured reverberation time the vocabulary names, in seconds; None (not
            measurable) gives no reverberation word.
    """
    return SpatialAttributes(
        room_size=vocabulary.word("size", room.floor_area_m2),
        reverberation=None if t30_s is None else vocabulary.word("reverb", t30_s),
        parts=tuple(_part_words(vocabulary, *direction) for direction in directions),
    )


def _part_words(
    vocabulary: Vocabulary, azimuth_deg: float, elevation_deg: float, distance_m: float
) -> PartWords:
    return PartWords(
        direction=vocabulary.word("direction", azimuth_deg),
        elevation=vocabulary.word("elevation", elevation_deg),
        distance=vocabulary.word("distance", distance_m),
    )
