"""Two pictures of a run: where its errors are, and how directions lie in its space."""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from elsa_data.errors import ConfigError
from elsa_data.evaluate.scores import Floats
from elsa_data.train.export import replace_file

ERRORS: Final = "errors.svg"
SPACE: Final = "space.svg"

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
"""Told apart by every eye.

Source: Okabe & Ito, "Color Universal Design", 2008.
"""

TITLES: Final = {
    "azimuth_deg": "azimuth, degrees",
    "elevation_deg": "elevation, degrees",
    "distance_m": "distance, m",
    "floor_area_m2": "floor area, m²",
    "t30_s": "T30, s",
    "class": "class",
}
NEIGHBOURS: Final = 15


def draw_errors(path: Path, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Draw the mean error in each bin of each factor; bins with too few sounds stay empty."""
    figure = Figure(figsize=(10, 5.5), layout="constrained")
    for axes, (factor, bins) in zip(figure.subplots(2, 3).flat, parts.items(), strict=True):
        _bars(axes, TITLES[factor], bins)
    figure.suptitle("Mean error of direction in degrees, by what the sound is and where")
    _save(figure, path)


def draw_space(
    path: Path, audio: Floats, numbers: Sequence[int], words: Sequence[str], texts: Floats
) -> None:
    """Draw embeddings (rows, width) of sounds and (words, width) of texts in two dimensions.

    The map is learnt with the words, as ELSA's picture is: it shows what is there at its clearest.

    Raises:
        ConfigError: umap-learn is not installed.

    Source: McInnes, Healy & Melville, "UMAP", 2018, arXiv:1802.03426.
    """
    try:
        umap = importlib.import_module("umap")
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{error.name} is not installed: pip install 'elsa-data[umap]'"
        ) from error
    learner = umap.UMAP(
        n_neighbors=min(NEIGHBOURS, len(audio) - 1), metric="cosine", random_state=0, n_jobs=1
    )
    places = np.asarray(learner.fit_transform(audio, y=np.array(numbers)))
    stars = np.asarray(learner.transform(texts))
    figure = Figure(figsize=(6, 5), layout="constrained")
    axes = figure.subplots()
    for at, (word, colour) in enumerate(zip(words, COLOURS, strict=False)):
        own = places[np.array(numbers) == at]
        axes.scatter(own[:, 0], own[:, 1], s=6, color=colour, label=word, linewidths=0)
        axes.scatter(*stars[at], s=160, marker="*", color=colour, edgecolors="black")
    axes.set(xticks=[], yticks=[], title="Sounds by their direction, texts as stars (UMAP)")
    axes.legend(loc="best", frameon=False)
    _save(figure, path)


def _bars(axes: Axes, title: str, bins: Sequence[Mapping[str, Any]]) -> None:
    names = [each.get("label") or _span(each["from"], each["to"]) for each in bins]
    heights = [each["mean_deg"] or 0.0 for each in bins]
    axes.bar(range(len(bins)), heights, color=COLOURS[0])
    axes.set_xticks(range(len(bins)), names, rotation=60, ha="right", fontsize=7)
    axes.set_title(title, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)


def _span(low: float, high: float | None) -> str:
    return f"over {low:g}" if high is None else f"{low:g} to {high:g}"


def _save(figure: Figure, path: Path) -> None:
    settings: Any = {"svg.hashsalt": "elsa-data", "svg.fonttype": "path"}
    with mpl.rc_context(settings):
        replace_file(path, lambda file: figure.savefig(file, format="svg", metadata={"Date": None}))
