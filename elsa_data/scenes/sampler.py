"""One scene from a preset: words or numbers first, then a room that holds them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from elsa_data.config import SLOTS, Preset, Vocabulary
from elsa_data.errors import PlacementError
from elsa_data.records import Placement, Receiver, Scene
from elsa_data.scene_laws import SceneLaws
from elsa_data.scenes.placements import draw_floor_plan
from elsa_data.scenes.surfaces import draw_room
from elsa_data.scenes.targets import Menu, Target, Words, draw_target, draw_words, menu, t30_span

ROOM_TRIES: Final = 3
"""Rooms drawn for one target before the target is redrawn."""

TARGET_TRIES: Final = 50
"""Targets drawn for one scene before the preset is found impossible."""

DISTINCT_TRIES: Final = 20
"""Targets passed over because an earlier augmentation of the clip already has their words."""

PLACEMENT_ID: Final = "p0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """All that scenes of one split are drawn from; made once a shard."""

    preset: Preset
    vocabulary: Vocabulary
    split: str
    laws: SceneLaws
    menu: Menu


def sampler_of(preset: Preset, vocabulary: Vocabulary, split: str) -> Sampler:
    """Return what the scenes of a split are drawn from."""
    laws = preset.scenes[split]
    return Sampler(
        preset=preset,
        vocabulary=vocabulary,
        split=split,
        laws=laws,
        menu=menu(laws, vocabulary),
    )


def draw_scene(
    sampler: Sampler,
    rng: np.random.Generator,
    taken: Collection[Words] = (),
    redrawn: Counter[str] | None = None,
) -> tuple[Scene, Words]:
    """Return a scene and the words its numbers ask for, other words than ``taken`` if it can be.

    Each target that no room could hold is counted in ``redrawn`` under the reason of its
    refusal and the span of its T30.

    Raises:
        PlacementError: no target in `TARGET_TRIES` was feasible.
    """
    refused: PlacementError | None = None
    for attempt in range(TARGET_TRIES):
        target = _draw_target(sampler, rng)
        words = target.words(sampler.vocabulary)
        if words in taken and attempt < DISTINCT_TRIES:
            continue
        try:
            return build_scene(target, sampler, rng), words
        except PlacementError as error:
            refused = error
            if redrawn is not None:
                redrawn[f"{error.reason}:{t30_span(target.t30_s)}"] += 1
    raise _impossible(sampler, refused)


def build_scene(target: Target, sampler: Sampler, rng: np.random.Generator) -> Scene:
    """Return a scene with exactly these numbers.

    Raises:
        PlacementError: none of `ROOM_TRIES` rooms holds the source and reaches the T30.
    """
    refused: PlacementError | None = None
    for _ in range(ROOM_TRIES):
        plan = draw_floor_plan(target, sampler.laws, rng)
        try:
            room = draw_room(plan.size_m, target.t30_s, sampler.laws, sampler.preset.materials, rng)
        except PlacementError as error:
            refused = error
            continue
        receiver = Receiver(
            kind=sampler.preset.receiver, position_m=plan.receiver_m, yaw_deg=plan.yaw_deg
        )
        source = Placement(placement_id=PLACEMENT_ID, position_m=plan.source_m)
        return Scene(room=room, receiver=receiver, placements=(source,))
    raise refused or PlacementError("placement-unreachable", "no room was tried")


def _draw_target(sampler: Sampler, rng: np.random.Generator) -> Target:
    if sampler.preset.draw == "numbers":
        return draw_target(sampler.laws, rng, {})
    words = zip(SLOTS, draw_words(sampler.menu, rng), strict=True)
    return draw_target(sampler.laws, rng, {slot: sampler.menu[slot][word] for slot, word in words})


def _impossible(sampler: Sampler, last: PlacementError | None) -> PlacementError:
    return PlacementError(
        last.reason if last else "placement-unreachable",
        f"preset {sampler.preset.name!r}, split {sampler.split!r}: none of {TARGET_TRIES} draws "
        f"could be built; the last: {last}. Widen floor_area_m2, height_m or surfaces, or narrow "
        "distance_m, elevation_deg or target_t30_s",
    )
