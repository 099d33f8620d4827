"""What an evaluation says: one number, what it is of, and what to hold it against."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

FEWEST: Final = 30
"""Trials below which a word or a bin has no number."""

MODEL: Final = "model"
"""The subject of what is said of the run itself; others are baselines and controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One line of the table.

    Attributes:
        protocol: what was asked, such as ``direction, zero-shot``.
        subject: of whom: `MODEL`, a baseline, a control, another run.
        value: in ``unit``; None where there is too little to say it.
        unit: ``%``, ``deg`` or none.
        n: independent or not, the trials behind it.
        interval: 95 % of its bootstrap distribution, if one was drawn.
        reference: what chance, or the best that could be had, would give, in words.
        note: anything a reader must know.
    """

    protocol: str
    subject: str
    value: float | None
    unit: str
    n: int
    interval: tuple[float, float] | None = None
    reference: str = ""
    note: str = ""


def percent(share: float) -> float | None:
    """Return a share as per cent, None where there is none (NaN)."""
    return None if np.isnan(share) else 100.0 * float(share)
