"""Draws one room's decay in every octave: asked for, predicted, rendered, and summed by a peer.

    python docs/pictures/decays.py docs/pictures

Writes decays-light.svg and decays-dark.svg. The peer is pyroomacoustics, carried to the full
decay: expect half a minute. Scattering is off, as it has none in this comparison.
"""

import sys
from pathlib import Path
from typing import Final, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from elsa_data import octaves, rooms
from elsa_data.acoustics import decay_fit, engine, octave, reference
from elsa_data.acoustics.decays import octave_decays
from elsa_data.conventions import MID_BANDS_HZ, OCTAVE_BANDS_HZ
from elsa_data.records import Group, Placement, Receiver, Rir, Room, Scene

RATE_HZ: Final = 48_000
TARGET_S: Final = 0.4
SIZE_M: Final = (6.4, 4.7, 2.9)
SURFACES: Final = (
    "wooden_lining",
    "curtains_cotton_0.5",
    "plywood_thin",
    "curtains_cotton_0.5",
    "carpet_cotton",
    "ceiling_fissured_tile",
)
"""Of the walls at x = 0 and beyond, those of y, the floor and the ceiling."""

THEMES: Final = {
    "light": {
        "ink": "#1f2937", "soft": "#6b7280", "line": "#cbd5e1",
        "asked": "#94a3b8", "predicted": "#ea580c", "rendered": "#0f766e", "peer": "#2563eb",
    },
    "dark": {
        "ink": "#e5e7eb", "soft": "#9ca3af", "line": "#475569",
        "asked": "#94a3b8", "predicted": "#fb923c", "rendered": "#2dd4bf", "peer": "#60a5fa",
    },
}  # fmt: skip

Theme = dict[str, str]
Floats = NDArray[np.float64]


class Curve(NamedTuple):
    """A Schroeder curve per octave: seconds, decibels, and the T30 read from it."""

    times_s: Floats
    level_db: Floats
    t30_s: float | None


def main(words: list[str]) -> None:
    """Draw the picture into the folder that the command line names."""
    group = scene()
    rendered = heard(engine.simulate_rirs([group])[0])
    peer = heard(reference.simulate_rirs([group])[0])
    predicted = model(group)
    mpl.rcParams.update({"svg.hashsalt": "elsa-data", "svg.fonttype": "path", "font.size": 9})
    for name, theme in THEMES.items():
        path = Path(words[0]) / f"decays-{name}.svg"
        figure = drawn(predicted, rendered, peer, theme)
        figure.savefig(path, transparent=True, metadata={"Date": None})
        print(path)


def scene() -> Group:
    """Return a room of unequal walls whose T30,mid is `TARGET_S`."""
    spectrum = [rooms.materials()[name] for name in SURFACES]
    none = tuple((0.0,) * len(OCTAVE_BANDS_HZ) for _ in SURFACES)
    room = Room(
        size_m=SIZE_M,
        absorption=rooms.solve_absorption(SIZE_M, spectrum, none, TARGET_S),
        scattering=none,
        target_t30_s=TARGET_S,
    )
    return Group(
        group_id="decays",
        shard=0,
        split="train",
        seed=7,
        sample_rate_hz=RATE_HZ,
        scene=Scene(
            room=room,
            receiver=Receiver(kind="foa", position_m=(2.3, 1.9, 1.5), yaw_deg=0.0),
            placements=(Placement(placement_id="p0", position_m=(4.9, 3.3, 1.3)),),
        ),
        clips=(),
        examples=(),
    )


def heard(rir: Rir) -> list[Curve]:
    """Return what octave filters hear of a response, from the direct sound on."""
    whole = octave.spectrum(rir.samples[0], rir.sample_rate_hz)
    arrival_s = int(np.argmax(np.abs(rir.samples[0]))) / rir.sample_rate_hz
    found = octave_decays(whole, arrival_s)
    curves = []
    for center_hz, decay in zip(OCTAVE_BANDS_HZ, found, strict=True):
        band = octave.octave_filter(center_hz, whole.fft_size, whole.sample_rate_hz)
        power = octave.power(whole, band)
        left = decay_fit.schroeder(power.values)
        times = np.arange(len(left), dtype=np.float64) * power.step_s + power.first_s - arrival_s
        curves.append(Curve(times, level_db(left), decay.t30_s))
    return curves


def model(group: Group) -> list[Curve]:
    """Return what octave filters would hear of the analytic decay."""
    room = group.scene.room
    times = np.arange(0.0, 2.5 * TARGET_S, 1e-3)
    power = rooms.decay(room.size_m, room.absorption, room.scattering, times)
    t30_s = rooms.analytic_t30(room.size_m, room.absorption, room.scattering)
    left = [decay_fit.schroeder(band) for band in octaves.mixture() @ power]
    return [Curve(times, level_db(band), t) for band, t in zip(left, t30_s, strict=True)]


def level_db(left: Floats) -> Floats:
    """Return decibels below the start."""
    return 10.0 * np.log10(np.maximum(left, 1e-12 * left[0]) / left[0])


def drawn(predicted: list[Curve], rendered: list[Curve], peer: list[Curve], theme: Theme) -> Figure:
    """Return the whole picture: a panel for each octave."""
    figure = Figure(figsize=(10.4, 5.2))
    grid = figure.subplots(2, 4, sharex=True, sharey=True)
    figure.subplots_adjust(left=0.06, right=0.985, top=0.83, bottom=0.1, wspace=0.1, hspace=0.25)
    for index, center_hz in enumerate(OCTAVE_BANDS_HZ):
        axes = grid.flat[index]
        frame(axes, center_hz, theme)
        if center_hz in MID_BANDS_HZ:
            axes.plot([0, TARGET_S], [0, -60], color=theme["asked"], lw=4, alpha=0.5)
        rows = (("peer", peer, 2.2, "-"), ("rendered", rendered, 1.3, "-"))
        for place, (name, curves, width, style) in enumerate(
            (*rows, ("predicted", predicted, 1.2, (0, (4, 2))))
        ):
            curve = curves[index]
            axes.plot(curve.times_s, curve.level_db, color=theme[name], lw=width, ls=style)
            if curve.t30_s is not None:
                told = f"{curve.t30_s:.2f} s"
                axes.text(
                    0.97, 0.93 - 0.11 * place, told, color=theme[name], size=8,
                    ha="right", va="top", transform=axes.transAxes,
                )  # fmt: skip
    legend(figure, theme)
    return figure


def frame(axes: Axes, center_hz: float, theme: Theme) -> None:
    """Give a panel its title, range and quiet axes."""
    name = f"{center_hz / 1000:g} kHz" if center_hz >= 1000 else f"{center_hz:g} Hz"
    axes.set_title(name, loc="left", color=theme["ink"], size=10, weight="bold")
    axes.set(xlim=(0.0, 1.15 * TARGET_S), ylim=(-62.0, 2.0), yticks=(-60, -35, -5))
    axes.grid(axis="y", color=theme["line"], lw=0.6, alpha=0.7)
    axes.tick_params(colors=theme["soft"], length=0, labelsize=8)
    axes.spines[:].set_visible(False)
    axes.patch.set_visible(False)


def legend(figure: Figure, theme: Theme) -> None:
    """Name the curves above the panels and the axes beside them."""
    told = {
        "asked": f"asked for: T30,mid {TARGET_S:g} s",
        "predicted": "predicted by the model",
        "rendered": "rendered by the engine",
        "peer": "pyroomacoustics, all images",
    }
    for index, (name, text) in enumerate(told.items()):
        figure.text(0.06 + 0.235 * index, 0.945, "\u25ac", color=theme[name], size=12, va="center")
        figure.text(0.084 + 0.235 * index, 0.945, text, color=theme["ink"], va="center")
    figure.text(0.52, 0.02, "seconds after the direct sound", color=theme["soft"], ha="center")
    figure.text(0.012, 0.47, "decibels", color=theme["soft"], va="center", rotation=90)


if __name__ == "__main__":
    main(sys.argv[1:])
