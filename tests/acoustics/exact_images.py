"""Complete image sums in double precision, one exponential per image and frequency.

Written the slow way and from the other textbook indexing (Allen & Berkley: a parity and a period
per axis), so that it shares neither code nor reasoning with what it judges.
"""

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from elsa_data import octaves, rooms
from elsa_data.ambisonics import encode
from elsa_data.geometry import rotate_yaw
from elsa_data.records import Group


def image_list(group: Group, until_s: float):
    """Return distances (n,), room-frame vectors (n, 3) and band gains (n, 8), no air in them."""
    scene = group.scene
    room, receiver = scene.room, np.array(scene.receiver.position_m)
    source, size = np.array(scene.placements[0].position_m), np.array(room.size_m)
    c = rooms.speed_of_sound(room.temperature_c)
    kept = np.sqrt((1 - np.array(room.absorption)) * (1 - np.array(room.scattering)))
    periods = [range(-m, m + 1) for m in (np.ceil(until_s * c / size / 2) + 1).astype(int)]
    found = []
    for parity in itertools.product((0, 1), repeat=3):
        for period in itertools.product(*periods):
            p, m = np.array(parity), np.array(period)
            vector = (1 - 2 * p) * source + 2 * m * size - receiver
            distance = math.sqrt(vector @ vector)
            if distance <= until_s * c:
                gain = np.prod(kept[0::2] ** np.abs(m - p)[:, None], axis=0)
                gain = gain * np.prod(kept[1::2] ** np.abs(m)[:, None], axis=0)
                found.append((distance, vector, gain / distance))
    found.sort(key=lambda image: image[0])
    distances, vectors, gains = (np.array(part) for part in zip(*found, strict=True))
    return distances, vectors, gains


def minimum_phase(magnitude: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Return the minimum-phase response (..., bins) of a magnitude, by folding its cepstrum."""
    bins = magnitude.shape[-1]
    cepstrum = np.fft.irfft(np.log(magnitude))
    cepstrum[..., 1 : bins - 1] *= 2
    cepstrum[..., bins:] = 0
    return np.exp(np.fft.rfft(cepstrum))


def foa_spectrum(group: Group, until_s: float, bins_hz: NDArray[np.float64], near: int):
    """Return the FOA spectrum (4, bins) of all images; the first ``near`` have minimum phase."""
    distances, vectors, gains = image_list(group, until_s)
    yaw = -group.scene.receiver.yaw_deg
    rays = np.array([rotate_yaw(tuple(v), yaw) for v in vectors]) / distances[:, None]
    room = group.scene.room
    c = rooms.speed_of_sound(room.temperature_c)
    air_bands = rooms.air_absorption(room.temperature_c, room.humidity)
    air_bins = rooms.air_absorption(room.temperature_c, room.humidity, bins_hz)
    weights = octaves.weights(bins_hz)
    fine = octaves.weights(np.linspace(0.0, bins_hz[-1], 8 * (len(bins_hz) - 1) + 1))
    total = np.zeros((4, len(bins_hz)), dtype=complex)
    for k, (distance, ray, gain) in enumerate(zip(distances, rays, gains, strict=True)):
        if k < near:
            response = minimum_phase(np.exp(np.log(gain) @ fine))[::8]
            response = response * np.exp(-air_bins * distance / 2)
        else:
            response = (gain * np.exp(-air_bands * distance / 2)) @ weights
        delayed = response * np.exp(-2j * np.pi * bins_hz * distance / c)
        total += encode(ray)[:, None] * delayed
    return total
