"""What a rendered room impulse response really is: its decay, its clarity, its direction.

Labels are measured here, never copied from what was asked for.

Source: ISO 3382-1:2009, 5.3 and annex A; single numbers are the mean of the octaves of 500 Hz and
1 kHz (table A.1).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from elsa_data import rooms
from elsa_data.acoustics import clarity, decays, octave
from elsa_data.acoustics.devices import by_key
from elsa_data.acoustics.truth import WINDOW_S, Truth, truth_of
from elsa_data.ambisonics import intensity
from elsa_data.conventions import MID_BANDS_HZ, OCTAVE_BANDS_HZ
from elsa_data.errors import MeasurementError
from elsa_data.geometry import great_circle_deg, spherical, unit_vector
from elsa_data.records import Group, Rir, RirMeasures, Room

EARLY_WINDOW_S = 2.0 * WINDOW_S
"""Images to predict the arrival from: those after the window reach into it by half a kernel."""

DIRECT_TOLERANCE_DEG = 1e-3
ARRIVAL_TOLERANCE_DEG = 0.5

TOGETHER = 8
"""Responses whose spectra are taken at once; more would not stay in a processor's cache."""

COMPLETE_SHARE = 0.6
"""A mid-band decay under this share of the room's own cannot be a complete one: image sums that
are cut by their order fall away early, and straight enough to be taken for a short decay."""


class Rendered(NamedTuple):
    """A response (4, taps) of a placement, and what it is checked against.

    Attributes:
        rir: the whole response.
        direct: its direct sound alone.
        early: its images up to `EARLY_WINDOW_S` after the direct sound.
        group: where room, receiver and placement stand.
    """

    rir: Rir
    direct: Rir
    early: Rir
    group: Group


def measure(rir: Rir, direct: Rir, early: Rir, group: Group) -> RirMeasures:
    """Return every measure of an RIR, a None with its reason in ``notes``.

    Raises:
        MeasurementError: as `measure_all`.
    """
    return measure_all([Rendered(rir, direct, early, group)])[0]


def measure_all(rendered: Sequence[Rendered]) -> list[RirMeasures]:
    """Return the measures of each response, in order: the same alone and together, but sooner.

    Raises:
        MeasurementError: ``not-finite``, ``silent-rir``, ``doa-mismatch`` or ``decay-truncated``.
    """
    return by_key(rendered, _size, _measured_together, TOGETHER)


def _size(rendered: Rendered) -> tuple[int, int]:
    rate_hz = rendered.rir.sample_rate_hz
    return octave.fft_size(rendered.rir.samples.shape[1], rate_hz), rate_hz


def _measured_together(batch: Sequence[Rendered]) -> list[RirMeasures]:
    """Return the measures of responses of one `_size`."""
    for rir, direct, early, _ in batch:
        for response in (rir, direct, early):
            _require_sound(response)
    truths = [truth_of(each.group, each.rir.placement_id) for each in batch]
    size, rate_hz = _size(batch[0])
    sounds = [each.rir.samples[0] for each in batch]
    parts = [
        clarity.early_part(sound, rate_hz, truth.arrival_s)
        for sound, truth in zip(sounds, truths, strict=True)
    ]
    spectra = zip(
        octave.spectra(sounds, rate_hz, size), octave.spectra(parts, rate_hz, size), strict=True
    )
    return [
        _measured(*each, truth, whole, part)
        for each, truth, (whole, part) in zip(batch, truths, spectra, strict=True)
    ]


def _measured(
    rir: Rir,
    direct: Rir,
    early: Rir,
    group: Group,
    truth: Truth,
    whole: octave.Spectrum,
    first_part: octave.Spectrum,
) -> RirMeasures:
    azimuth_deg, elevation_deg = _direct_doa(direct, truth)
    bands, full = decays.all_decays(whole, truth.arrival_s)
    mid = [bands[OCTAVE_BANDS_HZ.index(center_hz)] for center_hz in MID_BANDS_HZ]
    t30_mid_s = _mean([band.t30_s for band in mid])
    _require_long_enough(mid)
    _require_complete(t30_mid_s, rir, direct, group.scene.room)
    scalars = {
        "t30_mid_s": t30_mid_s,
        "edt_s": _mean([band.edt_s for band in mid]),
        "c50_db": clarity.c50_db(first_part, whole),
        "drr_db": clarity.drr_db(rir.samples[0], direct.samples[0]),
    }
    return RirMeasures(
        group_id=rir.group_id,
        placement_id=rir.placement_id,
        t30_s=tuple(band.t30_s for band in bands),
        t30_full_s=full.t30_s,
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        distance_m=truth.distance_m,
        doa_error_deg=_arrival_error_deg(rir, early, truth),
        doa_overlap=truth.overlap,
        curved=full.curved or any(band.curved for band in mid),
        notes=_notes(bands, full, scalars),
        **scalars,
    )


def _require_sound(rir: Rir) -> None:
    name = f"the RIR of {rir.group_id}/{rir.placement_id}"
    if not np.isfinite(rir.samples).all():
        raise MeasurementError("not-finite", f"{name} holds NaN or infinity; simulate it again")
    if not rir.samples[0].any():
        raise MeasurementError("silent-rir", f"W is silent in {name}; simulate it again")


def _direct_doa(direct: Rir, truth: Truth) -> tuple[float, float]:
    x, y, z = (float(v) for v in intensity(direct.samples))
    wanted = unit_vector(truth.azimuth_deg, truth.elevation_deg)
    error_deg = great_circle_deg((x, y, z), wanted)
    azimuth_deg, elevation_deg, _ = spherical((x, y, z))
    if error_deg > DIRECT_TOLERANCE_DEG:
        raise MeasurementError(
            "doa-mismatch",
            f"the direct sound comes from azimuth {azimuth_deg:.4f}, elevation {elevation_deg:.4f} "
            f"deg, the source stands at {truth.azimuth_deg:.4f}, {truth.elevation_deg:.4f} deg: "
            f"{error_deg:.4f} deg apart, {DIRECT_TOLERANCE_DEG} allowed",
        )
    return azimuth_deg, elevation_deg


def _arrival_error_deg(rir: Rir, early: Rir, truth: Truth) -> float:
    """Return the angle between the arrival as rendered and as direct sound and images predict."""
    start, stop = (
        max(0, round((truth.arrival_s + side * WINDOW_S) * rir.sample_rate_hz)) for side in (-1, 1)
    )
    got, wanted = (intensity(r.samples[:, start : stop + 1]) for r in (rir, early))
    error_deg = great_circle_deg(tuple(got), tuple(wanted))
    if error_deg > ARRIVAL_TOLERANCE_DEG:
        raise MeasurementError(
            "doa-mismatch",
            f"the first {WINDOW_S * 1e3} ms of the RIR point {error_deg:.2f} deg away from what "
            f"its direct sound and early images predict, {ARRIVAL_TOLERANCE_DEG} allowed",
        )
    return error_deg


def _require_long_enough(mid: list[decays.Decay]) -> None:
    if any(band.reason and band.reason.startswith(decays.ENDS_EARLY) for band in mid):
        raise MeasurementError(
            "decay-truncated",
            f"at {MID_BANDS_HZ} Hz the decay {[band.reason for band in mid]}, a T30 needs -45 dB: "
            "render it longer",
        )


def _require_complete(t30_mid_s: float | None, rir: Rir, direct: Rir, room: Room) -> None:
    """Return if the decay is as long as the room's own, give or take what placements differ by.

    The direct sound of a near source tops the decay with a step that shortens its T30, truly so;
    what must not be short is the reverberation under it, so in doubt that is measured alone.
    """
    climate = {"temperature_c": room.temperature_c, "humidity": room.humidity}
    expected_s = rooms.t30_mid(
        rooms.analytic_t30(room.size_m, room.absorption, room.scattering, **climate)
    )
    if t30_mid_s is None or t30_mid_s >= COMPLETE_SHARE * expected_s:
        return
    reverberant = rir.samples[0].copy()
    taps = min(reverberant.size, direct.samples.shape[1])
    reverberant[:taps] -= direct.samples[0, :taps]
    bands = decays.octave_decays(octave.spectrum(reverberant, rir.sample_rate_hz), 0.0)
    alone_s = _mean([bands[OCTAVE_BANDS_HZ.index(center_hz)].t30_s for center_hz in MID_BANDS_HZ])
    if alone_s is not None and alone_s < COMPLETE_SHARE * expected_s:
        raise MeasurementError(
            "decay-truncated",
            f"without the direct sound the mid-band T30 reads {alone_s:.2f} s in a room whose own "
            f"is {expected_s:.2f} s: reflections are missing; cut image sums by time, not by order",
        )


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None


def _notes(
    bands: tuple[decays.Decay, ...], full: decays.Decay, scalars: dict[str, float | None]
) -> tuple[str, ...]:
    """Return ``name: reason`` for every measure that is None."""
    named = [(f"t30_s {f:g} Hz", band) for f, band in zip(OCTAVE_BANDS_HZ, bands, strict=True)]
    gaps = [f"{n}: {band.reason}" for n, band in [*named, ("t30_full_s", full)] if band.reason]
    reasons = {
        "t30_mid_s": "a mid band has none",
        "edt_s": "a mid band has none",
        "c50_db": "no mid-band energy on one side of 50 ms",
        "drr_db": "no reverberant sound",
    }
    return tuple(gaps + [f"{name}: {reasons[name]}" for name in scalars if scalars[name] is None])
