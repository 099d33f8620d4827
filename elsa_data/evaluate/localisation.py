"""How far from the truth a direction is, and where it is farther."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from elsa_data.evaluate.bootstrap import interval
from elsa_data.evaluate.probe import great_circle_deg
from elsa_data.evaluate.scores import FEWEST, Floats, Score
from elsa_data.evaluate.sets import Meta
from elsa_data.geometry import unit_vector

PROTOCOL: Final = "localisation"

EDGES: Final = {
    "azimuth_deg": (-180.0, -135.0, -90.0, -45.0, 0.0, 45.0, 90.0, 135.0, 180.0),
    "elevation_deg": (-90.0, -30.0, -10.0, 10.0, 30.0, 90.0),
    "distance_m": (0.0, 1.0, 2.0, 3.0, np.inf),
    "floor_area_m2": (0.0, 25.0, 50.0, 100.0, np.inf),
    "t30_s": (0.0, 0.3, 0.5, 0.8, 1.2, np.inf),
}
"""Bins of each factor an error is broken down by; the class is another."""


def directions_of(metas: Sequence[Meta]) -> Floats:
    """Return unit vectors (rows, 3) as x, y, z; NaN where a sound has no one direction."""
    nowhere = (np.nan, np.nan, np.nan)
    return np.array(
        [
            unit_vector(meta.azimuth_deg, meta.elevation_deg)
            if meta.azimuth_deg is not None and meta.elevation_deg is not None
            else nowhere
            for meta in metas
        ]
    ).reshape(-1, 3)


def has_direction(meta: Meta) -> bool:
    """Return whether a sound comes from one known direction."""
    return meta.azimuth_deg is not None and meta.elevation_deg is not None


def localisation(subject: str, metas: Sequence[Meta], found: Floats, note: str = "") -> list[Score]:
    """Return the mean and the median error of directions (rows, 3) of sounds that have one."""
    errors = great_circle_deg(found, directions_of(metas))
    drawn = interval(
        lambda weights: float(np.average(errors, weights=weights)) if weights.sum() else np.nan,
        [meta.room for meta in metas],
        [meta.clip for meta in metas],
    )
    return [
        Score(
            protocol=f"{PROTOCOL}, mean error",
            subject=subject,
            value=float(errors.mean()),
            unit="deg",
            n=len(errors),
            interval=drawn,
            reference="chance 90",
            note=note,
        ),
        Score(
            protocol=f"{PROTOCOL}, median error",
            subject=subject,
            value=float(np.median(errors)),
            unit="deg",
            n=len(errors),
            reference="chance 90",
        ),
    ]


def breakdown(metas: Sequence[Meta], found: Floats) -> dict[str, list[dict[str, Any]]]:
    """Return the mean error in each bin of each factor, and of each class.

    A bin is {from, to, n, mean_deg}, a class {label, n, mean_deg}; the mean is None under `FEWEST`.
    """
    errors = great_circle_deg(found, directions_of(metas))
    parts: dict[str, list[dict[str, Any]]] = {}
    for factor, edges in EDGES.items():
        values = np.array([_number(meta, factor) for meta in metas])
        parts[factor] = [
            {"from": low, "to": None if np.isinf(high) else high}
            | _mean(errors[(values >= low) & (values < high)])
            for low, high in pairwise(edges)
        ]
    labels = np.array([meta.label or "" for meta in metas])
    parts["class"] = [
        {"label": label} | _mean(errors[labels == label]) for label in sorted(set(labels) - {""})
    ]
    return parts


def _number(meta: Meta, factor: str) -> float:
    value: float | None = getattr(meta, factor)
    return np.nan if value is None else value


def _mean(errors: Floats) -> dict[str, Any]:
    n = len(errors)
    return {"n": n, "mean_deg": float(errors.mean()) if n >= FEWEST else None}
