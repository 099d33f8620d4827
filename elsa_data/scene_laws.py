"""The laws of a split's scenes: what may be sampled for a room and for what stands in it."""

import math
from dataclasses import dataclass
from typing import Final

from elsa_data.distributions import Law
from elsa_data.strict import FieldError

_LIMITS: Final = {
    "floor_area_m2": (1.0, 1e4),
    "aspect": (1.0, 10.0),
    "azimuth_deg": (-180.0, 180.0),
    "elevation_deg": (-90.0, 90.0),
    "distance_m": (0.1, 100.0),
    "yaw_deg": (-180.0, 180.0),
    "target_t30_s": (0.05, 20.0),
    "scattering": (0.0, 1.0),
    "temperature_c": (-20.0, 50.0),
    "humidity": (1.0, 100.0),
}
"""What a law in `SceneLaws` may reach; beyond it the acoustics is not meant to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeightLaw:
    """Ceilings: uniform from ``low_m`` to min(``high_m``, low_m + per_root_area sqrt(area))."""

    low_m: float
    high_m: float
    per_root_area: float

    def __post_init__(self) -> None:
        """Refuse ceilings upside down."""
        if not 0 < self.low_m <= self.high_m or self.per_root_area < 0:
            raise ValueError(f"wanted 0 < low_m <= high_m and per_root_area >= 0, got {self}")

    def highest_m(self, floor_area_m2: float) -> float:
        """Return the highest ceiling over a floor of this area."""
        return min(self.high_m, self.low_m + self.per_root_area * math.sqrt(floor_area_m2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surfaces:
    """Names of the materials a surface may be made of, equally likely."""

    walls: tuple[str, ...]
    floor: tuple[str, ...]
    ceiling: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a surface made of nothing."""
        for name in ("walls", "floor", "ceiling"):
            if not getattr(self, name):
                raise FieldError(name, "no material; name at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneLaws:
    """The laws of one split's scenes. ``aspect`` is length over width; ``humidity`` in percent.

    The receiver and the source stand anywhere ``clearance_m`` from the walls, jointly: uniform
    over the positions where both fit.
    """

    floor_area_m2: Law
    aspect: Law
    height_m: HeightLaw
    clearance_m: float
    azimuth_deg: Law
    elevation_deg: Law
    distance_m: Law
    yaw_deg: Law
    target_t30_s: Law
    surfaces: Surfaces
    scattering: Law
    temperature_c: Law | None
    humidity: Law

    def __post_init__(self) -> None:
        """Refuse laws beyond their limits, and distances that fit in no room."""
        for name, (low, high) in _LIMITS.items():
            law = getattr(self, name)
            if law is not None and not low <= law.bounds[0] <= law.bounds[1] <= high:
                reach = "{:g} to {:g}".format(*law.bounds)
                raise FieldError(name, f"reaches {reach}; wanted within {low:g} to {high:g}")
        if not 0 <= self.clearance_m < self.height_m.low_m / 2:
            wanted = f"0 to half of the lowest ceiling, {self.height_m.low_m:g} m"
            raise FieldError("clearance_m", f"got {self.clearance_m:g}, wanted {wanted}")
        nearest, (low, high) = self.distance_m.bounds[0], self.elevation_deg.bounds
        across, up = self._widest_m()
        if nearest > math.hypot(across, up):
            raise FieldError(
                "distance_m",
                f"starts at {nearest:g} m and the largest room holds {math.hypot(across, up):.2f} "
                f"m between corners {self.clearance_m:g} m off its walls; lower it or raise "
                "floor_area_m2",
            )
        flattest = max(low, -high, 0.0)
        if nearest * math.sin(math.radians(flattest)) > up:
            raise FieldError(
                "elevation_deg",
                f"is {flattest:g} deg or steeper: {nearest:g} m away needs more than the "
                f"{up:.2f} m under the highest ceiling; lower it, or distance_m, or raise height_m",
            )

    def _widest_m(self) -> tuple[float, float]:
        """Return the longest reach along the floor, and upwards, that the clearance leaves."""
        area, aspect = self.floor_area_m2.bounds[1], self.aspect.bounds[1]
        sides = (math.sqrt(area * aspect), math.sqrt(area / aspect))
        across = math.hypot(*(max(side - 2 * self.clearance_m, 0.0) for side in sides))
        return across, self.height_m.highest_m(area) - 2 * self.clearance_m
