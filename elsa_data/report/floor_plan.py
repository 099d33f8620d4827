"""A room from above in the letters of a terminal: walls to scale, who hears, and what sounds."""

import math
from collections.abc import Sequence
from typing import Final

from elsa_data.geometry import Vector, rotate_yaw

WIDTH: Final = 48
"""Columns inside the walls at most; ``HEIGHT`` rows."""

HEIGHT: Final = 15
ASPECT: Final = 2.0
"""A letter of a terminal is about twice as high as it is wide."""

DOT: Final = "·"
FACING: Final = {-1: "↗", 0: "↑", 1: "↖"}
SCALES_M: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)

Point = tuple[float, float]
Cell = tuple[int, int]


def floor_plan(
    size_m: Vector, receiver_m: Vector, yaw_deg: float, sources_m: Sequence[Vector]
) -> list[str]:
    """Return the lines of the plan: the room turned by quarters until the receiver faces up.

    An arrow is the receiver, to an eighth of a turn; the sources are A, B, C, with dots on the way
    from there. Where two would share a letter's place, the later one is drawn next to it.

    Args:
        size_m: length, width and height; the plan shows the first two.
        receiver_m: where the receiver stands, in the room's frame.
        yaw_deg: where it faces, counter-clockwise from the room's +x.
        sources_m: where the sources stand.
    """
    turns = 1 - round(yaw_deg / 90.0)
    wide, deep = size_m[:2] if turns % 2 == 0 else size_m[1::-1]
    scale = min(WIDTH / wide, HEIGHT * ASPECT / deep)
    columns, rows = max(3, round(wide * scale)), max(2, round(deep * scale / ASPECT))

    def place(point_m: Vector) -> Point:
        x, y = _turned(point_m, size_m, turns)
        return x / wide * columns - 0.5, (1 - y / deep) * rows - 0.5

    canvas = [[" "] * columns for _ in range(rows)]
    arrow = FACING[round((yaw_deg - 90.0 * round(yaw_deg / 90.0)) / 45.0)]
    taken: set[Cell] = set()
    cells = []
    letters = [arrow, *(chr(ord("A") + index) for index in range(len(sources_m)))]
    for letter, point_m in zip(letters, (receiver_m, *sources_m), strict=True):
        row, column = cell = _free(place(point_m), taken, (rows, columns))
        canvas[row][column] = letter
        taken.add(cell)
        cells.append(cell)
    for cell in cells[1:]:
        for row, column in _between(cells[0], cell):
            if canvas[row][column] == " ":
                canvas[row][column] = DOT
    edge = "─" * columns
    return [f"┌{edge}┐", *(f"│{''.join(row)}│" for row in canvas), f"└{edge}┘", _ruler(scale)]


def _turned(point_m: Vector, size_m: Vector, turns: int) -> Point:
    """Return x to the right and y up the page of a point of a room turned by quarters."""
    middle = (size_m[0] / 2, size_m[1] / 2)
    away = (point_m[0] - middle[0], point_m[1] - middle[1], 0.0)
    x, y, _ = rotate_yaw(away, 90.0 * turns)
    wide, deep = middle if turns % 2 == 0 else middle[::-1]
    return x + wide, y + deep


def _free(place: Point, taken: set[Cell], shape: Cell) -> Cell:
    """Return the free cell (row, column) nearest to a place (column, row)."""
    cells = ((row, column) for row in range(shape[0]) for column in range(shape[1]))
    return min(
        (cell for cell in cells if cell not in taken),
        key=lambda cell: math.hypot(cell[1] - place[0], ASPECT * (cell[0] - place[1])),
    )


def _between(start: Cell, end: Cell) -> list[Cell]:
    """Return every second cell or so on the straight line between two."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]) // 2)
    shares = [step / steps for step in range(1, steps)] if steps else []
    return [
        (round(start[0] + s * (end[0] - start[0])), round(start[1] + s * (end[1] - start[1])))
        for s in shares
    ]


def _ruler(scale: float) -> str:
    """Return a bar of a round number of metres, at ``scale`` columns a metre."""
    metres = max((m for m in SCALES_M if m * scale <= WIDTH / 2), default=SCALES_M[0])
    return f" ├{'─' * max(0, round(metres * scale) - 2)}┤ {metres:g} m"
