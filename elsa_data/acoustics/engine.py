"""Room impulse responses of many different shoeboxes at once: images, then a tail.

Images up to the mixing time are summed in the frequency domain: the first ones exactly and with
minimum phase, the rest through a non-uniform FFT shared by bands and channels. Later sound is
noise with the room's own decay in every direction. Every size comes from the scene alone, so a
response has the same bits alone and in a batch.
"""

import math
from collections.abc import Sequence
from operator import attrgetter

import numpy as np
import torch
from numpy.typing import NDArray

from elsa_data.acoustics import bandsplit, capsules, images, jobs, nufft, sizes, tail, waves
from elsa_data.acoustics.devices import by_key
from elsa_data.acoustics.jobs import Job
from elsa_data.records import Group, Rir

RISE_S = 0.001
"""Scattered sound sets in over this time."""

BATCH = {"cpu": 16, "cuda": 256}
"""Responses at a time; enough to keep a device busy, few enough for a processor's cache."""


def simulate_rirs(groups: Sequence[Group], *, device: str = "cpu") -> list[Rir]:
    """Return one RIR (channels, taps) per placement, by groups and then by placements.

    Raises:
        SimulationError: ``source-too-close``, ``outside-room`` or ``receiver-unsupported``.
    """
    return _in_batches(jobs.whole_jobs(groups), device)


def simulate_early(groups: Sequence[Group], *, window_s: float, device: str = "cpu") -> list[Rir]:
    """Return RIRs as `simulate_rirs`, of only the images within ``window_s`` after the direct one.

    A window of 0 s leaves the direct sound alone. They are shorter; the timing is the same.

    Raises:
        SimulationError: as `simulate_rirs`.
    """
    return _in_batches(jobs.early_jobs(groups, window_s), device)


def _in_batches(wanted: Sequence[Job], device: str) -> list[Rir]:
    most = BATCH[torch.device(device).type]
    # Rooms that end at different times still share the sizes of their images.
    early = by_key(wanted, attrgetter("early_key"), lambda batch: early_sound(batch, device), most)
    pairs = list(zip(wanted, early, strict=True))
    return by_key(pairs, lambda pair: pair[0].key, lambda batch: _rendered(batch, device), most)


def _rendered(batch: Sequence[tuple[Job, torch.Tensor]], device: str) -> list[Rir]:
    wanted, early = zip(*batch, strict=True)
    samples = whole_sound(wanted, torch.stack(early), device).cpu().numpy()
    return [_rir(job, audio[:, : job.taps]) for job, audio in zip(wanted, samples, strict=True)]


def _rir(job: Job, samples: NDArray[np.float32]) -> Rir:
    return Rir(
        group_id=job.group.group_id,
        placement_id=job.placement.placement_id,
        samples=samples.copy(),
        sample_rate_hz=job.group.sample_rate_hz,
    )


def early_sound(batch: Sequence[Job], device: str) -> torch.Tensor:
    """Return the images (batch, channels, passed) float32 of jobs of one ``early_key``."""
    return _high_passed(_image_sum(batch, device), batch[0])


def whole_sound(batch: Sequence[Job], early: torch.Tensor, device: str) -> torch.Tensor:
    """Return the samples (batch, channels, room) float32 of jobs of one ``key``.

    ``early`` is what `early_sound` made of each.
    """
    first = batch[0]
    room, channels = first.sizes.room, first.layout.channels
    if first.decay is None:
        audio = torch.zeros(len(batch), channels, room, device=device)
    else:
        audio = _tail(batch, device)
    audio[..., : early.shape[-1]] += early[..., :room]
    return audio


def _high_passed(images_sum: torch.Tensor, first: Job) -> torch.Tensor:
    """Return the images (batch, channels, passed) from time zero on, through the high-pass.

    The noise of the tail has been through it already.
    """
    size = first.sizes
    table = bandsplit.high_pass(size.passed, first.group.sample_rate_hz, str(images_sum.device))
    bins = torch.fft.rfft(images_sum[..., size.guard :], size.passed)
    return torch.fft.irfft(bins * table, size.passed)


def _image_sum(batch: Sequence[Job], device: str) -> torch.Tensor:
    """Return the images (batch, channels, early size), with time zero at the guard."""
    first = batch[0]
    size, rate_hz, guard = first.sizes.early, first.group.sample_rate_hz, first.sizes.guard
    boxes = jobs.boxes_of(batch, device)
    found = images.image_sources(boxes, at_least=first.near)
    samples = found.distance_m * boxes.samples_per_m[:, None]
    gains = capsules.harmonics(found.rays @ _turns(batch, device), first.layout.order)
    if first.decay is not None:
        fade = sizes.FADE_S * rate_hz
        left = (boxes.reach_m * boxes.samples_per_m)[:, None] - samples
        gains = gains * torch.sin(torch.clamp(left / fade, 0.0, 1.0) * (math.pi / 2))[..., None]
    gains = torch.where(found.valid[..., None], gains, 0.0).to(torch.float32)
    samples = torch.where(found.valid, samples, 0.0) + guard
    metres = torch.where(found.valid, found.distance_m, 0.0)
    log_gain = torch.where(found.valid[..., None], found.log_gain, 0.0)
    near, far = slice(0, first.near), slice(first.near, None)
    air = jobs.air_of(batch, size, device)
    damping = metres[:, near, None].to(torch.float32) * air[:, None]
    bins = _near_bins(samples[:, near], log_gain[:, near], damping, gains[:, near], size, rate_hz)
    if samples.shape[1] > first.near:
        log_gain += (metres[..., None] * boxes.air_per_m[:, None]).to(torch.float32)
        bins += _far_bins(samples[:, far], log_gain[:, far], gains[:, far], size, rate_hz)
    bins *= bandsplit.fade_out(size, rate_hz, device)
    return torch.fft.irfft(bins, size).view(len(batch), first.layout.channels, size)


def _near_bins(
    samples: torch.Tensor,
    log_gain: torch.Tensor,
    damping: torch.Tensor,
    gains: torch.Tensor,
    size: int,
    rate_hz: int,
) -> torch.Tensor:
    """Return the exact spectrum (batch, channels, bins) of images.

    Walls act with minimum phase. Air, smooth in frequency, acts with none: it delays nothing and
    its response is short; ``damping`` (batch, images, bins) is the ln of it.
    """
    device, rows, channels = str(samples.device), len(samples), gains.shape[2]
    weights, partners = (
        table.expand(rows, -1, -1) for table in bandsplit.log_weights(size, rate_hz, device)
    )
    magnitude = torch.exp(torch.bmm(log_gain, weights) + damping)
    cycles = samples[..., None] * (torch.arange(weights.shape[2], device=device) / size)
    # Whole turns go while the product is still exact: 32 bits could not hold them and the rest.
    turn = (cycles - torch.floor(cycles)).to(torch.float32) * (2.0 * math.pi)
    phase = torch.bmm(log_gain, partners) - turn
    # Silent channels make up a multiple of 4: a product of one row has bits of its own.
    columns = torch.nn.functional.pad(gains, (0, -channels % 4)).transpose(1, 2).contiguous()
    real = torch.bmm(columns, magnitude * torch.cos(phase))
    bins = torch.complex(real, torch.bmm(columns, magnitude * torch.sin(phase)))
    return bins[:, :channels, : size // 2 + 1]


def _far_bins(
    samples: torch.Tensor, log_gain: torch.Tensor, gains: torch.Tensor, size: int, rate_hz: int
) -> torch.Tensor:
    """Return the spectrum (batch, channels, bins) of images whose bands are mixed in zero phase.

    Low bands need few bins: they are summed at a fraction of the sample rate, which has them all.
    """
    weights = bandsplit.band_weights(size, rate_hz, str(samples.device))
    rows = torch.exp(log_gain)[..., None] * gains[:, :, None, :]
    mixed = torch.zeros(
        len(rows), size // 2 + 1, rows.shape[3], dtype=torch.complex64, device=rows.device
    )
    for step, bands in bandsplit.bands_by_step(rate_hz):
        part = rows[:, :, bands].flatten(2)
        bins = nufft.spectrum(samples / step, part, size // step).unflatten(2, (-1, rows.shape[3]))
        kept = bins.shape[1]
        for position, band in enumerate(range(bands.start, bands.stop)):
            mixed[:, :kept] += bins[:, :, position] * weights[band, :kept, None]
    return mixed.transpose(1, 2)


def _turns(batch: Sequence[Job], device: str) -> torch.Tensor:
    """Return matrices (rows, 3, 3) that turn row vectors into the frames of the receivers."""
    yaws = [math.radians(job.group.scene.receiver.yaw_deg) for job in batch for _ in job.ears]
    turns = [
        [[math.cos(a), -math.sin(a), 0.0], [math.sin(a), math.cos(a), 0.0], [0.0, 0.0, 1.0]]
        for a in yaws
    ]
    return torch.tensor(turns, dtype=torch.float64, device=device)


def _tail(batch: Sequence[Job], device: str) -> torch.Tensor:
    """Return late and scattered sound (batch, channels, room), in the receivers' frames."""
    first = batch[0]
    layout, rate_hz, room = first.layout, first.group.sample_rate_hz, first.sizes.room

    def put(rows: Sequence) -> torch.Tensor:
        return torch.tensor(np.array(rows), dtype=torch.float32, device=device)

    hop = tail.hop_of(rate_hz)
    times = torch.arange(room // hop + 1, device=device) * (hop / rate_hz)
    left = put([job.until_s for job in batch])[:, None] - times[: first.sizes.early // hop]
    fade = torch.sin(torch.clamp(left / sizes.FADE_S, 0.0, 1.0) * (math.pi / 2))
    rates, image_rates = (put([f(job) for job in batch]) for f in (jobs.rates, jobs.image_rates))
    patterns = put([jobs.pattern(job) for job in batch])
    roots = tail.covariance(rates, image_rates, times, fade, patterns)
    roots = torch.sqrt(roots) if layout.spaced else tail.root(roots, layout.order)
    starts = [jobs.noise_starts(job) for job in batch]
    roots *= put([jobs.tail_gain(job) for job in batch])[:, None, None, None]
    sound = tail.shaped_noise(roots, starts, jobs.noise_pairs(layout), rate_hz)
    _open_and_close(sound, batch)
    if layout.spaced:
        per_m = put([jobs.samples_per_m(job) for job in batch])
        return waves.heard(sound, layout, per_m)
    turns = put([jobs.yaw_matrix(job) for job in batch])
    if spare := -layout.channels % 4:
        # Silent channels make up a multiple of 4: other products have bits of their own.
        turns = torch.nn.functional.pad(turns, (0, spare, 0, spare))
        sound = torch.nn.functional.pad(sound, (0, 0, 0, spare))
    return torch.bmm(turns, sound)[:, : layout.channels]


def _open_and_close(sound: torch.Tensor, batch: Sequence[Job]) -> None:
    """Fade the tails (batch, channels, room) in over 1 ms and out over 10 ms, in place."""
    rate_hz = batch[0].group.sample_rate_hz
    starts_s = [jobs.diffuse_from_s(job) for job in batch]
    ends_s = [job.taps / rate_hz for job in batch]
    seconds = torch.arange(sound.shape[-1], device=sound.device, dtype=sound.dtype) / rate_hz
    starts, ends = (
        torch.tensor(each, device=sound.device, dtype=sound.dtype)[:, None, None]
        for each in (starts_s, ends_s)
    )
    # Between the last that opens and the first that closes there is nothing to do.
    opening = slice(0, math.ceil((max(starts_s) + RISE_S) * rate_hz) + 1)
    closing = slice(max(0, math.floor((min(ends_s) - sizes.FADE_S) * rate_hz) - 1), None)
    sound[..., opening] *= torch.clamp((seconds[opening] - starts) / RISE_S, 0.0, 1.0)
    sound[..., closing] *= torch.clamp((ends - seconds[closing]) / sizes.FADE_S, 0.0, 1.0)
