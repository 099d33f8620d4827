"""Room impulse responses by pyroomacoustics, the published code the engine is judged by.

Complete image sums of specular rooms: every image that arrives before its band has fallen by
60 dB is there, none is dropped by its reflection order. Images, wall attenuation, microphone
patterns, fractional delays and octave filters are pyroomacoustics' own. Its `compute_rir` is not
used: it sums every image in every band although high bands die first, in single precision.

Source: Scheibler, Bezzam, Dokmanic, "Pyroomacoustics", ICASSP 2018,
doi:10.1109/ICASSP.2018.8461310; Allen & Berkley, JASA 65:943, 1979, doi:10.1121/1.382599.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyroomacoustics as pra
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from elsa_data import rooms
from elsa_data.acoustics.bandsplit import HIGH_PASS_HZ
from elsa_data.acoustics.extent import decay_times_s, metres, order_for
from elsa_data.conventions import OCTAVE_BANDS_HZ
from elsa_data.errors import ConfigError, SimulationError
from elsa_data.geometry import Vector, clearance_m, rotate_yaw
from elsa_data.records import Bands, Group, Receiver, Rir

Shoebox = Any
"""A `pra.ShoeBox`: pyroomacoustics has no types, and sets its attributes as it goes."""

Source = Any
"""A `pra.soundsource.SoundSource`."""

FIGURE_EIGHTS: tuple[Vector, ...] = ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0))
"""Where the Y, Z and X channels of an unturned receiver point."""

_SETTLE_S = 0.1
"""Kept after the last early image: the high-pass rings for about this long."""

_ROUNDING = 1.0 + 1e-6
"""pyroomacoustics places images in single precision: one may lie this far beyond its distance."""

_SINC_TAPS = 81
"""pyroomacoustics' fractional delay: it puts every arrival 40 samples late."""

_SINC_STEPS = 100
"""Table steps a sample: with 20, its default, the sum errs by -60 dB, with these by -73 dB."""


def simulate_rirs(groups: Sequence[Group], *, device: str = "cpu") -> list[Rir]:
    """Return one RIR (4, taps) per placement, by groups and then by placements.

    Raises:
        ConfigError: a device other than the CPU is asked for.
        SimulationError: ``scattering-unsupported``, ``too-many-images``, ``receiver-unsupported``
            or ``outside-room``.
    """
    _require_cpu(device)
    return [rir for group in groups for rir in _complete(group)]


def simulate_early(groups: Sequence[Group], *, window_s: float, device: str = "cpu") -> list[Rir]:
    """Return RIRs as `simulate_rirs`, of only the images within ``window_s`` after the direct one.

    A window of 0 s leaves the direct sound alone.

    Raises:
        ConfigError: a device other than the CPU is asked for.
        SimulationError: as `simulate_rirs`.
    """
    _require_cpu(device)
    return [rir for group in groups for rir in _early(group, window_s)]


def _complete(group: Group) -> list[Rir]:
    _require_supported(group)
    ends_s = decay_times_s(group.scene.room)
    ends_s = np.maximum(ends_s, max(_arrivals_s(group)) + _SETTLE_S)
    return _render(group, [ends_s for _ in group.scene.placements], ends_s.max())


def _early(group: Group, window_s: float) -> list[Rir]:
    _require_supported(group)
    ends_s = [np.full(len(OCTAVE_BANDS_HZ), t + window_s) for t in _arrivals_s(group)]
    return _render(group, ends_s, max(t[0] for t in ends_s) + _SETTLE_S, direct=window_s <= 0.0)


def _render(
    group: Group, ends_s: Sequence[NDArray[np.float64]], last_s: float, *, direct: bool = False
) -> list[Rir]:
    """Return the RIRs of a group: of each source, the images up to its ``ends_s`` (bands,)."""
    c = rooms.speed_of_sound(group.scene.room.temperature_c)
    reach_m = max(times.max() for times in ends_s) * c
    room = _shoebox(group, 0 if direct else order_for(group.scene.room.size_m, reach_m))
    room.add_microphone(group.scene.receiver.position_m)
    room.image_source_model()
    # Added last: images are found once, not for each of four microphones at one point.
    _add_figure_eights(room, group.scene.receiver)
    taps = math.ceil(last_s * group.sample_rate_hz)
    return [
        Rir(
            group_id=group.group_id,
            placement_id=placement.placement_id,
            samples=_high_passed(_image_sum(room, source, times * c, taps), room.fs),
            sample_rate_hz=group.sample_rate_hz,
        )
        for placement, source, times in zip(
            group.scene.placements, room.sources, ends_s, strict=True
        )
    ]


def _image_sum(
    room: Shoebox, source: Source, reach_m: NDArray[np.float64], taps: int
) -> NDArray[np.float64]:
    """Return the sum (4, 40 + taps) of a source's images, each band's up to its ``reach_m``."""
    offsets, distances, damping = _nearest_first(room, source, reach_m.max())
    gains = np.array([_pattern(mic, offsets) for mic in room.mic_array.directivity]) / distances
    times = distances / room.c + (_SINC_TAPS // 2) / room.fs
    within = np.searchsorted(times, (taps + _SINC_TAPS) / room.fs)
    total = np.zeros((len(gains), taps + 2 * _SINC_TAPS))
    for band, air in enumerate(room.air_absorption):
        count = min(
            within, np.searchsorted(distances, reach_m[min(band, len(reach_m) - 1)] * _ROUNDING)
        )
        amplitudes = damping[band, :count] * np.exp(-0.5 * air * distances[:count])
        impulses = np.zeros_like(total)
        for channel, gain in zip(impulses, gains, strict=True):
            pra.libroom.rir_builder(
                channel,
                times[:count],
                gain[:count] * amplitudes,
                room.fs,
                _SINC_TAPS,
                _SINC_STEPS,
                1,  # one thread: the order of every sum is fixed
            )
        total += room.octave_bands.analysis(impulses, band=band)
    return total[:, : _SINC_TAPS // 2 + taps]


def _nearest_first(
    room: Shoebox, source: Source, reach_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float32]]:
    """Return offsets (3, images), distances (images,) and wall gains (bands, images) in reach."""
    offsets = source.images - room.mic_array.R[:, :1]
    distances = np.sqrt(np.einsum("ij,ij->j", offsets, offsets))
    near = np.flatnonzero(distances <= reach_m * _ROUNDING)
    near = near[np.argsort(distances[near])]
    return offsets[:, near], distances[near], source.damping[:, near]


def _pattern(
    microphone: pra.directivities.FigureEight | None, offsets: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Return a microphone's gain (images,) towards images (3, images)."""
    if microphone is None:
        return np.ones(offsets.shape[1])
    return microphone.get_response_cartesian(offsets.T)


def _shoebox(group: Group, order: int) -> Shoebox:
    scene = group.scene
    bands = pra.ShoeBox(scene.room.size_m, fs=group.sample_rate_hz, max_order=0).octave_bands
    walls = ("west", "east", "south", "north", "floor", "ceiling")
    materials = {
        wall: pra.Material(_per_band(absorption, bands.centers))
        for wall, absorption in zip(walls, scene.room.absorption, strict=True)
    }
    room = pra.ShoeBox(
        scene.room.size_m, fs=group.sample_rate_hz, max_order=order, materials=materials
    )
    room.set_sound_speed(rooms.speed_of_sound(scene.room.temperature_c))
    air = rooms.air_absorption(scene.room.temperature_c, scene.room.humidity)
    air = _per_band(tuple(air), bands.centers)
    room.set_air_absorption(air["coeffs"], air["center_freqs"])
    for placement in scene.placements:
        room.add_source(placement.position_m)
    return room


def _per_band(values: Bands, centers_hz: NDArray[np.floating]) -> dict[str, list[float]]:
    """Return values at the octaves this sample rate has; our last one stands above 16 kHz."""
    wanted = len(centers_hz)
    repeated = [*values, *[values[-1]] * max(0, wanted - len(OCTAVE_BANDS_HZ))]
    return {"coeffs": [float(v) for v in repeated[:wanted]], "center_freqs": list(centers_hz)}


def _add_figure_eights(room: Shoebox, receiver: Receiver) -> None:
    for axis in FIGURE_EIGHTS:
        towards = np.array(rotate_yaw(axis, receiver.yaw_deg))
        room.add_microphone(receiver.position_m, directivity=pra.directivities.FigureEight(towards))


def _high_passed(audio: NDArray[np.float64], sample_rate_hz: int) -> NDArray[np.float32]:
    """Return audio (4, 40 + taps) through the causal high-pass, without its 40 samples of delay."""
    sections = butter(2, HIGH_PASS_HZ, "highpass", fs=sample_rate_hz, output="sos")
    filtered = np.asarray(sosfilt(sections, audio))
    return filtered[:, _SINC_TAPS // 2 :].astype(np.float32)


def _arrivals_s(group: Group) -> list[float]:
    c = rooms.speed_of_sound(group.scene.room.temperature_c)
    receiver_m = group.scene.receiver.position_m
    return [math.dist(p.position_m, receiver_m) / c for p in group.scene.placements]


def _require_cpu(device: str) -> None:
    if device != "cpu":
        raise ConfigError(f"device {device!r}: pyroomacoustics runs on the CPU; use device cpu")


def _require_supported(group: Group) -> None:
    scene = group.scene
    if scene.receiver.kind != "foa":
        raise SimulationError(
            "receiver-unsupported", f"receiver {scene.receiver.kind!r}: this backend renders foa"
        )
    scattering = max(max(bands) for bands in scene.room.scattering)
    if scattering > 0.0:
        raise SimulationError(
            "scattering-unsupported",
            f"scattering up to {scattering}: image sources are specular and would decay otherwise "
            "than this room; set scattering to 0 or use the torch engine",
        )
    for position_m in (scene.receiver.position_m, *(p.position_m for p in scene.placements)):
        if clearance_m(scene.room.size_m, position_m) <= 0.0:
            raise SimulationError(
                "outside-room",
                f"{metres(position_m)} is not inside a room of {metres(scene.room.size_m)}",
            )
