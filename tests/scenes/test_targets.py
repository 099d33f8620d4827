from collections import Counter
from dataclasses import astuple, replace

import numpy as np
import pytest
from scipy import stats

from elsa_data.config import SLOTS
from elsa_data.scenes.sampler import build_scene, sampler_of
from elsa_data.scenes.targets import Target, draw_target, draw_words, menu, target_of
from tests.scenes.scenery import preset_of, vocabulary_of

VOCABULARY = vocabulary_of()
ELSA = preset_of("elsa")


@pytest.mark.parametrize("split", ["train", "test"])
def test_each_number_follows_its_law_alone(split):
    laws = ELSA.scenes[split]
    rng = np.random.default_rng(1)
    drawn = [draw_target(laws, rng, {}) for _ in range(1500)]
    for name, law in (
        ("azimuth_deg", laws.azimuth_deg),
        ("elevation_deg", laws.elevation_deg),
        ("distance_m", laws.distance_m),
        ("floor_area_m2", laws.floor_area_m2),
        ("t30_s", laws.target_t30_s),
    ):
        values = [getattr(target, name) for target in drawn]
        assert stats.kstest(values, np.vectorize(law.rank)).pvalue > 0.01, name


def test_the_menu_holds_the_words_that_the_laws_can_reach():
    train = menu(ELSA.scenes["train"], VOCABULARY)
    assert {slot: tuple(words) for slot, words in train.items()} == {
        "direction": ("front", "left", "right", "back", None),
        "elevation": ("up", "down", None),
        "distance": ("near", "far", None),
        "size": ("small", "large", None),
        "reverb": ("dampened", "reverberant", None),
    }
    assert "down" not in menu(ELSA.scenes["test"], VOCABULARY)["elevation"]
    assert "reverberant" not in menu(preset_of("tiny").scenes["train"], VOCABULARY)["reverb"]


def test_words_are_equally_likely_no_word_included():
    choices = menu(ELSA.scenes["train"], VOCABULARY)
    rng = np.random.default_rng(2)
    drawn = [draw_words(choices, rng) for _ in range(3000)]
    for position, slot in enumerate(SLOTS):
        counts = Counter(words[position] for words in drawn)
        assert set(counts) == set(choices[slot])
        assert stats.chisquare(list(counts.values())).pvalue > 0.01, slot


def test_numbers_drawn_within_words_read_as_those_words():
    laws = ELSA.scenes["train"]
    choices = menu(laws, VOCABULARY)
    rng = np.random.default_rng(3)
    for _ in range(500):
        words = draw_words(choices, rng)
        within = {slot: choices[slot][word] for slot, word in zip(SLOTS, words, strict=True)}
        assert draw_target(laws, rng, within).words(VOCABULARY) == words


def test_a_target_reads_as_the_words_of_its_numbers():
    target = Target(
        azimuth_deg=-90.0, elevation_deg=45.0, distance_m=3.0, floor_area_m2=20.0, t30_s=0.5
    )
    assert target.words(VOCABULARY) == ("right", "up", "far", "small", None)


def test_a_scene_shows_the_numbers_it_was_made_for():
    sampler = sampler_of(ELSA, VOCABULARY, "train")
    rng = np.random.default_rng(4)
    for _ in range(30):
        wanted = draw_target(sampler.laws, rng, {})
        shown = target_of(build_scene(wanted, sampler, rng), "p0")
        assert astuple(shown) == pytest.approx(astuple(wanted), abs=1e-9)


def test_a_room_without_a_request_has_no_planned_words():
    sampler = sampler_of(ELSA, VOCABULARY, "train")
    rng = np.random.default_rng(5)
    scene = build_scene(draw_target(sampler.laws, rng, {}), sampler, rng)
    measured = replace(scene, room=replace(scene.room, target_t30_s=None))
    with pytest.raises(ValueError, match="states no target_t30_s"):
        target_of(measured, "p0")
