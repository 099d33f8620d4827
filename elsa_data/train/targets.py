"""The numbers of a row that heads learn, scaled so that each is near one; NaN where there is none.

Direction is a unit vector. Distance, area, volume and decay times are learnt as logarithms, for
what is heard of them is a ratio.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from elsa_data.conventions import OCTAVE_BANDS_HZ
from elsa_data.geometry import unit_vector

DISTANCE_M: Final = 1.0
AREA_M2: Final = 50.0
VOLUME_M3: Final = 150.0
T30_S: Final = 0.5
DRR_DB: Final = 10.0
"""What each number is measured against: its logarithm is 0 there; DRR is divided by it."""

TARGETS: Final = {
    "direction": 3,
    "distance": 1,
    "area": 1,
    "volume": 1,
    "drr": 1,
    "t30": len(OCTAVE_BANDS_HZ),
}
"""Components of each target."""


def targets_of(row: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
    """Return the targets of a row; all NaN in a mono row and where several sources sound."""
    found = {name: np.full(size, np.nan, dtype=np.float32) for name, size in TARGETS.items()}
    if not row["spatial"]:
        return found
    found["area"][:] = math.log(row["floor_area_m2"] / AREA_M2)
    found["volume"][:] = math.log(row["volume_m3"] / VOLUME_M3)
    if len(row["parts"]) == 1:
        part = row["parts"][0]
        found["direction"][:] = unit_vector(part["azimuth_deg"], part["elevation_deg"])
        found["distance"][:] = math.log(part["distance_m"] / DISTANCE_M)
        if part["drr_db"] is not None:
            found["drr"][:] = part["drr_db"] / DRR_DB
        for band, t30_s in enumerate(part["t30_s"] or ()):
            if t30_s is not None:
                found["t30"][band] = math.log(t30_s / T30_S)
    return found
