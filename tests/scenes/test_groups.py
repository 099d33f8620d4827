import json
import random
from collections import Counter
from dataclasses import asdict, replace

import pytest

from elsa_data.config import parse_preset, to_plain
from elsa_data.distributions import Constant, Uniform
from elsa_data.errors import PlacementError
from elsa_data.scenes.groups import groups_of
from tests.scenes.scenery import clips, groups, preset_of, vocabulary_of, with_laws, words

TINY = preset_of("tiny")


def plans(pairs, **options):
    options = {"preset": TINY, "split": "train", "shard": 3, "seed": 7} | options
    return {clip.clip_id: made for clip, made in groups_of(pairs, **options, **VOCABULARY)}


VOCABULARY = {"vocabulary": vocabulary_of()}


def test_groups_depend_neither_on_the_order_of_clips_nor_on_the_others():
    pairs = clips(12)
    shuffled = pairs.copy()
    random.Random(1).shuffle(shuffled)
    whole = plans(pairs)
    assert plans(shuffled) == whole
    assert plans(pairs[5:6])["c5"] == whole["c5"]
    assert list(plans(shuffled)) == [clip.clip_id for clip, _ in shuffled]


def test_a_preset_read_back_from_a_build_gives_the_same_groups():
    again = parse_preset(json.loads(json.dumps(to_plain(TINY))), "build.json")
    assert plans(clips(3), preset=again) == plans(clips(3))


def test_another_seed_split_or_corpus_gives_other_scenes():
    pair = clips(1)
    base = plans(pair)["c0"][0].scene
    other_corpus = [(replace(pair[0][0], corpus="other"), pair[0][1])]
    for changed in (
        plans(pair, seed=8),
        plans(pair, split="validation"),
        plans(other_corpus),
    ):
        assert changed["c0"][0].scene.receiver != base.receiver
        assert changed["c0"][0].scene.room.size_m != base.room.size_m


def test_a_group_holds_all_that_its_examples_need():
    clip, _ = clips(1)[0]
    made = plans(clips(1))["c0"]
    assert len(made) == TINY.augmentations
    for group in made:
        assert (group.shard, group.split, group.seed) == (3, "train", 7)
        assert group.sample_rate_hz == 16000
        assert group.clips == (clip,)
        assert group.scene.receiver.kind == "foa"
        for example in group.examples:
            (part,) = example.parts
            assert part.clip_id == "c0"
            assert part.onset_s == 0.0
            assert -40 <= part.level_dbfs_1m <= -26
            assert 0 <= part.crop <= 1


def test_ids_are_sixteen_hex_digits_and_unique():
    made = groups(TINY, 40)
    group_ids = [group.group_id for of_clip in made for group in of_clip]
    examples = [e.example_id for of_clip in made for group in of_clip for e in group.examples]
    assert len(set(group_ids)) == 80
    assert len(set(examples)) == 120
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in group_ids + examples)


def test_the_mono_original_is_one_more_example_of_the_first_augmentation():
    first, second = plans(clips(1))["c0"]
    assert [example.spatial for example in first.examples] == [True, False]
    assert [example.spatial for example in second.examples] == [True]
    bare = plans(clips(1), preset=replace(TINY, mono_originals=False))["c0"]
    assert [len(group.examples) for group in bare] == [1, 1]
    assert bare[0].scene == first.scene


def test_training_takes_one_caption_by_seed_and_the_others_take_all():
    train = [e for made in groups(TINY, 60) for group in made for e in group.examples]
    assert all(len(example.caption_indices) == 1 for example in train)
    counts = Counter(example.caption_indices[0] for example in train)
    assert set(counts) == {0, 1, 2}
    assert min(counts.values()) > 40
    for split in ("validation", "test"):
        made = groups(TINY, 3, split=split)
        assert all(e.caption_indices == (0, 1, 2) for g in made for x in g for e in x.examples)


def test_only_allowed_captions_are_taken():
    pairs = [(clip, (2,)) for clip, _ in clips(8)]
    for split in ("train", "test"):
        made = plans(pairs, split=split)
        assert {e.caption_indices for x in made.values() for g in x for e in g.examples} == {(2,)}
    with pytest.raises(ValueError, match="has no caption to use"):
        plans([(clips(1)[0][0], ())])


def test_small_is_one_spatial_example_per_clip_and_none_in_training():
    for split, wanted in (("train", 0), ("validation", 1), ("test", 1)):
        for made in groups(TINY, 5, split=split):
            small = [e for group in made for e in group.examples if e.small]
            assert len(small) == wanted
            assert all(example.spatial for example in small)


def test_augmentations_of_a_clip_have_different_words():
    four = replace(TINY, augmentations=4)
    for made in groups(four, 25):
        assert len({words(group) for group in made}) == 4


def test_augmentations_repeat_words_where_no_others_exist():
    one_cell = with_laws(
        TINY,
        azimuth_deg=Uniform(low=-30, high=30),
        elevation_deg=Uniform(low=-10, high=10),
        distance_m=Uniform(low=1.1, high=1.9),
        floor_area_m2=Uniform(low=55, high=90),
        target_t30_s=Uniform(low=0.25, high=0.4),
    )
    (made,) = groups(one_cell, 1)
    assert {words(group) for group in made} == {("front", None, None, None, None)}
    assert made[0].scene != made[1].scene


def test_what_no_room_can_hold_is_an_error_that_says_so_never_a_lost_clip():
    cramped = with_laws(
        TINY,
        azimuth_deg=Uniform(low=-5, high=5),
        yaw_deg=Constant(value=0.0),
        elevation_deg=Uniform(low=-5, high=5),
        distance_m=Constant(value=4.0),
        floor_area_m2=Constant(value=13.0),
        aspect=Uniform(low=1.0, high=1.1),
    )
    redrawn = Counter()
    made = list(
        groups_of(
            clips(2), preset=cramped, split="train", shard=0, seed=7, redrawn=redrawn, **VOCABULARY
        )
    )
    assert [clip.clip_id for clip, _ in made] == ["c0", "c1"]
    for _, error in made:
        assert isinstance(error, PlacementError)
        assert error.reason == "placement-unreachable"
        for part in ("'tiny'", "'train'", "13.0 m2", "4.00 m", "Widen", "200 draws"):
            assert part in str(error)
    assert redrawn.total() == 100
    assert {name.partition(":")[0] for name in redrawn} == {"placement-unreachable"}


def test_a_t30_no_wall_can_give_is_an_error_with_the_reachable_interval():
    booming = with_laws(
        TINY, target_t30_s=Constant(value=19.0), floor_area_m2=Uniform(low=13, high=20)
    )
    ((_, error),) = groups_of(
        clips(1), preset=booming, split="train", shard=0, seed=7, **VOCABULARY
    )
    assert isinstance(error, PlacementError)
    assert error.reason == "t30-unreachable"
    assert "19.00 s was asked for" in str(error)
    assert "reach" in str(error)


def test_splits_share_neither_rooms_nor_positions():
    seen: dict[str, set] = {}
    for split in ("train", "validation", "test"):
        made = [group.scene for of_clip in groups(TINY, 40, split=split) for group in of_clip]
        seen[split] = (
            {scene.room.size_m for scene in made}
            | {scene.receiver.position_m for scene in made}
            | {scene.placement("p0").position_m for scene in made}
        )
        assert len(seen[split]) == 3 * 80
    assert not seen["train"] & seen["validation"]
    assert not seen["train"] & seen["test"]
    assert not seen["validation"] & seen["test"]


def test_levels_do_not_depend_on_what_is_heard():
    made = [group for of_clip in groups(TINY, 150) for group in of_clip]
    levels = {}
    for group in made:
        levels.setdefault(words(group)[2], []).append(group.examples[0].parts[0].level_dbfs_1m)
    means = {word: sum(values) / len(values) for word, values in levels.items()}
    assert set(means) == {"near", "far", None}
    assert all(abs(mean + 33) < 2 for mean in means.values())


def test_groups_are_plain_data():
    (made,) = groups(TINY, 1)
    assert len(asdict(made[0])["scene"]["room"]["absorption"]) == 6
