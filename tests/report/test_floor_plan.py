import itertools
import math

import numpy as np
import pytest

from elsa_data.geometry import Vector, seen_from
from elsa_data.report.floor_plan import HEIGHT, WIDTH, floor_plan

ARROWS = {"↖": 135.0, "↑": 90.0, "↗": 45.0}


def found(lines: list[str], letters: str) -> tuple[float, float]:
    """Return where one of these letters is: columns to the right, and up in columns too."""
    (place,) = [
        (float(column), -2.0 * row)
        for row, line in enumerate(lines[:-1])
        for column, letter in enumerate(line)
        if letter in letters
    ]
    return place


def scenes() -> list[tuple[Vector, Vector, float, Vector]]:
    rng = np.random.default_rng(3)
    drawn = []
    while len(drawn) < 60:
        size = tuple(rng.uniform(3, 20, 3).tolist())
        spots = [tuple((rng.uniform(0.05, 0.95, 3) * size).tolist()) for _ in range(2)]
        if math.dist(spots[0][:2], spots[1][:2]) > 0.4 * max(size[:2]):  # else letters crowd
            drawn.append((size, spots[0], float(rng.uniform(-180, 180)), spots[1]))
    return drawn


@pytest.mark.parametrize("scene", scenes())
def test_a_source_is_drawn_where_the_receiver_hears_it(
    scene: tuple[Vector, Vector, float, Vector],
) -> None:
    size, receiver, yaw, source = scene
    lines = floor_plan(size, receiver, yaw, [source])
    (arrow,) = {letter for line in lines[:-1] for letter in line} & set(ARROWS)
    here, there = found(lines, "".join(ARROWS)), found(lines, "A")
    right, up = there[0] - here[0], there[1] - here[1]
    away = math.hypot(right, up)
    assert away > 5
    azimuth = seen_from(receiver, yaw, source)[0]
    drawn = math.degrees(math.atan2(up, right)) - ARROWS[arrow]
    # An arrow points to an eighth of a turn; a letter is up to a column and a row off.
    slack = 22.5 + math.degrees(math.asin(min(1.0, 3.5 / away)))
    assert abs((drawn - azimuth + 180) % 360 - 180) <= slack


@pytest.mark.parametrize("scene", scenes()[:20])
def test_walls_are_to_scale(scene: tuple[Vector, Vector, float, Vector]) -> None:
    size, receiver, yaw, source = scene
    *lines, ruler = floor_plan(size, receiver, yaw, [source])
    columns, rows = len(lines[0]) - 2, len(lines) - 2
    assert {len(line) for line in lines} == {columns + 2}
    assert 3 <= columns <= WIDTH
    assert 2 <= rows <= HEIGHT
    wide, deep = size[:2] if round(yaw / 90) % 2 else size[1::-1]
    metres = float(ruler.split()[1])
    per_metre = len(ruler.split()[0]) / metres
    assert columns / per_metre == pytest.approx(wide, abs=1.5 / per_metre + 0.15 * wide)
    assert 2 * rows / per_metre == pytest.approx(deep, abs=2.5 / per_metre + 0.15 * deep)


def test_a_room_as_it_is_drawn() -> None:
    sources = [(6.0, 3.0, 1.0), (2.0, 3.5, 1.0)]
    assert floor_plan((8.0, 4.0, 3.0), (2.0, 1.0, 1.5), 90.0, sources) == [
        "┌────────────────────────────────────────────────┐",
        "│                                                │",
        "│           B                                    │",
        "│           ·                     · A            │",
        "│           ·                   ·                │",
        "│           ·             · · ·                  │",
        "│           ·           ·                        │",
        "│           ·     · · ·                          │",
        "│           ·   ·                                │",
        "│           ↑ ·                                  │",
        "│                                                │",
        "│                                                │",
        "│                                                │",
        "└────────────────────────────────────────────────┘",
        " ├──────────┤ 2 m",
    ]


def test_two_in_one_place_are_both_there() -> None:
    spot = (1.0, 1.0, 1.0)
    lines = floor_plan((30.0, 30.0, 3.0), spot, 0.0, [spot, spot, (1.0, 1.01, 1.0)])
    letters = [letter for line in lines[:-1] for letter in line if letter in "↑ABC"]
    assert sorted(letters) == ["A", "B", "C", "↑"]


@pytest.mark.parametrize(("yaw", "turn"), [*itertools.product(range(-180, 181, 15), (0, 360))])
def test_every_yaw_has_its_arrow(yaw: int, turn: int) -> None:
    lines = floor_plan((4.0, 4.0, 3.0), (2.0, 2.0, 1.0), yaw + turn, [(1.0, 1.0, 1.0)])
    assert sum("".join(lines).count(arrow) for arrow in ARROWS) == 1
