"""What the engine needs of each scene: checked, sized, and laid out as the arrays of a batch."""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from elsa_data import exponentials, rooms
from elsa_data.acoustics import bandsplit, capsules, sizes, tail, waves
from elsa_data.acoustics.capsules import Layout
from elsa_data.acoustics.hearing import heard_at
from elsa_data.acoustics.images import Boxes
from elsa_data.acoustics.truth import first_reflections
from elsa_data.conventions import MID_BANDS_HZ, OCTAVE_BANDS_HZ
from elsa_data.errors import SimulationError
from elsa_data.geometry import Vector
from elsa_data.records import Group, Placement
from elsa_data.seeding import rng_for

FALLEN_DB = -50.0
MID_FALLEN_DB = -60.0
"""A response ends when every band has fallen to the first and the mid bands to the second."""

NEAR_IMAGES = 32
"""The first arrivals: 10 ms and more, as long as a zero-phase filter would sound ahead of them."""

DIRECT_ALONE = 4
"""One image, and silent ones: matrix products of fewer rows have bits of their own."""

DIFFUSE_AFTER_S = 0.0035
"""Scattered sound starts with the first reflection, but this long after the direct sound: until
then the arrival is that of direct sound and images alone, and can be checked against them."""

Floats = NDArray[np.float64]


class Job(NamedTuple):
    """One response to make.

    Attributes:
        ears: where the capsules stand in the room, in metres.
        near: images to sum exactly, with minimum phase: the first to arrive.
        until_s: time of the last image, in seconds after emission.
        taps: samples of the response, at most ``sizes.room``.
        decay: 1/s (8, 144), the rates of the room along each ray; None: images alone.
    """

    group: Group
    placement: Placement
    layout: Layout
    ears: tuple[Vector, ...]
    sizes: sizes.Sizes
    near: int
    until_s: float
    taps: int
    decay: Floats | None

    @property
    def key(self) -> tuple:
        """What jobs of one batch share."""
        return self.sizes, *self.early_key

    @property
    def early_key(self) -> tuple:
        """What jobs share whose images are summed in one batch: all but how long they go on."""
        size, rate_hz = self.sizes._replace(room=0), self.group.sample_rate_hz
        return self.layout, size, rate_hz, self.near, self.decay is None


def whole_jobs(groups: Sequence[Group]) -> list[Job]:
    """Return one job for each placement: images up to the mixing time, then the tail."""
    jobs = []
    for group in groups:
        room = group.scene.room
        decay = rooms.rates_per_second(
            room.size_m, room.absorption, room.scattering, room.temperature_c, room.humidity
        )
        end_s = _end_s(decay, group.sample_rate_hz)
        for placement, layout, ears, direct_s in heard_at(group):
            until_s = sizes.mixing_time_s(math.prod(room.size_m), direct_s) + sizes.FADE_S
            size = sizes.sizes_of(until_s, max(end_s, until_s), group.sample_rate_hz)
            taps = min(size.room, math.ceil(max(end_s, until_s) * group.sample_rate_hz))
            if size.room > tail.LONGEST:
                raise SimulationError(
                    "decay-too-long",
                    f"the slowest band of group {group.group_id} takes {end_s:.1f} s to fall by "
                    f"{-FALLEN_DB:g} dB, {tail.LONGEST / group.sample_rate_hz:.1f} s is the most: "
                    "give the walls more absorption there",
                )
            jobs.append(
                Job(group, placement, layout, ears, size, NEAR_IMAGES, until_s, taps, decay)
            )
    return jobs


def early_jobs(groups: Sequence[Group], window_s: float) -> list[Job]:
    """Return one job for each placement: the images up to ``window_s`` after the direct sound."""
    jobs = []
    for group in groups:
        for placement, layout, ears, direct_s in heard_at(group):
            until_s = direct_s * (1.0 + 1e-9) + window_s
            size = sizes.sizes_of(until_s, until_s + sizes.RING_S, group.sample_rate_hz)
            near = NEAR_IMAGES if window_s else DIRECT_ALONE
            jobs.append(Job(group, placement, layout, ears, size, near, until_s, size.room, None))
    return jobs


def boxes_of(jobs: Sequence[Job], device: str) -> Boxes:
    """Return the rooms, a row for every capsule of every job."""
    rows = [(job, at) for job in jobs for at in job.ears]
    scenes = [job.group.scene for job, _ in rows]
    speeds = np.array([rooms.speed_of_sound(s.room.temperature_c) for s in scenes])
    air = [rooms.air_absorption(s.room.temperature_c, s.room.humidity) for s in scenes]
    kept = np.array([(s.room.absorption, s.room.scattering) for s in scenes])
    kept = np.log1p(-np.minimum(kept, rooms.MAX_ABSORPTION)).sum(axis=1) / 2.0
    columns = (
        [s.room.size_m for s in scenes],
        [job.placement.position_m for job, _ in rows],
        [at for _, at in rows],
        kept,
        -np.array(air) / 2.0,
        speeds * [job.until_s for job, _ in rows],
        [job.group.sample_rate_hz for job, _ in rows] / speeds,
    )
    return Boxes(*(torch.tensor(np.array(c), dtype=torch.float64, device=device) for c in columns))


def air_of(jobs: Sequence[Job], size: int, device: str) -> torch.Tensor:
    """Return ln of the amplitude a metre of air takes at each bin, float32, a row per capsule."""
    rows = [job for job in jobs for _ in job.ears]
    tables = [
        _air_table(r.temperature_c, r.humidity, size, job.group.sample_rate_hz)
        for job, r in ((job, job.group.scene.room) for job in rows)
    ]
    return torch.tensor(np.array(tables), dtype=torch.float32, device=device)


@functools.lru_cache(maxsize=64)
def _air_table(
    temperature_c: float | None, humidity: float, size: int, sample_rate_hz: int
) -> Floats:
    bins_hz = bandsplit.padded(bandsplit.bin_frequencies(size, sample_rate_hz))
    return -rooms.air_absorption(temperature_c, humidity, bins_hz) / 2.0


def rates(job: Job) -> Floats:
    """Return 1/s (8, 144): how fast all energy falls along each ray."""
    if job.decay is None:
        raise ValueError("a job without a decay has no tail")
    return job.decay


def image_rates(job: Job) -> Floats:
    """Return 1/s (8, 144): how fast the energy of the rendered images falls along each ray."""
    room = job.group.scene.room
    size_m, rays = np.array(room.size_m), rooms.octant_rule()[0]
    lost = rooms.wall_exponents(room.absorption) + rooms.wall_exponents(room.scattering)
    per_metre = (lost / size_m[:, None]).T @ rays.T
    per_metre += rooms.air_absorption(room.temperature_c, room.humidity)[:, None]
    return rooms.speed_of_sound(room.temperature_c) * per_metre


def noise_starts(job: Job) -> NDArray[np.int64]:
    """Return where in the bank the noises of a response begin, drawn by its group's seed."""
    group = job.group
    rng = rng_for(group.seed, "tail", group.group_id, job.placement.placement_id)
    noises = 1 + max(noise for _, noise in noise_pairs(job.layout))
    return tail.noise_starts(group.sample_rate_hz, noises, rng)


def noise_pairs(layout: Layout) -> tuple[tuple[int, int], ...]:
    """Return the (channel, noise) pairs of a tail: harmonics, or a noise for every plane wave."""
    return (
        tuple((k, k) for k in range(waves.WAVES)) if layout.spaced else tail.coupled(layout.order)
    )


def pattern(job: Job) -> Floats:
    """Return how the rays of the room add up to each of `noise_pairs` (144, pairs)."""
    if job.layout.spaced:
        return waves.pattern(job.layout, job.group.scene.receiver.yaw_deg)
    return tail.pattern(job.layout.order)


def yaw_matrix(job: Job) -> Floats:
    """Return the matrix from harmonics in the room's frame to those in the receiver's."""
    return capsules.yaw_matrix(job.layout.order, job.group.scene.receiver.yaw_deg)


def samples_per_m(job: Job) -> float:
    """Return how many samples sound takes for a metre."""
    speed = rooms.speed_of_sound(job.group.scene.room.temperature_c)
    return job.group.sample_rate_hz / speed


def tail_gain(job: Job) -> float:
    """Return the amplitude of the noise at time 0: the root of the images' energy per sample."""
    room = job.group.scene.room
    power = 4.0 * math.pi * rooms.speed_of_sound(room.temperature_c) / math.prod(room.size_m)
    return math.sqrt(power / job.group.sample_rate_hz)


def diffuse_from_s(job: Job) -> float:
    """Return when scattered sound may first arrive, in seconds after emission."""
    scene, source_m = job.group.scene, job.placement.position_m
    c = rooms.speed_of_sound(scene.room.temperature_c)
    images = first_reflections(scene.room, source_m)
    first = min(math.dist(image, scene.receiver.position_m) for image in images)
    return max(first / c, math.dist(source_m, scene.receiver.position_m) / c + DIFFUSE_AFTER_S)


def _end_s(decay: Floats, sample_rate_hz: int) -> float:
    """Return when every band that the sample rate holds has fallen far enough."""
    levels_db = np.full(len(OCTAVE_BANDS_HZ), FALLEN_DB)
    levels_db[[OCTAVE_BANDS_HZ.index(center) for center in MID_BANDS_HZ]] = MID_FALLEN_DB
    _, weights = rooms.octant_rule()
    held = np.array(OCTAVE_BANDS_HZ) < sample_rate_hz / 2.0
    return float(exponentials.time_at(decay[held], weights, levels_db[held]).max())
