"""Shoebox rooms before any sound: materials, air, the analytic decay and absorption for a T30.

The late sound of a box is a sum over directions. A ray that travels along the unit vector u meets
the two walls of axis i about c |u_i| / L_i times a second, so its energy falls with the rate

    c k_b(u),    k_b(u) = (1 - s_b) sum_i |u_i| a_ib / L_i  +  s_b sum_i a_ib / (2 L_i)  +  m_b

with a_ib the mean of -ln(1 - absorption) of the two walls, s_b the scattering (it turns the ray
into a diffuse one, which meets walls as often as the average ray does) and m_b the air.

Source: the directional integral extends Lehmann & Johansson, "Prediction of energy decay in room
impulse responses simulated with an image-source model", JASA 124:269, 2008,
DOI 10.1121/1.2936367. Air: ISO 9613-1:1993, clauses 6.2-6.3.
"""

import functools
import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import yaml
from numpy.typing import ArrayLike, NDArray

from elsa_data import exponentials, octaves, t30_search
from elsa_data.conventions import MID_BANDS_HZ, OCTAVE_BANDS_HZ, SPEED_OF_SOUND_M_S
from elsa_data.errors import PlacementError

Floats = NDArray[np.float64]
Terms = exponentials.Floats
Walls = tuple[tuple[float, ...], ...]

ABSORPTION_RANGE = (0.01, 0.95)
"""What a wall of a solved room may absorb: none is a perfect mirror, none an open window."""

_LEAST, _MOST = (-math.log1p(-a) for a in ABSORPTION_RANGE)
_GAUSS_POINTS, _FEW_GAUSS_POINTS = 12, 4
_MID = [OCTAVE_BANDS_HZ.index(band) for band in MID_BANDS_HZ]
_AROUND_MID = slice(_MID[0] - 1, _MID[-1] + 2)
MAX_ABSORPTION = 1.0 - 1e-9


def speed_of_sound(temperature_c: float | None) -> float:
    """Return the speed of sound in metres a second; 343 when no temperature is given.

    Source: ideal gas, 331.3 m/s at 0 degrees Celsius and proportional to sqrt(absolute T).
    """
    if temperature_c is None:
        return SPEED_OF_SOUND_M_S
    return 331.3 * math.sqrt(1.0 + temperature_c / 273.15)


def air_absorption(
    temperature_c: float | None, humidity: float, frequencies_hz: ArrayLike = OCTAVE_BANDS_HZ
) -> Floats:
    """Return m in 1/m at each frequency, the octave bands (8,) by default.

    Energy falls as exp(-m distance_m). Temperature in degrees Celsius, 20 when None; relative
    humidity in percent.

    Source: ISO 9613-1:1993, equations 3-5 and B.1-B.3, at 101.325 kPa.
    """
    kelvin = 273.15 + (20.0 if temperature_c is None else temperature_c)
    ratio = kelvin / 293.15
    saturation = 10.0 ** (4.6151 - 6.8346 * (273.16 / kelvin) ** 1.261)
    vapour = humidity * saturation
    oxygen_hz = 24.0 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour)
    nitrogen_hz = 9.0 + 280.0 * vapour * math.exp(-4.170 * (ratio ** (-1 / 3) - 1.0))
    nitrogen_hz /= math.sqrt(ratio)
    squared = np.square(np.asarray(frequencies_hz, dtype=np.float64))
    relaxation = 0.01275 * math.exp(-2239.1 / kelvin) / (oxygen_hz + squared / oxygen_hz)
    relaxation += 0.1068 * math.exp(-3352.0 / kelvin) / (nitrogen_hz + squared / nitrogen_hz)
    # The standard gives 8.686 f^2 (...) in decibels a metre: amplitude. Energy falls twice as fast.
    return 2.0 * squared * (1.84e-11 * math.sqrt(ratio) + ratio**-2.5 * relaxation)


@functools.cache
def materials() -> Mapping[str, tuple[float, ...]]:
    """Return the absorption (8 bands) of each material of ``room_presets/materials.yaml``."""
    here = Path(__file__).parent
    places = (folder / "room_presets" / "materials.yaml" for folder in (here, here.parent))
    path = next(place for place in places if place.is_file())
    table = yaml.safe_load(path.read_text(encoding="utf-8"))["materials"]
    return MappingProxyType({name: tuple(row["absorption"]) for name, row in table.items()})


@functools.cache
def octant_rule(points: int = _GAUSS_POINTS) -> tuple[Floats, Floats]:
    """Return directions (144, 3) in one octant and their weights (144,), which sum to 1.

    A box looks the same from all eight octants, so a mean over these is a mean over the sphere.
    """
    nodes, weights = np.polynomial.legendre.leggauss(points)
    # Late sound gathers in rays that graze walls, and a pole has a root: crowd nodes at the ends.
    x = (nodes + 1.0) / 2.0
    place, share = x * x * (3.0 - 2.0 * x), weights * 3.0 * x * (1.0 - x)
    z, angle = np.meshgrid(place, place * math.pi / 2.0, indexing="ij")
    level = np.sqrt(1.0 - z * z)
    rays = np.stack([level * np.cos(angle), level * np.sin(angle), z], axis=-1)
    return rays.reshape(-1, 3), np.outer(share, share).reshape(-1)


def wall_exponents(coefficients: ArrayLike) -> Floats:
    """Return the mean of -ln(1 - x) over the two walls of each axis, (..., 3, 8) of (..., 6, 8)."""
    exponents = -np.log1p(-np.minimum(np.asarray(coefficients, np.float64), MAX_ABSORPTION))
    return (exponents[..., 0::2, :] + exponents[..., 1::2, :]) / 2.0


def mean_scattering(size_m: ArrayLike, scattering: ArrayLike) -> Floats:
    """Return the scattering of the room per band (..., 8): the mean over walls by their area.

    A diffuse ray meets walls in proportion to their area, so this is the mean over its hits.
    """
    pairs = np.asarray(scattering, dtype=np.float64)
    pairs = (pairs[..., 0::2, :] + pairs[..., 1::2, :]) / 2.0
    share = 1.0 / np.asarray(size_m, dtype=np.float64)
    share /= share.sum(axis=-1, keepdims=True)
    return (share[..., None] * pairs).sum(axis=-2)


def decay_rates(size_m: ArrayLike, absorption: ArrayLike, scattering: ArrayLike) -> Floats:
    """Return k_b(u) without the air (..., 8, 144), in 1/m, along the rays of `octant_rule`."""
    rays, _ = octant_rule()
    per_metre = wall_exponents(absorption) / np.asarray(size_m, dtype=np.float64)[..., None]
    per_metre = np.swapaxes(per_metre, -1, -2)
    diffuse = per_metre.sum(axis=-1, keepdims=True) / 2.0
    share = mean_scattering(size_m, scattering)[..., None]
    return (1.0 - share) * (per_metre @ rays.T) + share * diffuse


def decay(
    size_m: ArrayLike,
    absorption: ArrayLike,
    scattering: ArrayLike,
    times_s: ArrayLike,
    *,
    temperature_c: float | None = None,
    humidity: float = 50.0,
) -> Floats:
    """Return the expected power of the omni RIR per band (8, times), in 1/s after emission.

    Unit: the energy an RIR with gain 1/distance_m gathers per second, over all its images.
    """
    rates = rates_per_second(size_m, absorption, scattering, temperature_c, humidity)
    times = np.asarray(times_s, dtype=np.float64)
    level = 4.0 * math.pi * speed_of_sound(temperature_c) / float(np.prod(np.asarray(size_m)))
    return level * np.exp(-rates[:, None, :] * times[:, None]) @ octant_rule()[1]


def analytic_t30(
    size_m: ArrayLike,
    absorption: ArrayLike,
    scattering: ArrayLike,
    *,
    temperature_c: float | None = None,
    humidity: float = 50.0,
) -> Floats:
    """Return T30 in seconds per band (8,) as an octave filter measures it, from -5 to -35 dB.

    What a filter hears of its neighbours is counted: behind a slower one a band reads longer.
    """
    rates = rates_per_second(size_m, absorption, scattering, temperature_c, humidity)
    heard, shares = octaves.neighbourhood()
    terms = shares[:, :, None] * octant_rule()[1]
    return exponentials.t30_s(rates[heard].reshape(len(heard), -1), terms.reshape(len(heard), -1))


def t30_mid(per_band: ArrayLike) -> float:
    """Return T30,mid in seconds: the mean of the 500 Hz and 1 kHz bands (ISO 3382-1, annex A)."""
    return float(np.asarray(per_band, dtype=np.float64)[_MID].mean())


def solve_absorption(
    size_m: ArrayLike,
    spectrum: ArrayLike,
    scattering: ArrayLike,
    target_t30_s: float,
    *,
    temperature_c: float | None = None,
    humidity: float = 50.0,
) -> Walls:
    """Return the absorption (6 x 8) whose analytic T30,mid is the target.

    Every -ln(1 - a) of ``spectrum`` is scaled by one factor, then held in `ABSORPTION_RANGE`.

    Raises:
        PlacementError: ``t30-unreachable``, with the interval that this spectrum can reach.
    """
    exponents = -np.log1p(-np.minimum(np.asarray(spectrum, dtype=np.float64), MAX_ABSORPTION))
    speed, air = speed_of_sound(temperature_c), air_absorption(temperature_c, humidity)
    size_s = np.asarray(size_m, dtype=np.float64) / speed
    decays, reach = _scaled_decays(size_s, exponents, scattering, speed * air)
    log_factor = t30_search.parameter_of(decays, *reach, target_t30_s)
    if log_factor is None:
        longest, shortest = exponentials.t30_s(*decays(np.array(reach), False)).mean(axis=1)
        sides = " x ".join(f"{side:.2f}" for side in size_s * speed)
        raise PlacementError(
            "t30-unreachable",
            f"a T30 of {target_t30_s:.2f} s was asked for; these materials in a room of {sides} m "
            f"reach {shortest:.2f} to {longest:.2f} s: draw another room or other materials",
        )
    solved = np.clip(-np.expm1(-math.exp(log_factor) * exponents), *ABSORPTION_RANGE)
    return tuple(map(tuple, solved.tolist()))


def _scaled_decays(
    size_s: Floats, exponents: Floats, scattering: ArrayLike, air: Floats
) -> tuple[t30_search.Family, tuple[float, float]]:
    """Return the mid bands' decays by the log of a factor, and the range in which it matters."""
    around = exponents[:, _AROUND_MID]
    diffuse = mean_scattering(size_s, np.asarray(scattering)[:, _AROUND_MID])

    def decays(log_factors: Terms, rough: bool) -> tuple[Terms, Terms]:
        heard, rays, shares = _mid_filters(_FEW_GAUSS_POINTS if rough else _GAUSS_POINTS)
        held = np.minimum(np.maximum(np.exp(log_factors)[:, None, None] * around, _LEAST), _MOST)
        lost = (held[:, 0::2] + held[:, 1::2]) / (2.0 * size_s[:, None])
        level = lost.sum(axis=1, keepdims=True) * (diffuse / 2.0) + air[_AROUND_MID]
        lines = np.concatenate([lost * (1.0 - diffuse), level], axis=1, dtype=np.float32)
        return (lines.swapaxes(1, 2)[:, heard] @ rays).reshape(len(lines), len(_MID), -1), shares

    least, most = (max(end, _LEAST / 10.0) for end in (around.min(), around.max()))
    return decays, (math.log(_LEAST / most), math.log(_MOST / least))


@functools.cache
def _mid_filters(points: int) -> tuple[NDArray[np.int64], Terms, Terms]:
    """Return, of the mid bands' filters, the bands heard, rays and a 1 (4, rays), shares."""
    rays, weights = octant_rule(points)
    heard, shares = octaves.neighbourhood()
    terms = (shares[_MID, :, None] * weights).reshape(len(_MID), -1)
    lines = np.vstack([rays.T, np.ones(len(rays))])
    # Single precision moves a T30 by a few millionths and takes a third of the time.
    return heard[_MID] - _AROUND_MID.start, lines.astype(np.float32), terms.astype(np.float32)


def rates_per_second(
    size_m: ArrayLike,
    absorption: ArrayLike,
    scattering: ArrayLike,
    temperature_c: float | None,
    humidity: float,
) -> Floats:
    """Return c k_b(u) with the air (8, 144) in 1/s: energy along a ray falls as exp(-rate t)."""
    rates = decay_rates(size_m, absorption, scattering)
    rates = rates + air_absorption(temperature_c, humidity)[:, None]
    return speed_of_sound(temperature_c) * rates
