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
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import yaml
from numpy.typing import ArrayLike, NDArray

from elsa_data import exponentials, octaves
from elsa_data.conventions import MID_BANDS_HZ, OCTAVE_BANDS_HZ, SPEED_OF_SOUND_M_S
from elsa_data.errors import PlacementError

Floats = NDArray[np.float64]
Walls = tuple[tuple[float, ...], ...]

ABSORPTION_RANGE = (0.01, 0.95)
"""What a wall of a solved room may absorb: none is a perfect mirror, none an open window."""

_GAUSS_POINTS = 12
_WIDEST = 8.0
_MID = [OCTAVE_BANDS_HZ.index(band) for band in MID_BANDS_HZ]
MAX_ABSORPTION = 1.0 - 1e-9


def speed_of_sound(temperature_c: float | None) -> float:
    """Return the speed of sound in metres a second; 343 when no temperature is given.

    Source: ideal gas, 331.3 m/s at 0 degrees Celsius and proportional to sqrt(absolute T).
    """
    if temperature_c is None:
        return SPEED_OF_SOUND_M_S
    return 331.3 * math.sqrt(1.0 + temperature_c / 273.15)


def air_absorption(temperature_c: float | None, humidity: float) -> Floats:
    """Return m per octave band (8,) in 1/m: energy falls as exp(-m distance_m).

    Args:
        temperature_c: degrees Celsius, 20 when None.
        humidity: relative, in percent.

    Source: ISO 9613-1:1993, equations 3-5 and B.1-B.3, at 101.325 kPa.
    """
    kelvin = 273.15 + (20.0 if temperature_c is None else temperature_c)
    ratio = kelvin / 293.15
    saturation = 10.0 ** (4.6151 - 6.8346 * (273.16 / kelvin) ** 1.261)
    vapour = humidity * saturation
    oxygen_hz = 24.0 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour)
    nitrogen_hz = 9.0 + 280.0 * vapour * math.exp(-4.170 * (ratio ** (-1 / 3) - 1.0))
    nitrogen_hz /= math.sqrt(ratio)
    squared = np.square(np.array(OCTAVE_BANDS_HZ))
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
def octant_rule() -> tuple[Floats, Floats]:
    """Return directions (144, 3) in one octant and their weights (144,), which sum to 1.

    A box looks the same from all eight octants, so a mean over these is a mean over the sphere.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_GAUSS_POINTS)
    # Late sound gathers in rays that graze walls, and a pole has a root: crowd nodes at the ends.
    x = (nodes + 1.0) / 2.0
    place, share = x * x * (3.0 - 2.0 * x), weights * 3.0 * x * (1.0 - x)
    z, angle = np.meshgrid(place, place * math.pi / 2.0, indexing="ij")
    level = np.sqrt(1.0 - z * z)
    rays = np.stack([level * np.cos(angle), level * np.sin(angle), z], axis=-1)
    return rays.reshape(-1, 3), np.outer(share, share).reshape(-1)


def wall_exponents(coefficients: ArrayLike) -> Floats:
    """Return the mean of -ln(1 - x) over the two walls of each axis, (..., 3, 8) of (..., 6, 8)."""
    kept = 1.0 - np.minimum(np.asarray(coefficients, dtype=np.float64), MAX_ABSORPTION)
    exponents = -np.log(kept)
    return (exponents[..., 0::2, :] + exponents[..., 1::2, :]) / 2.0


def mean_scattering(size_m: ArrayLike, scattering: ArrayLike) -> Floats:
    """Return the scattering of the room per band (..., 8): the mean over walls by their area.

    A diffuse ray meets walls in proportion to their area, so this is the mean over its hits.
    """
    pairs = np.asarray(scattering, dtype=np.float64)
    pairs = (pairs[..., 0::2, :] + pairs[..., 1::2, :]) / 2.0
    share = 1.0 / np.asarray(size_m, dtype=np.float64)
    share = share / share.sum(axis=-1, keepdims=True)
    return (share[..., None] * pairs).sum(axis=-2)


def decay_rates(size_m: ArrayLike, absorption: ArrayLike, scattering: ArrayLike) -> Floats:
    """Return k_b(u) without the air (..., 8, 144), in 1/m, along the rays of `octant_rule`.

    Leading axes are rooms: ``size_m`` (..., 3), ``absorption`` and ``scattering`` (..., 6, 8).
    """
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
    return _measured_t30(rates, range(len(OCTAVE_BANDS_HZ)))


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

    Every -ln(1 - a) of ``spectrum`` is scaled by one factor, then held in `ABSORPTION_RANGE`;
    bisection finds the factor, as T30 falls steadily with it.

    Raises:
        PlacementError: ``t30-unreachable``, with the interval that this spectrum can reach.
    """
    exponents = -np.log1p(-np.minimum(np.asarray(spectrum, dtype=np.float64), MAX_ABSORPTION))

    def scaled(log_factor: float) -> Floats:
        return np.clip(-np.expm1(-math.exp(log_factor) * exponents), *ABSORPTION_RANGE)

    def mid(log_factor: float) -> float:
        absorption = scaled(log_factor)
        rates = rates_per_second(size_m, absorption, scattering, temperature_c, humidity)
        return float(_measured_t30(rates, _MID).mean())

    longest, shortest = mid(-_WIDEST), mid(_WIDEST)
    if not shortest <= target_t30_s <= longest:
        sides = " x ".join(f"{side:.2f}" for side in np.asarray(size_m, dtype=np.float64))
        raise PlacementError(
            "t30-unreachable",
            f"a T30 of {target_t30_s:.2f} s was asked for; these materials in a room of {sides} m "
            f"reach {shortest:.2f} to {longest:.2f} s: draw another room or other materials",
        )
    solved = scaled(_bracketed_root(mid, target_t30_s))
    return tuple(tuple(float(a) for a in wall) for wall in solved)


def _bracketed_root(falling: Callable[[float], float], target: float) -> float:
    """Return where a falling function meets a target: secant steps, bisection where they stray.

    T30 goes nearly as 1 / factor: between logarithms the slope is about -1 and few steps do.
    """
    low, high, x, slope = -_WIDEST, _WIDEST, 0.0, -1.0
    last_x = last = math.nan
    while high - low > 1e-6:
        value = math.log(falling(x) / target)
        if abs(value) < 1e-5:
            break
        low, high = (x, high) if value > 0 else (low, x)
        secant = (value - last) / (x - last_x)
        slope = secant if secant < -0.05 else -1.0
        last_x, last = x, value
        x -= value / slope
        x = x if low < x < high else (low + high) / 2.0
    return x


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


def _measured_t30(rates: Floats, bands: Sequence[int]) -> Floats:
    """Return the T30 (len(bands),) that octave filters read off decays of rates (8, 144)."""
    neighbours = [[min(max(b + step, 0), len(rates) - 1) for step in (-1, 0, 1)] for b in bands]
    shares = [octaves.mixture()[b, near] for b, near in zip(bands, neighbours, strict=True)]
    # An outer band is its own second neighbour: each of the two then counts half.
    repeats = [[near.count(k) for k in near] for near in neighbours]
    terms = (np.array(shares) / repeats)[:, :, None] * octant_rule()[1]
    count = len(bands)
    return exponentials.t30_s(rates[neighbours, :].reshape(count, -1), terms.reshape(count, -1))
