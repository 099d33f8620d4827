import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pytest

from elsa_data.distributions import Choice, Constant, Law, Uniform
from elsa_data.errors import PresetError, PromptError
from elsa_data.strict import FieldError, Spot, parse, plain, read_yaml


@dataclass(frozen=True, kw_only=True)
class Leaf:
    size: float
    kind: Literal["oak", "elm"] = "oak"

    def __post_init__(self):
        if self.size < 0:
            raise FieldError("size", f"got {self.size:g}, wanted 0 or more")
        if self.size == 13:
            raise ValueError("this leaf is unlucky")


@dataclass(frozen=True, kw_only=True)
class Tree:
    rings: int
    alive: bool
    name: str
    span: tuple[float, float]
    ages: tuple[int, ...]
    leaves: Mapping[str, Leaf]
    growth: Law
    rain: Law | None
    owner: str | None


GOOD = {
    "rings": 3,
    "alive": True,
    "name": "old",
    "span": [1, math.inf],
    "ages": [1, 2, 3],
    "leaves": {"a": {"size": 1.5}, "b": {"size": 2, "kind": "elm"}},
    "growth": {"law": "uniform", "low": 0, "high": 2},
    "rain": None,
    "owner": None,
}
SPOT = Spot("tree.yaml", PresetError)


def test_a_mapping_becomes_a_record_with_the_types_of_its_fields():
    tree = parse(Tree, GOOD, SPOT)
    assert tree.leaves == {"a": Leaf(size=1.5), "b": Leaf(size=2.0, kind="elm")}
    assert tree.growth == Uniform(low=0.0, high=2.0)
    assert isinstance(tree.leaves["b"].size, float)
    assert tree.span == (1.0, math.inf)
    assert tree.ages == (1, 2, 3)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"rain": {"law": "constant", "value": 2}},
        {"growth": {"law": "choice", "values": [1, 2], "weights": [3, 1]}, "owner": "me"},
    ],
)
def test_plain_goes_through_json_and_back(change):
    tree = parse(Tree, GOOD | change, SPOT)
    text = json.dumps(plain(tree), allow_nan=False)
    assert parse(Tree, json.loads(text), SPOT) == tree


def test_equal_records_have_equal_json_whatever_the_order_of_their_keys():
    turned = {key: GOOD[key] for key in reversed(GOOD)}
    turned["leaves"] = {key: GOOD["leaves"][key] for key in ("b", "a")}
    one, two = (json.dumps(plain(parse(Tree, m, SPOT))) for m in (GOOD, turned))
    assert one == two


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ringz": 1}, r"tree.yaml: ringz: unknown key. Did you mean 'rings'\?"),
        ({"zzzz": 1}, r"tree.yaml: zzzz: unknown key. Known: rings, alive"),
        ({"rings": 2.5}, r"tree.yaml: rings: got 2.5, wanted a whole number"),
        ({"rings": True}, r"rings: got True, wanted a whole number"),
        ({"alive": 1}, r"alive: got 1, wanted true or false"),
        ({"name": 7}, r"name: got 7, wanted text"),
        ({"span": [1]}, r"span: got 1 items, wanted 2"),
        ({"span": [1, "2"]}, r"span\[1\]: got '2', wanted a number"),
        ({"span": [1, math.nan]}, r"span\[1\]: got nan, wanted a number"),
        ({"ages": 4}, r"ages: got 4, wanted a list"),
        ({"leaves": [1]}, r"leaves: got \[1\], wanted keys with values"),
        ({"leaves": {"a": {}}}, r"leaves.a.size: missing"),
        ({"leaves": {"a": {"size": -2}}}, r"leaves.a.size: got -2, wanted 0 or more"),
        ({"leaves": {"a": {"size": 13}}}, r"leaves.a: this leaf is unlucky"),
        (
            {"leaves": {"a": {"size": 1, "kind": "elk"}}},
            r"leaves.a.kind: got 'elk', wanted one of oak, elm. Did you mean 'elm'\?",
        ),
        ({"growth": 4}, r"growth: got 4, wanted a law; write \{law: constant, value: 4\}"),
        ({"growth": {"low": 1, "high": 2}}, r"growth.law: got None, wanted one of constant"),
        (
            {"growth": {"law": "unifrm", "low": 1, "high": 2}},
            r"growth.law: got 'unifrm'.*Did you mean 'uniform'\?",
        ),
        (
            {"growth": {"law": "uniform", "low": 5, "high": 2}},
            r"growth: low 5 is not below high 2",
        ),
        (
            {"growth": {"law": "uniform", "low": 5, "hihg": 2}},
            r"growth.hihg: unknown key. Did you mean 'high'\?",
        ),
        ({"rain": "much"}, r"rain: got 'much', wanted keys with values"),
        ({"owner": 3}, r"owner: got 3, wanted text"),
    ],
)
def test_errors_name_the_file_the_key_the_value_and_the_near_spelling(change, message):
    with pytest.raises(PresetError, match=message):
        parse(Tree, GOOD | change, SPOT)


def test_a_missing_key_is_never_assumed():
    short = {key: value for key, value in GOOD.items() if key != "rings"}
    with pytest.raises(PresetError, match=r"tree.yaml: rings: missing"):
        parse(Tree, short, SPOT)


def test_choice_and_constant_are_told_apart_by_their_law():
    assert parse(Law, {"law": "constant", "value": 0}, SPOT) == Constant(value=0.0)
    assert parse(Law, {"law": "choice", "values": [1]}, SPOT) == Choice(values=(1.0,))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: {c: 1, c: 2}\n", r"the key 'c' is written twice[\s\S]*line 2"),
        ("a: [1\n", "cannot be read as YAML"),
        ("a: !!python/object:os.system x\n", "cannot be read as YAML"),
    ],
)
def test_a_file_that_is_not_plain_yaml_is_refused(tmp_path, text, message):
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(PromptError, match=message):
        read_yaml(path, PromptError)


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path):
    path = tmp_path / "noise.yaml"
    path.write_bytes(b"\xff\xfe\x00\x80")
    for place in (path, tmp_path / "none.yaml"):
        with pytest.raises(PresetError, match=f"{place.name}: cannot be read"):
            read_yaml(place, PresetError)


def test_an_alias_may_override_what_it_merges(tmp_path):
    path = tmp_path / "merge.yaml"
    path.write_text("a: &a {x: 1, y: 2}\nb: &b {<<: *a, y: 3}\nc: {<<: *b, x: 4}\n")
    assert read_yaml(path, PresetError) == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 3},
        "c": {"x": 4, "y": 3},
    }
