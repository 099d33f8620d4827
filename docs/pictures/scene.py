"""Draws one row of a build: its room from above and from the side, its words, its decay.

    python docs/pictures/scene.py demo/build docs/pictures            picks the row with most words
    python docs/pictures/scene.py demo/build docs/pictures ID         draws the row of this id

Writes scene-light.svg and scene-dark.svg, of equal bytes for an equal build.
"""

import math
import sys
import textwrap
from pathlib import Path
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc, Circle, Rectangle
from numpy.typing import NDArray

from elsa_data.examples import Example, ExamplePart
from elsa_data.geometry import Vector
from elsa_data.shards.data import read_data
from elsa_data.shards.directory import Directory, shard_ref
from elsa_data.shards.rirs import read_rirs

THEMES: Final = {
    "light": {
        "ink": "#1f2937", "soft": "#6b7280", "line": "#cbd5e1", "room": "#f1f5f9",
        "receiver": "#2563eb", "source": "#ea580c", "decay": "#0f766e",
    },
    "dark": {
        "ink": "#e5e7eb", "soft": "#9ca3af", "line": "#475569", "room": "#1b2430",
        "receiver": "#60a5fa", "source": "#fb923c", "decay": "#2dd4bf",
    },
}  # fmt: skip

MARGIN_M: Final = 0.1
"""Kept free around each room."""

Theme = dict[str, str]
Point = tuple[float, float]


def main(words: list[str]) -> None:
    """Draw the row that the words of the command line ask for, once for each background."""
    build, folder = words[0], Path(words[1])
    example = chosen(build, words[2] if len(words) > 2 else None)
    rir, rate = rir_of(build, example)
    mpl.rcParams.update({"svg.hashsalt": "elsa-data", "svg.fonttype": "path", "font.size": 9})
    for name, theme in THEMES.items():
        path = folder / f"scene-{name}.svg"
        drawn(example, rir, rate, theme).savefig(path, transparent=True, metadata={"Date": None})
        print(f"{path}: example {example.example_id}")


def chosen(build: str, example_id: str | None) -> Example:
    """Return the row of an id, or the one with most words and then the shortest caption."""
    rows = [row for row in rows_of(build) if row.spatial and example_id in (None, row.example_id)]
    if not rows:
        sys.exit(f"{build} has no spatial row {example_id or ''}")
    return max(rows, key=lambda row: (len(words_of(row)), -len(row.caption), row.example_id))


def rows_of(build: str) -> list[Example]:
    """Return every data row of a build."""
    directory = Directory(build)
    names = (Path(path).name.partition(".")[0] for path in directory.files("data"))
    refs = [ref for ref in map(shard_ref, names) if ref is not None]
    return [row for ref in refs for row in read_data(directory, ref)]


def rir_of(build: str, example: Example) -> tuple[NDArray[np.float32], int]:
    """Return the impulse response (4, taps) that a row was made with, and its sample rate."""
    directory, wanted = Directory(build), example.parts[0].rir_sha256
    for path in directory.files("rirs"):
        for row in read_rirs(directory.path(path), directory.fs):
            if row.sha256 == wanted:
                return row.rir.samples, row.rir.sample_rate_hz
    sys.exit(f"{build}/rirs has not the RIR of example {example.example_id}")


def words_of(example: Example) -> list[tuple[str, str]]:
    """Return each word of a row with the number it stands for."""
    part = example.parts[0]
    t30 = f"T30 {part.t30_full_s:.2f} s" if part.t30_full_s else ""
    pairs = [
        (part.direction, f"azimuth {part.azimuth_deg:+.0f}°"),
        (part.elevation, f"elevation {part.elevation_deg:+.0f}°"),
        (part.distance, f"{part.distance_m:.2f} m"),
        (example.room_size, f"{example.floor_area_m2:.1f} m²"),
        (example.reverberation, t30),
    ]
    return [(word, number.replace("-", "\u2212")) for word, number in pairs if word]


def drawn(example: Example, rir: NDArray[np.float32], rate: int, theme: Theme) -> Figure:
    """Return the whole picture."""
    figure = Figure(figsize=(10.4, 4.5))
    lines = textwrap.wrap(f"\u201c{example.caption}\u201d", 100)
    figure.text(0.03, 0.95, "\n".join(lines), size=13, color=theme["ink"], va="top", style="italic")
    chips(figure, words_of(example), theme)
    above, side = (figure.add_axes((left, 0.03, 0.325, 0.5)) for left in (0.03, 0.385))
    from_above(above, example, theme)
    from_the_side(side, example, theme)
    same_scale([above, side])
    decay(figure.add_axes((0.775, 0.125, 0.205, 0.405)), rir, rate, example.parts[0], theme)
    return figure


def chips(figure: Figure, words: list[tuple[str, str]], theme: Theme) -> None:
    """Write the words in a row, each over its number."""
    for index, (word, number) in enumerate(words):
        left = 0.03 + index * 0.14
        figure.text(left, 0.795, word, size=11, weight="bold", color=theme["receiver"], va="top")
        figure.text(left, 0.74, number, size=9, color=theme["soft"], va="top")
    for height, name in ((0.795, "source"), (0.74, "receiver")):
        figure.text(0.775, height, f"\u25cf {name}", size=9, color=theme[name], va="top")


def from_above(axes: Axes, example: Example, theme: Theme) -> None:
    """Draw the floor plan, with the receiver's front and the azimuth of the source."""
    length, width, _ = example.size_m or (0.0, 0.0, 0.0)
    receiver, source = places(example)
    yaw, azimuth = example.receiver_yaw_deg or 0.0, example.parts[0].azimuth_deg or 0.0
    room(axes, (0, 0), length, width, theme)
    title(axes, "from above", f"{length:.1f} m by {width:.1f} m", theme)
    angle(axes, receiver[:2], yaw, yaw + azimuth, "front", theme)
    path(axes, receiver[:2], source[:2], theme)


def from_the_side(axes: Axes, example: Example, theme: Theme) -> None:
    """Draw the upright plane through receiver and source, with the elevation."""
    size = example.size_m or (0.0, 0.0, 0.0)
    receiver, source = places(example)
    across = math.dist(receiver[:2], source[:2])
    step = ((source[0] - receiver[0]) / across, (source[1] - receiver[1]) / across)
    left, right = chord(receiver[:2], step, size[:2])
    room(axes, (left, 0), right - left, size[2], theme)
    title(axes, "from the side", f"{size[2]:.1f} m high, cut along the direct path", theme)
    here, there = (0.0, receiver[2]), (across, source[2])
    angle(axes, here, 0.0, example.parts[0].elevation_deg or 0.0, "level", theme)
    path(axes, here, there, theme)


def places(example: Example) -> tuple[Vector, Vector]:
    """Return where the receiver and the first source stand."""
    receiver, source = example.receiver_position_m, example.parts[0].position_m
    if receiver is None or source is None:
        sys.exit(f"example {example.example_id} has no place")
    return receiver, source


def chord(start: tuple[float, ...], step: Point, size: tuple[float, ...]) -> Point:
    """Return how far a line through a point reaches back and forth inside a floor, in metres."""
    reach = sorted(
        (edge - at) / move
        for at, move, end in zip(start, step, size, strict=True)
        for edge in (0.0, end)
        if abs(move) > 1e-9
    )
    return max(d for d in reach if d <= 0), min(d for d in reach if d >= 0)


def room(axes: Axes, corner: Point, width: float, height: float, theme: Theme) -> None:
    """Draw a room's outline and set the view around it."""
    axes.add_patch(Rectangle(corner, width, height, fc=theme["room"], ec=theme["line"], lw=1.4))
    axes.set(
        xlim=(corner[0] - MARGIN_M, corner[0] + width + MARGIN_M),
        ylim=(corner[1] - MARGIN_M, corner[1] + height + MARGIN_M),
    )
    axes.set_axis_off()


def title(axes: Axes, name: str, told: str, theme: Theme) -> None:
    """Write the name of a panel, and what it measures, above it."""
    left, figure = axes.get_position().x0, axes.figure
    figure.text(left, 0.645, name, color=theme["ink"], weight="bold", va="top")
    figure.text(left, 0.6, told, color=theme["soft"], size=8, va="top")


def angle(axes: Axes, at: Point, zero: float, to: float, name: str, theme: Theme) -> None:
    """Draw the line an angle is counted from, and the arc to where it ends; all in degrees."""
    turn = (math.cos(math.radians(zero)), math.sin(math.radians(zero)))
    end = (at[0] + 1.25 * turn[0], at[1] + 1.25 * turn[1])
    axes.plot(*zip(at, end, strict=True), color=theme["receiver"], lw=1.0, ls=(0, (3, 2)))
    word = (at[0] + 1.6 * turn[0], at[1] + 1.5 * turn[1])
    axes.text(*word, name, color=theme["receiver"], size=8, ha="center", va="center")
    low, high = sorted((zero, to))
    axes.add_patch(Arc(at, 1.5, 1.5, theta1=low, theta2=high, color=theme["receiver"], lw=1.6))


def path(axes: Axes, here: Point, there: Point, theme: Theme) -> None:
    """Draw receiver, source, its waves, and the direct sound between them."""
    axes.plot(*zip(here, there, strict=True), color=theme["source"], lw=1.2, alpha=0.75)
    back = math.degrees(math.atan2(here[1] - there[1], here[0] - there[0]))
    for index in (1, 2, 3):
        size = 0.22 + 0.3 * index
        wave = Arc(there, size, size, theta1=back - 40, theta2=back + 40, color=theme["source"])
        wave.set(lw=1.6, alpha=1.1 - 0.3 * index)
        axes.add_patch(wave)
    axes.add_patch(Circle(there, 0.11, color=theme["source"], zorder=3))
    axes.add_patch(Circle(here, 0.13, color=theme["receiver"], zorder=3))


def same_scale(views: list[Axes]) -> None:
    """Give the views one scale: a metre is as long in each. Rooms keep to the upper left."""
    box = views[0].get_window_extent()
    spans = [(np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim())) for axes in views]
    metre = min(min(box.width / across, box.height / up) for across, up in spans)
    for axes in views:
        left, top = axes.get_xlim()[0], axes.get_ylim()[1]
        axes.set(xlim=(left, left + box.width / metre), ylim=(top - box.height / metre, top))


def decay(axes: Axes, rir: NDArray[np.float32], rate: int, part: ExamplePart, theme: Theme) -> None:
    """Draw the energy of W over time, its Schroeder curve and the slope from -5 to -35 dB."""
    energy = rir[0].astype(np.float64) ** 2
    curve = 10 * np.log10(np.maximum(energy[::-1].cumsum()[::-1] / energy.sum(), 1e-12))
    times_ms = np.arange(curve.size) / rate * 1e3
    first, fit, last = (int(np.argmax(curve < level)) for level in (-5, -35, -54))
    every = max(1, rate // 1000)
    bins = energy[: last // every * every].reshape(-1, every).mean(axis=1)
    level = 10 * np.log10(np.maximum(bins / bins.max(), 1e-12))
    axes.fill_between(
        times_ms[:last:every][: bins.size], level, -60, color=theme["decay"], alpha=0.25, lw=0
    )
    axes.plot(times_ms[:last:every], curve[:last:every], color=theme["decay"], lw=2)
    slope = np.poly1d(np.polyfit(times_ms[first:fit], curve[first:fit], 1))
    ends = times_ms[[first, fit]]
    axes.plot(ends, slope(ends), color=theme["ink"], lw=1.2, ls=(0, (4, 2)))
    axes.set(xlim=(0, times_ms[last]), ylim=(-54, 3), yticks=[-40, -20, 0], facecolor="none")
    axes.set_xlabel("ms after emission", color=theme["soft"], size=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(theme["line"])
    axes.tick_params(colors=theme["soft"], labelsize=8)
    t30 = "no T30" if part.t30_full_s is None else f"T30 {part.t30_full_s:.2f} s"
    told = f"{t30}, DRR {part.drr_db:+.1f} dB".replace("-", "\u2212")
    title(axes, "decay of W, dB", told, theme)


if __name__ == "__main__":
    main(sys.argv[1:])
