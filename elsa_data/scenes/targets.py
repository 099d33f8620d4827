"""The five numbers that the words of a caption are made of, drawn before the room that holds them.

Drawing them first, each from its own law, is what keeps them independent: a room drawn first would
refuse the far and high sources under its low ceiling, and elevation would come to predict distance.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from elsa_data.config import SLOTS, Vocabulary
from elsa_data.distributions import Interval
from elsa_data.geometry import seen_from
from elsa_data.records import Scene
from elsa_data.scene_laws import SceneLaws

Words = tuple[str | None, ...]
"""One word or None per slot, in the order of `config.SLOTS`."""

Menu = Mapping[str, Mapping[str | None, tuple[Interval, ...]]]
"""For each slot, the words that a preset's laws can reach and the values of each."""

_LAW_OF: Final = {
    "direction": "azimuth_deg",
    "elevation": "elevation_deg",
    "distance": "distance_m",
    "size": "floor_area_m2",
    "reverb": "target_t30_s",
}


T30_SPANS: Final = (
    (0.2, "under 0.2 s"),
    (0.5, "0.2-0.5 s"),
    (1.0, "0.5-1 s"),
    (1.5, "1-1.5 s"),
    (2.0, "1.5-2 s"),
    (math.inf, "2 s and over"),
)
"""Where each span of the histogram of decay times ends, in seconds, and its name."""


def t30_span(t30_s: float) -> str:
    """Return the name of the span that a decay time falls in."""
    return next(name for end_s, name in T30_SPANS if t30_s < end_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a scene must show: the direction, distance, floor area and T30,mid asked for."""

    azimuth_deg: float
    elevation_deg: float
    distance_m: float
    floor_area_m2: float
    t30_s: float

    def words(self, vocabulary: Vocabulary) -> Words:
        """Return the words true of these numbers."""
        numbers = ((slot, number) for slot, (number, _) in SLOTS.items())
        return tuple(vocabulary.word(slot, getattr(self, number)) for slot, number in numbers)


def menu(laws: SceneLaws, vocabulary: Vocabulary) -> Menu:
    """Return the words of each slot that the laws can reach, None among them."""
    return {
        slot: {
            word: vocabulary.intervals(slot, word)
            for word in vocabulary.words(slot)
            if getattr(laws, law).share(vocabulary.intervals(slot, word)) > 0
        }
        for slot, law in _LAW_OF.items()
    }


def draw_words(words: Menu, rng: np.random.Generator) -> Words:
    """Return one word per slot, each as likely as its slot's others, no word included."""
    return tuple(list(choices)[rng.integers(len(choices))] for choices in words.values())


def draw_target(
    laws: SceneLaws, rng: np.random.Generator, within: Mapping[str, tuple[Interval, ...]]
) -> Target:
    """Return five independent draws; a slot named in ``within`` is held to its intervals."""
    drawn = {
        SLOTS[slot][0]: getattr(laws, law).sample(rng, within.get(slot))
        for slot, law in _LAW_OF.items()
    }
    return Target(**drawn)


def target_of(scene: Scene, placement_id: str) -> Target:
    """Return the numbers that a scene shows for one of its sources: what its plan asked for.

    Raises:
        ValueError: the room was not made for a T30.
    """
    if scene.room.target_t30_s is None:
        raise ValueError("this room states no target_t30_s; its words are read from measured T30")
    receiver, source = scene.receiver, scene.placement(placement_id)
    seen = seen_from(receiver.position_m, receiver.yaw_deg, source.position_m)
    azimuth_deg, elevation_deg, distance_m = seen
    return Target(
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        distance_m=distance_m,
        floor_area_m2=scene.room.floor_area_m2,
        t30_s=scene.room.target_t30_s,
    )
