import json
import math
from copy import deepcopy
from itertools import pairwise
from pathlib import Path

import pytest

from elsa_data.config import (
    SLOTS,
    asset,
    load_preset,
    load_vocabulary,
    parse_preset,
    parse_vocabulary,
    to_plain,
)
from elsa_data.errors import ConfigError, PresetError, PromptError
from elsa_data.rooms import materials

PRESETS = ["elsa", "balanced", "tiny"]
VOCABULARY = "attributes.elsa.v1"


def changed(plain: dict, key: str, value) -> dict:
    """Return a copy with one dotted key set, or removed where the value is Ellipsis."""
    copy = deepcopy(plain)
    *path, last = key.split(".")
    spot = copy
    for name in path:
        spot = spot[int(name) if name.isdigit() else name]
    if value is ...:
        del spot[last]
    else:
        spot[last] = value
    return copy


@pytest.mark.parametrize("name", PRESETS)
def test_presets_load_by_name_and_by_path_and_come_back_from_json(name):
    preset = load_preset(name)
    assert preset.name == name
    assert load_preset(f"{name}.yaml") == preset
    assert load_preset(str(asset("room_presets", name))) == preset
    plain = json.loads(json.dumps(to_plain(preset), allow_nan=False))
    assert parse_preset(plain, "build.json") == preset
    assert load_vocabulary(preset.vocabulary).name == preset.vocabulary


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_carries_the_spectra_of_exactly_the_materials_it_names(name):
    preset = load_preset(name)
    named = {
        material
        for laws in preset.scenes.values()
        for surface in ("walls", "floor", "ceiling")
        for material in getattr(laws.surfaces, surface)
    }
    assert set(preset.materials) == named
    assert all(preset.materials[name] == materials()[name] for name in named)


def test_own_materials_come_before_the_shipped_ones_and_survive_the_round_trip():
    mine = [0.5] * 8
    plain = to_plain(load_preset("tiny")) | {"materials": {"plasterboard": mine}}
    preset = parse_preset(plain, "mine.yaml")
    assert preset.materials["plasterboard"] == tuple(mine)
    assert preset.materials["carpet_thin"] == materials()["carpet_thin"]
    assert parse_preset(to_plain(preset), "again") == preset


def test_elsa_states_the_ranges_of_the_paper():
    scenes = load_preset("elsa").scenes
    for split in ("train", "validation"):
        laws = scenes[split]
        assert laws.azimuth_deg.bounds == (-180, 180)
        assert laws.elevation_deg.bounds == (-47.5, 48.7)
        assert laws.distance_m.bounds == (0.5, 4.0)
        assert laws.floor_area_m2.bounds == (13.3, 277.4)
        assert laws.target_t30_s.bounds == (0.1445, 2.6719)
    laws = scenes["test"]
    assert laws.azimuth_deg.bounds == (-180, 180)
    assert laws.elevation_deg.bounds == (-29.8, 42.4)
    assert laws.distance_m.bounds == (0.9, 4.0)
    assert laws.floor_area_m2.bounds == (14.3, 277.4)
    assert laws.target_t30_s.bounds == (0.1678, 1.2548)


def test_tiny_is_quick_and_does_not_scatter():
    preset = load_preset("tiny")
    assert (preset.sample_rate_hz, preset.clip_length_s) == (16000, 5.0)
    for laws in preset.scenes.values():
        assert laws.scattering.bounds == (0.0, 0.0)
        assert laws.target_t30_s.bounds == (0.15, 0.4)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("sample_rate_hz", 44, "my.yaml: sample_rate_hz: 44: wanted 8000"),
        ("augmentation", 2, r"augmentation: unknown key. Did you mean 'augmentations'\?"),
        ("augmentations", 0, "augmentations: 0: at least 1"),
        ("min_clip_s", 60.0, "min_clip_s: 60: above 0, up to clip_length_s"),
        ("level", "loud", "level: got 'loud', wanted one of physical"),
        ("receiver", "fao", r"receiver: got 'fao'.*Did you mean 'foa'\?"),
        ("draw", ..., "draw: missing"),
        ("splits.test", 0.5, "splits: .* add up to 1"),
        ("splits", {"train": 1.0}, "splits: got train; wanted each of train, validation, test"),
        ("scenes.tset", {}, r"scenes.tset.floor_area_m2: missing"),
        ("scenes.train.distance_m.low", 9.0, "scenes.train.distance_m: low 9 is not below"),
        (
            "scenes.train.distance_m",
            {"law": "constant", "value": 90},
            "scenes.train.distance_m: starts at 90 m and the largest room holds",
        ),
        (
            "scenes.train.floor_area_m2",
            {"law": "uniform", "low": -5, "high": 20},
            "floor_area_m2: reaches -5 to 20; wanted within 1 to",
        ),
        (
            "scenes.train.elevation_deg",
            {"law": "uniform", "low": -95, "high": 20},
            "elevation_deg: reaches -95 to 20; wanted within -90 to 90",
        ),
        (
            "scenes.train.scattering",
            {"law": "uniform", "low": 0.1, "high": 1.5},
            "scattering: reaches 0.1 to 1.5; wanted within 0 to 1",
        ),
        ("scenes.train.clearance_m", 2.0, "clearance_m: got 2, wanted 0 to half"),
        ("scenes.train.clearance_m", -0.1, "clearance_m: got -0.1"),
        ("scenes.train.height_m.high_m", 1.0, "height_m: wanted 0 < low_m <= high_m"),
        ("scenes.train.humidity.value", 0, "humidity: reaches 0 to 0; wanted within 1"),
        ("scenes.train.surfaces.floor", [], "surfaces.floor: no material"),
        (
            "scenes.train.surfaces.floor",
            ["carpet_thinn"],
            r"scenes.train.surfaces.floor: no material .*Did you mean 'carpet_thin'\?",
        ),
        ("materials.carpet_thin", [0.1] * 7, "materials.carpet_thin: wanted 8 absorptions"),
        ("materials.carpet_thin", [1.2] * 8, "materials.carpet_thin: .* below 1"),
        ("materials.carpet_thin", [-0.1] * 8, "materials.carpet_thin: .* above 0"),
        (
            "source_level_dbfs_1m",
            {"law": "constant", "value": 3},
            "source_level_dbfs_1m: reaches 3 to 3 dB",
        ),
    ],
)
def test_an_impossible_preset_is_refused_before_anything_runs(key, value, message):
    plain = changed(to_plain(load_preset("tiny")), key, value)
    with pytest.raises(PresetError, match=message):
        parse_preset(plain, "my.yaml")


def test_what_is_no_mapping_is_refused(tmp_path):
    path = tmp_path / "list.yaml"
    path.write_text("- 1\n")
    with pytest.raises(PresetError, match=r"list.yaml: got \[1\], wanted keys"):
        load_preset(str(path))


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(ConfigError, match=r"'elza' is neither.*balanced.*Did you mean 'elsa'\?"):
        load_preset("elza")
    with pytest.raises(ConfigError, match=r"attributes.elsa.v1"):
        load_vocabulary("attributes.elsa.v9")


def test_a_path_comes_before_a_packaged_name(tmp_path, monkeypatch):
    (tmp_path / "tiny.yaml").write_text("name: [")
    monkeypatch.chdir(tmp_path)
    assert asset("room_presets", "tiny.yaml") == Path("tiny.yaml")
    assert load_preset("tiny").name == "tiny"


@pytest.mark.parametrize(
    ("slot", "value", "word"),
    [
        ("direction", 0.0, "front"),
        ("direction", 35.0, "front"),
        ("direction", 45.0, None),
        ("direction", 90.0, "left"),
        ("direction", 55.0, "left"),
        ("direction", -125.0, "right"),
        ("direction", -180.0, "back"),
        ("direction", 179.9, "back"),
        ("direction", 145.0, None),
        ("elevation", 40.0, None),
        ("elevation", 40.01, "up"),
        ("elevation", -40.01, "down"),
        ("distance", 0.99, "near"),
        ("distance", 1.0, None),
        ("distance", 2.01, "far"),
        ("size", 49.9, "small"),
        ("size", 50.0, None),
        ("size", 100.1, "large"),
        ("reverb", 0.19, "dampened"),
        ("reverb", 0.2, None),
        ("reverb", 1.01, "reverberant"),
    ],
)
def test_numbers_read_as_the_words_of_elsa(slot, value, word):
    assert load_vocabulary(VOCABULARY).word(slot, value) == word


def test_intervals_are_the_inverse_of_words_and_fill_the_domain():
    vocabulary = load_vocabulary(VOCABULARY)
    for slot in SLOTS:
        low, high = vocabulary.slots[slot].domain
        edges = []
        for word in vocabulary.words(slot):
            for first, last in vocabulary.intervals(slot, word):
                edges += [(first, last)]
                inner = (first + last) / 2 if math.isfinite(last) else first + 1.0
                assert vocabulary.word(slot, inner) == word
        edges.sort()
        assert edges[0][0] == low
        assert edges[-1][1] == high
        assert all(a[1] == b[0] for a, b in pairwise(edges))


def test_a_number_out_of_its_domain_has_no_word_and_says_so():
    vocabulary = load_vocabulary(VOCABULARY)
    for slot, value in (("direction", 190.0), ("distance", -1.0), ("reverb", math.nan)):
        with pytest.raises(ValueError, match="wanted"):
            vocabulary.word(slot, value)


def test_phrases_are_what_captions_say():
    vocabulary = load_vocabulary(VOCABULARY)
    assert vocabulary.phrase("reverb", "dampened") == "acoustically dampened"
    assert vocabulary.phrase("direction", "left") == "left"


def test_vocabularies_come_back_from_json():
    vocabulary = load_vocabulary(VOCABULARY)
    plain = json.loads(json.dumps(to_plain(vocabulary), allow_nan=False))
    assert parse_vocabulary(plain, "build.json") == vocabulary


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("t30", "middle", "words.yaml: t30: got 'middle', wanted one of mid, full"),
        ("slots.size", ..., "slots: got .*; wanted each of direction"),
        ("slots.distance.number", "floor_area_m2", "slots.distance.number: got 'floor_area_m2'"),
        ("slots.distance.rules.0.word", "nera", r"slots.distance.rules: 'nera' is none of near"),
        ("slots.distance.rules.0.intervals", [[2, 1]], r"slots.distance: the interval \[2, 1\]"),
        ("slots.distance.rules.0.intervals", [[0, 3]], "slots.distance: two intervals share"),
        ("slots.distance.rules.0.ends", "shut", "slots.distance.rules.0.*got 'shut'"),
    ],
)
def test_a_wrong_vocabulary_is_refused(key, value, message):
    plain = changed(to_plain(load_vocabulary(VOCABULARY)), key, value)
    with pytest.raises(PromptError, match=message):
        parse_vocabulary(plain, "words.yaml")
