from collections import Counter

import numpy as np
import pytest
from scipy import stats

from elsa_data.config import SLOTS
from elsa_data.errors import PlacementError
from elsa_data.geometry import clearance_m
from elsa_data.scenes.balance import association
from elsa_data.scenes.placements import draw_floor_plan
from elsa_data.scenes.sampler import draw_scene, sampler_of
from elsa_data.scenes.targets import draw_target, draw_words
from elsa_data.seeding import rng_for
from tests.scenes.scenery import column, groups, numbers, preset_of, vocabulary_of, words

ELSA, BALANCED, TINY = (preset_of(name) for name in ("elsa", "balanced", "tiny"))
VOCABULARY = vocabulary_of()


def placed(preset, count, split="train"):
    """Return the targets that found a room: a scene without the cost of its walls."""
    sampler = sampler_of(preset, VOCABULARY, split)
    targets = []
    for n in range(count):
        rng = rng_for(11, split, n)
        within = {}
        if preset.draw == "words":
            drawn = draw_words(sampler.menu, rng)
            within = {s: sampler.menu[s][w] for s, w in zip(SLOTS, drawn, strict=True)}
        target = draw_target(sampler.laws, rng, within)
        try:
            draw_floor_plan(target, sampler.laws, rng)
        except PlacementError:
            continue
        targets.append(target)
    return targets


def test_elevation_is_not_thinned_where_sources_are_far():
    targets = placed(ELSA, 3000)
    assert len(targets) > 2980
    far = [t.elevation_deg for t in targets if t.distance_m > 3.0]
    near = [t.elevation_deg for t in targets if t.distance_m < 1.5]
    assert stats.ks_2samp(far, near).pvalue > 0.01
    law = np.vectorize(ELSA.scenes["train"].elevation_deg.rank)
    assert stats.kstest(far, law).pvalue > 0.01
    steep = np.mean([abs(e) > 40 for e in far])
    assert steep == pytest.approx(16.2 / 96.2, abs=0.04)


def test_no_number_predicts_another():
    targets = placed(ELSA, 2500)
    names = ("azimuth_deg", "elevation_deg", "distance_m", "floor_area_m2", "t30_s")
    table = np.array([[getattr(target, name) for name in names] for target in targets])
    ranks = stats.spearmanr(table).statistic
    assert np.abs(ranks - np.eye(5)).max() < 0.06
    # Elevation and distance might depend without rising together: the spread is what thins.
    spread = stats.spearmanr(np.abs(table[:, 1]), table[:, 2]).statistic
    assert abs(spread) < 0.05


@pytest.mark.parametrize("preset", [ELSA, BALANCED], ids=lambda preset: preset.name)
def test_words_of_what_finds_a_room_are_not_associated(preset):
    targets = placed(preset, 2500)
    rows = Counter(target.words(VOCABULARY) for target in targets)
    found = association(tuple(SLOTS), rows)
    assert max(found.cramers_v.values()) <= 0.1, found.cramers_v


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_scenes_of_elsa_keep_the_ranges_of_their_split(split):
    laws = ELSA.scenes[split]
    for of_clip in groups(ELSA, 60, split=split):
        for group in of_clip:
            read = numbers(group)
            for slot, law in (
                ("direction", laws.azimuth_deg),
                ("elevation", laws.elevation_deg),
                ("distance", laws.distance_m),
                ("size", laws.floor_area_m2),
                ("reverb", laws.target_t30_s),
            ):
                low, high = law.bounds
                assert low - 1e-9 <= read[slot] <= high + 1e-9, slot
            scene = group.scene
            for position in (scene.receiver.position_m, scene.placement("p0").position_m):
                assert clearance_m(scene.room.size_m, position) >= laws.clearance_m - 1e-9
            scattering = np.array(scene.room.scattering)
            assert 0.1 <= scattering.min() <= scattering.max() <= 0.5


@pytest.mark.parametrize("preset", [ELSA, TINY], ids=lambda preset: preset.name)
def test_requests_are_met_as_they_were_drawn(preset):
    made = groups(preset, 150)
    laws = preset.scenes["train"]
    for slot, law in (("reverb", laws.target_t30_s), ("size", laws.floor_area_m2)):
        assert stats.kstest(column(made, slot), np.vectorize(law.rank)).pvalue > 0.01, slot


def test_balanced_scenes_have_the_words_that_were_drawn():
    sampler = sampler_of(BALANCED, VOCABULARY, "train")
    for n in range(40):
        scene, drawn = draw_scene(sampler, rng_for(3, n))
        room, receiver = scene.room, scene.receiver
        assert room.target_t30_s is not None
        assert receiver.kind == "foa"
        assert VOCABULARY.word("size", room.floor_area_m2) == drawn[3]
        assert VOCABULARY.word("reverb", room.target_t30_s) == drawn[4]


def test_a_scene_avoids_words_already_taken():
    sampler = sampler_of(TINY, VOCABULARY, "train")
    _, first = draw_scene(sampler, rng_for(5, 0))
    _, again = draw_scene(sampler, rng_for(5, 0))
    _, other = draw_scene(sampler, rng_for(5, 0), taken={first})
    assert first == again
    assert other != first


def test_words_read_from_the_geometry_are_the_words_of_the_target():
    sampler = sampler_of(TINY, VOCABULARY, "train")
    for (group, _), n in zip(groups(TINY, 20), range(20), strict=True):
        rng = rng_for(7, "scene", "train", "test", f"c{n}", 0)
        scene, drawn = draw_scene(sampler, rng)
        assert scene == group.scene
        assert words(group) == drawn
