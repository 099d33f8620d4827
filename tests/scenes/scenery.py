"""What the tests of scenes share: clips, presets held in memory, and plans read back as numbers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from elsa_data.config import SLOTS, Preset, Vocabulary, load_preset, load_vocabulary
from elsa_data.geometry import seen_from
from elsa_data.records import Clip, Group
from elsa_data.scene_laws import SceneLaws
from elsa_data.scenes.groups import groups_of


@cache
def preset_of(name: str) -> Preset:
    return load_preset(name)


@cache
def vocabulary_of(name: str = "attributes.elsa.v1") -> Vocabulary:
    return load_vocabulary(name)


def with_laws(preset: Preset, **laws) -> Preset:
    """Return the preset with some laws of its training split replaced."""
    changed: SceneLaws = replace(preset.scenes["train"], **laws)
    return replace(preset, scenes={**preset.scenes, "train": changed})


def clips(count: int, start: int = 0, captions: int = 3) -> list[tuple[Clip, tuple[int, ...]]]:
    return [
        (
            Clip(
                clip_id=f"c{n}",
                source_id=f"test:{n}",
                corpus="test",
                uri=f"{n}.wav",
                captions=("a dog barks",) * captions,
            ),
            tuple(range(captions)),
        )
        for n in range(start, start + count)
    ]


def groups(
    preset: Preset, count: int, split: str = "train", seed: int = 7, start: int = 0
) -> list[list[Group]]:
    made = groups_of(
        clips(count, start),
        preset=preset,
        vocabulary=vocabulary_of(),
        split=split,
        shard=0,
        seed=seed,
    )
    results = [result for _, result in made]
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def numbers(group: Group) -> dict[str, float]:
    """Return the five numbers of a group's words, read from its geometry."""
    scene = group.scene
    source = scene.placement("p0").position_m
    azimuth, elevation, distance = seen_from(
        scene.receiver.position_m, scene.receiver.yaw_deg, source
    )
    return {
        "direction": azimuth,
        "elevation": elevation,
        "distance": distance,
        "size": scene.room.floor_area_m2,
        "reverb": scene.room.target_t30_s,
    }


def words(group: Group) -> tuple[str | None, ...]:
    read = numbers(group)
    return tuple(vocabulary_of().word(slot, read[slot]) for slot in SLOTS)


def column(made: Sequence[Sequence[Group]], slot: str) -> list[float]:
    """Return one number of the first augmentation of every clip."""
    return [numbers(of_clip[0])[slot] for of_clip in made]
