"""Dry sounds through room impulse responses: overlap-save in torch, in batches, on any device.

All channels share the spectrum of the dry sound and all sources of a job are summed before the
inverse transform. Every size follows from a job alone, so its bits do not depend on its batch.

Source: Stockham, "High-speed convolution and correlation", AFIPS 1966; Wefers, "Partitioned
convolution algorithms for real-time auralization", 2015, 4.2 (overlap-save, transform sizes).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from elsa_data.acoustics.threads import pin_threads

BATCH_SAMPLES = {"cpu": 1 << 22, "cuda": 1 << 27}
"""Output samples (jobs x channels x FFT frames) at once: a CPU wants them near its cache, and
memory that the allocator keeps; a GPU wants many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One wet clip to be: source k, ``dries[k]`` (samples,), starts at sample ``onsets[k]``.

    ``rirs[k]`` (channels, taps) is its impulse response; ``length`` samples of the sum are kept.
    """

    dries: tuple[NDArray[np.floating], ...]
    rirs: tuple[NDArray[np.floating], ...]
    onsets: tuple[int, ...]
    length: int


class Shape(NamedTuple):
    """The transforms of a job; jobs of one shape are convolved together."""

    fft_size: int
    frames: int
    sources: int
    channels: int


def convolve(jobs: Sequence[Job], *, device: str = "cpu") -> list[NDArray[np.float32]]:
    """Return the sum of each job's sources (channels, length), in order, the tail cropped.

    Raises:
        ValueError: a job's sources do not match, or it has none.
    """
    buckets: dict[Shape, list[int]] = {}
    for index, job in enumerate(jobs):
        buckets.setdefault(shape_of(job), []).append(index)
    wet: list[NDArray[np.float32]] = [np.empty((0, 0), np.float32)] * len(jobs)
    pin_threads()
    room = BATCH_SAMPLES[torch.device(device).type]
    for shape, members in buckets.items():
        each = max(1, room // (shape.channels * shape.frames * shape.fft_size))
        for first in range(0, len(members), each):
            batch = members[first : first + each]
            audio = _overlap_save([jobs[index] for index in batch], shape, device)
            for index, samples in zip(batch, audio, strict=True):
                wet[index] = samples
    return wet


def shape_of(job: Job) -> Shape:
    """Return the sizes a job is convolved with.

    Raises:
        ValueError: a job's sources do not match, or it has none.
    """
    channels = {rir.shape[0] for rir in job.rirs}
    if not len(job.dries) == len(job.rirs) == len(job.onsets) or len(channels) != 1:
        raise ValueError(
            f"got {len(job.dries)} dry sounds, {len(job.rirs)} RIRs of {sorted(channels)} channels "
            f"and {len(job.onsets)} onsets; wanted one of each per source, channels alike"
        )
    return _cheapest(_overlap(job), job.length, len(job.dries), channels.pop())


def _overlap(job: Job) -> int:
    """Return how many samples of every frame the frame before it decides."""
    # What lies beyond the end of the clip is cropped, so no more of an RIR is ever heard.
    return min(job.length, max(rir.shape[1] for rir in job.rirs))


@lru_cache(maxsize=4096)
def _cheapest(overlap: int, length: int, sources: int, channels: int) -> Shape:
    """Return the shape of least work: few long frames against many short ones that overlap more.

    Powers of two only: a sample of any other size takes an FFT a quarter to a half longer.
    """
    shortest = overlap.bit_length()
    shapes = []
    for size in (1 << power for power in range(shortest, shortest + 6)):
        frames = math.ceil(length / (size - overlap))
        # A lone large transform has other bits than one of several, and takes six times as long.
        shapes.append(Shape(size, max(frames, 2 // channels), sources, channels))
    return min(shapes, key=_work)


def _work(shape: Shape) -> float:
    transforms = shape.frames * (shape.sources + shape.channels) + shape.sources * shape.channels
    return transforms * shape.fft_size * math.log2(shape.fft_size)


def _overlap_save(jobs: Sequence[Job], shape: Shape, device: str) -> list[NDArray[np.float32]]:
    """Return the wet audio (channels, length) of jobs that share a shape."""
    # Frames and responses side by side: an FFT is planned anew at every call, so one call does all.
    rows = (len(jobs), shape.sources, shape.frames + shape.channels, shape.fft_size)
    blocks = np.zeros(rows, np.float32)
    for job, sources in zip(jobs, blocks, strict=True):
        for block, sound, response, onset in zip(
            sources, job.dries, job.rirs, job.onsets, strict=True
        ):
            _cut(sound[: max(0, job.length - onset)], onset, _overlap(job), block[: shape.frames])
            taps = min(response.shape[1], job.length)
            block[shape.frames :, :taps] = response[:, :taps]
    sounds, responses = torch.fft.rfft(torch.from_numpy(blocks).to(device)).split(
        (shape.frames, shape.channels), dim=2
    )
    wet = torch.fft.irfft(_mixed(sounds, responses), n=shape.fft_size)
    return [_kept(job, audio) for job, audio in zip(jobs, wet, strict=True)]


def _cut(
    sound: NDArray[np.floating], onset: int, overlap: int, frames: NDArray[np.float32]
) -> None:
    """Write a sound (samples,) into frames (frames, FFT size) that overlap; the first one leads."""
    size = frames.shape[1]
    for number, frame in enumerate(frames):
        start = number * (size - overlap) - overlap - onset
        piece = sound[max(0, start) : max(0, start + size)]
        lead = max(0, -start)
        frame[lead : lead + len(piece)] = piece


def _kept(job: Job, frames: torch.Tensor) -> NDArray[np.float32]:
    """Return what frames (channels, frames, FFT size) add to those before them, to the length."""
    return frames[..., _overlap(job) :].flatten(1)[:, : job.length].cpu().numpy()


def _mixed(sounds: torch.Tensor, responses: torch.Tensor) -> torch.Tensor:
    """Return spectra (jobs, channels, frames, bins) of all sources together, added in order.

    ``sounds`` is (jobs, sources, frames, bins), ``responses`` (jobs, sources, channels, bins).
    """
    total = sounds[:, 0, None] * responses[:, 0, :, None]
    for source in range(1, sounds.shape[1]):
        total.addcmul_(sounds[:, source, None], responses[:, source, :, None])
    return total
