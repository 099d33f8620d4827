"""Decay times of one channel per octave: the rules of ISO 3382-1, and a reason for every gap."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from elsa_data.acoustics import decay_fit, octave
from elsa_data.conventions import MID_BANDS_HZ, OCTAVE_BANDS_HZ

REVERSE_BELOW = 16.0
"""A causal octave filter lengthens decays of a smaller bandwidth times T30; reversed, it may run
down to `REFUSE_BELOW`. Source: ISO 3382-1:2009, 5.3.4; Jacobsen, JASA 79:1191, 1986."""

REFUSE_BELOW = 4.0

ENDS_EARLY = "ends"
"""How the reason of a decay begins that is cut off before it has fallen far enough."""

CURVED_PERMILLE = 10.0
"""More non-linearity than this is no straight decay. Source: ISO 3382-2:2008, B.2."""


class Decay(NamedTuple):
    """What a Schroeder curve says. ``reason`` explains a missing T30: a short slug.

    An octave's ``edt_s`` is None outside the mid bands.
    """

    t30_s: float | None
    edt_s: float | None = None
    curved: bool = False
    reason: str | None = None


def octave_decays(whole: octave.Spectrum, arrival_s: float) -> tuple[Decay, ...]:
    """Return the decay in every band of `OCTAVE_BANDS_HZ`; EDTs start at ``arrival_s``."""
    filters = _octave_filters(whole)
    return _octaves(whole, filters, octave.powers(whole, list(filters.values())), arrival_s)


def full_decay(whole: octave.Spectrum, arrival_s: float) -> Decay:
    """Return the decay of the response up to `octave.FULL_BAND_HZ`."""
    low_pass = octave.full_band_filter(whole.fft_size, whole.sample_rate_hz)
    return _read(octave.power(whole, low_pass), arrival_s)


def all_decays(whole: octave.Spectrum, arrival_s: float) -> tuple[tuple[Decay, ...], Decay]:
    """Return `octave_decays` and `full_decay`, sooner than one after the other."""
    filters = _octave_filters(whole)
    low_pass = octave.full_band_filter(whole.fft_size, whole.sample_rate_hz)
    *powers, full = octave.powers(whole, [*filters.values(), low_pass])
    return _octaves(whole, filters, powers, arrival_s), _read(full, arrival_s)


def _octave_filters(whole: octave.Spectrum) -> dict[float, octave.Filter]:
    """Return the filter of each band, by its centre, that the sample rate holds."""
    return {
        center_hz: octave.octave_filter(center_hz, whole.fft_size, whole.sample_rate_hz)
        for center_hz in OCTAVE_BANDS_HZ
        if octave.holds(center_hz, whole.sample_rate_hz)
    }


def _octaves(
    whole: octave.Spectrum,
    filters: Mapping[float, octave.Filter],
    powers: Sequence[octave.Power],
    arrival_s: float,
) -> tuple[Decay, ...]:
    """Return the decay in every band; ``powers`` are those behind ``filters``."""
    found = dict.fromkeys(OCTAVE_BANDS_HZ, Decay(None, reason="beyond-nyquist"))
    for (center_hz, band), power in zip(filters.items(), powers, strict=True):
        found[center_hz] = _octave(whole, center_hz, band, power, arrival_s)
    return tuple(found.values())


def _octave(
    whole: octave.Spectrum,
    center_hz: float,
    band: octave.Filter,
    power: octave.Power,
    arrival_s: float,
) -> Decay:
    # Only the mid bands' early decay is ever told.
    since_s = arrival_s if center_hz in MID_BANDS_HZ else None
    decay = _read(power, since_s)
    bandwidth_hz = octave.bandwidth_hz(center_hz)
    if decay.t30_s is None or bandwidth_hz * decay.t30_s >= REVERSE_BELOW:
        return decay
    decay = _read(octave.power(whole, band, reverse=True), since_s)
    if decay.t30_s is not None and bandwidth_hz * decay.t30_s < REFUSE_BELOW:
        return Decay(None, reason="shorter-than-filter")
    return decay


def _read(power: octave.Power, since_s: float | None) -> Decay:
    """Return what a band's energy says, with an EDT that starts at ``since_s`` or without one."""
    remaining = decay_fit.schroeder(power.values)
    if remaining[0] <= 0.0:
        return Decay(None, reason="silent")
    line = decay_fit.fit_line(remaining, power.step_s, decay_fit.T30_RANGE_DB)
    heard = _from(remaining, power, 0.0)
    end_db = decay_fit.level_at_end_db(heard, power.step_s, line.t60_s if line else 0.0)
    if end_db > -decay_fit.NEEDED_DB:
        return Decay(None, reason=f"{ENDS_EARLY}-at{end_db:.0f}dB")
    if line is None:
        return Decay(None, reason="too-few-points")
    curved = line.nonlinearity > CURVED_PERMILLE
    if since_s is None:
        return Decay(line.t60_s, curved=curved)
    edt = decay_fit.fit_line(_from(remaining, power, since_s), power.step_s, decay_fit.EDT_RANGE_DB)
    return Decay(line.t60_s, edt.t60_s if edt else None, curved)


def _from(
    remaining: NDArray[np.float64], power: octave.Power, start_s: float
) -> NDArray[np.float64]:
    """Return the curve from ``start_s`` seconds on."""
    return remaining[max(0, round((start_s - power.first_s) / power.step_s)) :]
