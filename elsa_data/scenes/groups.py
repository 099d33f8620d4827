"""From a clip to its groups: one scene per augmentation, and the examples made in it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from elsa_data.config import Preset, Vocabulary
from elsa_data.errors import PlacementError
from elsa_data.records import Clip, ExampleSpec, Group, PartSpec
from elsa_data.scenes.sampler import PLACEMENT_ID, Sampler, draw_scene, sampler_of
from elsa_data.scenes.targets import Words
from elsa_data.seeding import rng_for, stable_id


def groups_of(
    clips: Iterable[tuple[Clip, tuple[int, ...]]],
    *,
    preset: Preset,
    vocabulary: Vocabulary,
    split: str,
    shard: int,
    seed: int,
    redrawn: Counter[str] | None = None,
) -> Iterator[tuple[Clip, list[Group] | PlacementError]]:
    """Yield each clip with its groups, one per augmentation, or with why it can have none.

    Nothing here depends on the order of the clips or on the others. Augmentation 0 is a plain
    draw; the next ones differ from it in at least one word where they can, which is why the one
    ``small`` example of a clip is that of augmentation 0. The mono original stands in its group.

    Args:
        clips: each with the indices of the captions that may be used, at least one.
        preset: what may be drawn.
        vocabulary: the words that tell augmentations apart (and, in a preset that draws words,
            the words drawn).
        split: whose laws hold; training examples get one caption by seed, the others all.
        shard: the index the groups belong to.
        seed: the build's.
        redrawn: counts, by reason and span of T30, the targets that no room could hold.
    """
    sampler = sampler_of(preset, vocabulary, split)
    for clip, captions in clips:
        if not captions:
            raise ValueError(f"clip {clip.clip_id!r} of {clip.corpus!r} has no caption to use")
        try:
            yield clip, _groups_of_clip(clip, captions, sampler, shard, seed, redrawn)
        except PlacementError as error:
            yield clip, error


def _groups_of_clip(
    clip: Clip,
    captions: tuple[int, ...],
    sampler: Sampler,
    shard: int,
    seed: int,
    redrawn: Counter[str] | None,
) -> list[Group]:
    groups: list[Group] = []
    taken: set[Words] = set()
    for augmentation in range(sampler.preset.augmentations):
        rng = rng_for(seed, "scene", sampler.split, clip.corpus, clip.clip_id, augmentation)
        scene, words = draw_scene(sampler, rng, taken, redrawn)
        taken.add(words)
        group_id = stable_id("group", seed, clip.corpus, clip.clip_id, augmentation)
        first = augmentation == 0
        group = Group(
            group_id=group_id,
            shard=shard,
            split=sampler.split,
            seed=seed,
            sample_rate_hz=sampler.preset.sample_rate_hz,
            scene=scene,
            clips=(clip,),
            examples=_examples(clip, captions, sampler, group_id, seed=seed, first=first),
        )
        groups.append(group)
    return groups


def _examples(
    clip: Clip,
    captions: tuple[int, ...],
    sampler: Sampler,
    group_id: str,
    *,
    seed: int,
    first: bool,
) -> tuple[ExampleSpec, ...]:
    """Return the spatial example of a group and, in a clip's first, the mono original."""
    places = (PLACEMENT_ID, None) if first and sampler.preset.mono_originals else (PLACEMENT_ID,)
    examples = []
    for n, placement_id in enumerate(places):
        example_id = stable_id("example", group_id, n)
        rng = rng_for(seed, "example", example_id)
        level = sampler.preset.source_level_dbfs_1m.sample(rng)
        part = PartSpec(
            clip_id=clip.clip_id, placement_id=placement_id, level_dbfs_1m=level, crop=rng.random()
        )
        train = sampler.split == "train"
        indices = (captions[int(rng.integers(len(captions)))],) if train else captions
        small = first and not train and placement_id is not None
        examples.append(
            ExampleSpec(example_id=example_id, parts=(part,), caption_indices=indices, small=small)
        )
    return tuple(examples)
