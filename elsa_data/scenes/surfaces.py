"""What a room is made of: materials drawn until they can be scaled to the T30 asked for."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from elsa_data.conventions import OCTAVE_BANDS_HZ, WALLS
from elsa_data.distributions import Law
from elsa_data.errors import PlacementError
from elsa_data.geometry import Vector
from elsa_data.records import Bands, Room, Walls
from elsa_data.rooms import solve_absorption
from elsa_data.scene_laws import SceneLaws, Surfaces

MATERIAL_TRIES: Final = 3
"""Sets of six materials drawn for one room before its T30 is given up."""


def draw_room(
    size_m: Vector,
    target_t30_s: float,
    laws: SceneLaws,
    materials: Mapping[str, Bands],
    rng: np.random.Generator,
) -> Room:
    """Return a room of this size whose T30,mid will be the target, in seconds.

    Raises:
        PlacementError: ``t30-unreachable`` by each of `MATERIAL_TRIES` sets of materials.
    """
    scattering = draw_scattering(laws.scattering, rng)
    temperature_c = None if laws.temperature_c is None else laws.temperature_c.sample(rng)
    humidity = laws.humidity.sample(rng)
    refused: PlacementError | None = None
    for _ in range(MATERIAL_TRIES):
        spectrum = draw_spectrum(laws.surfaces, materials, rng)
        try:
            absorption = solve_absorption(
                size_m,
                spectrum,
                scattering,
                target_t30_s,
                temperature_c=temperature_c,
                humidity=humidity,
            )
        except PlacementError as error:
            refused = error
            continue
        return Room(
            size_m=size_m,
            absorption=absorption,
            scattering=scattering,
            target_t30_s=target_t30_s,
            temperature_c=temperature_c,
            humidity=humidity,
        )
    raise refused or PlacementError("t30-unreachable", "no material was tried")


def draw_spectrum(
    surfaces: Surfaces, materials: Mapping[str, Bands], rng: np.random.Generator
) -> Walls:
    """Return the absorption (6 walls x 8 bands) of one material per surface, equally likely."""
    names = (*[surfaces.walls] * (len(WALLS) - 2), surfaces.floor, surfaces.ceiling)
    return tuple(materials[choices[rng.integers(len(choices))]] for choices in names)


def draw_scattering(law: Law, rng: np.random.Generator) -> Walls:
    """Return scattering (6 walls x 8 bands): eight draws a wall, the lower ones at low frequency.

    Sorting keeps the law of the coefficients taken together and makes each wall scatter more as
    the wavelength shrinks, as roughness and furniture do.
    """
    shares = np.sort(rng.random((len(WALLS), len(OCTAVE_BANDS_HZ))), axis=1)
    return tuple(map(tuple, law.at(shares).tolist()))
