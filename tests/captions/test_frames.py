import copy
from pathlib import Path

import pytest
import yaml

from elsa_data.captions.frames import load_frames, pattern_of, placeholders, shipped_frames
from elsa_data.errors import PromptError

SHIPPED = yaml.safe_load(
    (Path(__file__).parents[2] / "prompts" / "template.v1.yaml").read_text(encoding="utf-8")
)


def load(tmp_path: Path, content: dict):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_frames(str(path))


def test_the_shipped_file_is_read_whole():
    frames = shipped_frames()
    assert frames.name == "template.v1"
    assert {k: list(v) for k, v in frames.frames.items()} == SHIPPED["frames"]


def test_every_pattern_has_six_frames_or_more_and_none_twice():
    for lines in shipped_frames().frames.values():
        assert len(set(lines)) == len(lines) >= 6
        assert sum(not line.startswith("{sound}") for line in lines) >= 4


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (("frames", "room", 0), "in {rom}: {sound}", "Did you mean 'room'"),
        (("frames", "room", 0), "in {room}", "{room} {sound}"),
        (("frames", "room", 0), "in {room}, {at}: {sound}", "frames.room"),
        (("frames", "room", 0), "{sound} in {room}: {sound}", "once"),
        (("frames", "room", 0), "in {room: {sound}", "frames.room"),
        (("frames", "place", 0), "{at}, {from}: {sound}", "frames.place"),
        (("frames", "place"), [], "at least one"),
        (("places", "at", "direction", 0), "{from_direction}", "places.at.direction"),
        (("places", "from", "direction", 0), "{elevation}", "places.from.direction"),
        (("rooms", "size", 0), "room", "rooms.size"),
        (("phrases", "direction", "left", "at", 0), "to the {direction}", "phrases.direction.left"),
        (("several", "room", 0), "{sources}", "several.room"),
        (("several", "source", 0), "{sound}", "several.source"),
    ],
)
def test_a_placeholder_too_few_or_too_many_is_named(tmp_path, at, value, says):
    content = copy.deepcopy(SHIPPED)
    node = content
    for key in at[:-1]:
        node = node[key]
    node[at[-1]] = value
    with pytest.raises(PromptError) as caught:
        load(tmp_path, content)
    assert says in str(caught.value)
    assert "mine.yaml" in str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        ("phrases", "direction", "left"),
        ("phrases", "elevation"),
        ("phrases", "distance", "far", "from"),
        ("places", "at", "direction+distance"),
        ("rooms", "size+reverb"),
        ("frames", "place+room"),
        ("several", "room"),
    ],
)
def test_a_missing_key_is_named(tmp_path, path):
    content = copy.deepcopy(SHIPPED)
    node = content
    for key in path[:-1]:
        node = node[key]
    del node[path[-1]]
    with pytest.raises(PromptError, match=r"missing") as caught:
        load(tmp_path, content)
    assert path[-1] in str(caught.value)


def test_an_unknown_word_is_refused_with_the_near_spelling(tmp_path):
    content = copy.deepcopy(SHIPPED)
    content["phrases"]["distance"]["neer"] = content["phrases"]["distance"].pop("near")
    with pytest.raises(PromptError, match="Did you mean 'near'"):
        load(tmp_path, content)


def test_patterns_are_named_in_one_order():
    assert pattern_of(["distance", "direction"]) == "direction+distance"
    assert pattern_of([]) == ""
    assert placeholders("{a} and {b}: c") == ["a", "b"]
