import pytest

from elsa_data.errors import ConfigError
from elsa_data.shards.directory import Directory
from elsa_data.shards.state import differing, read_state, write_state


@pytest.fixture
def directory(tmp_path):
    return Directory(str(tmp_path / "ein Bau"))


def test_the_state_comes_back(directory):
    assert read_state(directory) is None
    state = {"seed": 7, "preset": {"name": "ä", "size_m": [1.5, 2]}, "limit": None}
    write_state(directory, state)
    assert read_state(directory) == state
    assert directory.files() == ["build.json"]


@pytest.mark.parametrize("text", ["", "{", '{"a": 1', "\xff"])
def test_a_damaged_file_is_a_wrong_request(directory, text):
    write_state(directory, {})
    (directory.local / "build.json").write_text(text, encoding="latin-1")
    with pytest.raises(ConfigError, match=r"build\.json is not JSON"):
        read_state(directory)


def test_another_kind_of_json_is_named(directory):
    write_state(directory, {})
    (directory.local / "build.json").write_text("[1]")
    with pytest.raises(ConfigError, match="holds a list, wanted a mapping"):
        read_state(directory)


def test_equal_states_do_not_differ_though_one_was_stored():
    asked = {"seed": 7, "preset": {"size_m": (1.0, 2.0), "laws": {}}}
    stored = {"preset": {"laws": {}, "size_m": [1.0, 2.0]}, "seed": 7}
    assert differing(stored, asked) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ({"seed": 7}, {"seed": 8}, "seed: 7 in the build, 8 asked"),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "a.b.1: 2 in the build, 3 asked"),
        ({"a": {"b": 1}}, {"a": {}}, "a.b: 1 in the build, nothing asked"),
        ({}, {"limit": None}, "limit: nothing in the build, null asked"),
        ({"probe": True}, {"probe": 1}, "probe: true in the build, 1 asked"),
        ({"p": "ä"}, {"p": "b"}, 'p: "ä" in the build, "b" asked'),
    ],
)
def test_a_difference_is_one_line(old, new, line):
    assert line in differing(old, new)


def test_every_difference_is_told_and_long_values_are_cut():
    lines = differing({"a": "x" * 500, "b": 1, "c": 2}, {"a": "y", "b": 2, "c": 2})
    assert [line.partition(":")[0] for line in lines] == ["a", "b"]
    assert max(map(len, lines)) < 100
