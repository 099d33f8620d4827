import math
import re

import numpy as np
import pytest

from elsa_data.config import load_vocabulary
from elsa_data.report.bars import bars, longest_bars
from elsa_data.report.charts import SIZE, distances, fan, rose
from elsa_data.report.t30_chart import asked_and_measured
from elsa_data.report.totals import t30_bin

VOCABULARY = load_vocabulary("attributes.elsa.v1")


def shapes(svg: str, class_: str) -> list[np.ndarray]:
    """The corners of every shape of a class, relative to the first."""
    drawn = re.findall(rf'd="M([^"]*)Z" class="{class_}"', svg)
    return [np.array([[float(v) for v in p.split()] for p in d.split("L")]) for d in drawn]


def area(corners: np.ndarray) -> float:
    x, y = corners.T
    return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2


def test_a_petal_is_as_large_as_its_count_and_where_its_angles_are() -> None:
    svg = rose({-10: 25, 90: 100}, VOCABULARY)
    right, left = shapes(svg, "petal")
    assert area(left) / area(right) == pytest.approx(4, rel=0.02)
    assert left[:, 0].mean() < SIZE / 2 < right[:, 0].mean()
    assert right[:, 1].mean() < SIZE / 2  # front is up
    # front, left, right; the back is two ranges.
    assert svg.count('class="meaning"') == 5
    assert "meaning" not in rose({0: 1}, None)


def test_an_elevation_stands_as_high_as_it_is() -> None:
    down, up = shapes(fan({-40: 9, 30: 9}, VOCABULARY), "petal")
    assert up[:, 1].mean() < SIZE / 2 < down[:, 1].mean()
    middle = up[1:].mean(axis=0) - up[0]
    assert math.degrees(math.atan2(-middle[1], middle[0])) == pytest.approx(35, abs=0.5)


def test_columns_stand_on_the_axis_as_high_as_their_counts() -> None:
    svg = distances({2: 50, 7: 100, 15: 10})
    found = re.findall(r'y="([^"]*)" width="[^"]*" height="([^"]*)" class="petal"', svg)
    heights = np.array([float(h) for _, h in found])
    assert heights / heights[1] == pytest.approx([0.5, 1.0, 0.1], abs=0.01)
    assert {round(float(y) + float(h)) for y, h in found} == {
        round(float(found[1][0]) + heights[1])
    }


def test_what_is_measured_as_asked_lies_on_the_diagonal() -> None:
    pairs = [(0.2, 0.2), (0.4, 0.4), (1.0, 0.5)]
    svg = asked_and_measured({(t30_bin(a), t30_bin(m)): 3 for a, m in pairs})
    cells = re.findall(r'x="([^"]*)" y="([^"]*)" width="([^"]*)"[^>]* class="cell"', svg)
    x, y, step = np.array(cells, dtype=float).T
    on = np.abs((x - x[0]) + (y - y[0])) < step / 2
    assert on.tolist() == [True, True, False]
    assert y[2] > y[0] - (x[2] - x[0])  # below the diagonal: shorter than asked


@pytest.mark.parametrize(
    "picture",
    [
        lambda: rose({}, None),
        lambda: fan({}, None),
        lambda: distances({}),
        lambda: asked_and_measured({}),
    ],
    ids=["rose", "fan", "distances", "t30"],
)
def test_nothing_to_draw_is_an_empty_picture(picture) -> None:
    svg = picture()
    assert svg.startswith("<svg")
    assert "nan" not in svg


def test_bars_tell_counts_and_shares() -> None:
    table = bars({"a": 30, "<b>": 10}, total=40)
    assert re.findall(r"width:([\d.]+)%", table) == ["100.0", "33.3"]
    assert re.findall(r'class="count">([^<]*)<', table) == ["30", "75.0 %", "10", "25.0 %"]
    assert "&lt;b&gt;" in table


def test_a_long_list_tells_what_it_leaves_out() -> None:
    counts = {f"n{index}": 100 - index for index in range(20)}
    told = longest_bars(counts)
    assert told.index(">n0<") < told.index(">n11<")
    assert "n12" not in told
    assert f"and 8 others, {sum(100 - k for k in range(12, 20))} in all" in told
