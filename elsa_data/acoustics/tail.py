"""Late sound as shaped noise with the power and the directions of its own room.

Along the ray u the energy of band b falls as exp(-c t k_b(u)) (`elsa_data.rooms`), so harmonics
y(u) have the covariance C_b(t) = (4 pi c / V) < y y^T exp(-c t k_b(u)) > at time t: the sum over
all images, taken as a mean. White noise times a root of C_b(t) has it too.

Source: Lehmann & Johansson, JASA 124:269, 2008, DOI 10.1121/1.2936367 (the power, isotropic).
"""

import functools
import itertools
import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from elsa_data import octaves, rooms
from elsa_data.acoustics import bandsplit
from elsa_data.ambisonics import channels_of, encode
from elsa_data.seeding import rng_for

BANK_SAMPLES = 2**19
"""Of the noise bank: 11 s at 48 kHz."""

LONGEST = 2**19
"""Samples the bank goes on for, from its beginning again: the longest tail there can be."""

ROWS = {"cpu": 1, "cuda": 64}
"""Tails shaped at once: a processor reads the bank where it lies, a GPU waits for small calls."""

_HOP_S = 0.005
_FINE = 16
_SIGNS = np.array(list(itertools.product((1.0, -1.0), repeat=3)))


def hop_of(sample_rate_hz: int) -> int:
    """Return the samples between two points of an envelope: a power of two near 5 ms."""
    return 2 ** round(math.log2(_HOP_S * sample_rate_hz))


@functools.cache
def noise_bank(sample_rate_hz: int, device: str) -> torch.Tensor:
    """Return unit white noise parted into octave bands (frames, 8, hop); the bands sum to it.

    The noise is through the high-pass already: envelopes are too slow to tell before from after.
    Every tail reads it from places of its own. The bank starts over at its end, `LONGEST` long.
    """
    white = rng_for(0, "noise-bank", sample_rate_hz).standard_normal(BANK_SAMPLES)
    weights = octaves.weights(bandsplit.bin_frequencies(BANK_SAMPLES, sample_rate_hz))
    passed = bandsplit.high_pass(BANK_SAMPLES, sample_rate_hz, "cpu").numpy()
    bands = np.fft.irfft(np.fft.rfft(white) * passed * weights, BANK_SAMPLES).astype(np.float32)
    hop = hop_of(sample_rate_hz)
    bands = np.concatenate([bands, bands[:, :LONGEST]], axis=1)
    frames = bands.reshape(len(bands), -1, hop).transpose(1, 0, 2)
    return torch.tensor(np.ascontiguousarray(frames), device=device)


def noise_starts(sample_rate_hz: int, channels: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the frame of the bank at which each channel starts to read (channels,).

    At random, but apart: noise read twice within a few frames would not be independent.
    """
    frames = BANK_SAMPLES // hop_of(sample_rate_hz)
    slot = frames // channels
    inside = rng.integers(0, max(1, slot * 3 // 4), channels)
    return (rng.permutation(channels) * slot + inside + rng.integers(frames)) % frames


@functools.cache
def coupled(order: int) -> tuple[tuple[int, int], ...]:
    """Return the pairs (row, column), row >= column, of harmonics that a box correlates.

    A box is symmetric in x, y and z, so only harmonics of the same parity in all three are.
    """
    size = channels_of(order)
    support = np.abs(_outer(order)).max(axis=0) > 1e-9
    return tuple((p, q) for p in range(size) for q in range(p + 1) if support[p, q])


@functools.cache
def _outer(order: int) -> NDArray[np.float64]:
    """Return y y^T (144, channels, channels), the mean over the eight mirrored rays."""
    rays, _ = rooms.octant_rule()
    harmonics = encode(rays[:, None] * _SIGNS, order)
    return np.einsum("rsp,rsq->rpq", harmonics, harmonics) / len(_SIGNS)


def pattern(order: int) -> NDArray[np.float64]:
    """Return weight y_p y_q of the quadrature (144, pairs) for the pairs of `coupled`."""
    outer = _outer(order) * rooms.octant_rule()[1][:, None, None]
    return np.stack([outer[:, p, q] for p, q in coupled(order)], axis=-1)


def covariance(
    rates: torch.Tensor,
    image_rates: torch.Tensor,
    times_s: torch.Tensor,
    image_gain: torch.Tensor,
    patterns: torch.Tensor,
) -> torch.Tensor:
    """Return the covariance that images leave to the tail, for each column of a pattern.

    Args:
        rates: 1/s (batch, 8, 144), of all energy along each ray.
        image_rates: 1/s (batch, 8, 144), of what the rendered images keep.
        times_s: (frames,), after emission, equally spaced.
        image_gain: (batch, early frames), what the cross-fade leaves of the images; 0 later.
        patterns: (batch, 144, columns), how the rays add up.

    Returns:
        float32 (batch, 8, frames, columns), for a room of power 1 at time 0.
    """
    early = min(image_gain.shape[1], len(times_s))
    power = torch.exp(-rates[:, :, None] * times_s[:early, None])
    kept = torch.exp(-image_rates[:, :, None] * times_s[:early, None])
    kept *= torch.square(image_gain[:, :early])[:, None, :, None]
    left = torch.clamp(power - kept, min=0.0)
    first = torch.bmm(left.flatten(1, 2), patterns).unflatten(1, left.shape[1:3])
    return torch.cat([first, _late(rates, times_s, early, patterns)], dim=2)


def _late(
    rates: torch.Tensor, times_s: torch.Tensor, early: int, patterns: torch.Tensor
) -> torch.Tensor:
    """Return `covariance` (batch, 8, later frames, columns) once no images are left.

    Each time is the sum of a coarse and a fine one, so few exponentials make many products.
    """
    coarse = torch.exp(-rates[:, :, None] * times_s[early::_FINE, None])
    fine = torch.exp(-rates[:, :, None] * (times_s[:_FINE] - times_s[0])[:, None])
    shaped = (fine.transpose(2, 3)[..., None] * patterns[:, None, :, None]).flatten(3)
    power = torch.bmm(coarse.flatten(0, 1), shaped.flatten(0, 1))
    power = power.view(*coarse.shape[:2], -1, patterns.shape[2])
    return power[:, :, : len(times_s) - early]


def root(covariances: torch.Tensor, order: int) -> torch.Tensor:
    """Return a root of the covariances, in the same layout: rows of a lower triangle."""
    pairs = coupled(order)
    size = channels_of(order)
    if len(pairs) == size:
        return torch.sqrt(covariances)
    full = covariances.new_zeros((*covariances.shape[:-1], size, size), dtype=torch.float64)
    rows, columns = (torch.tensor(side, device=full.device) for side in zip(*pairs, strict=True))
    full[..., rows, columns] = covariances.double()
    # Rounding must not make a matrix of nearly one direction indefinite; -60 dB is inaudible.
    floor = 1e-6 * full[..., 0, 0] + 1e-30
    full.diagonal(dim1=-2, dim2=-1).add_(floor[..., None])
    lower = torch.linalg.cholesky(full)
    return lower[..., rows, columns].to(covariances.dtype)


def shaped_noise(
    roots: torch.Tensor,
    starts: Sequence[NDArray[np.int64]],
    pairs: Sequence[tuple[int, int]],
    sample_rate_hz: int,
) -> torch.Tensor:
    """Return noise (batch, channels, frames * hop) under envelopes linear between their points.

    Args:
        roots: (batch, 8, frames + 1, pairs) at the edges of the frames.
        starts: one (channels,) a row, the bank's frame that each channel of noise starts with.
        pairs: (channel, noise) that each column of the roots joins.
        sample_rate_hz: of the bank.
    """
    bank = noise_bank(sample_rate_hz, str(roots.device))
    batch, _, edges, _ = roots.shape
    frames, hop = edges - 1, bank.shape[2]
    ramp = torch.arange(hop, device=roots.device, dtype=roots.dtype) / hop
    lines = torch.stack([roots[:, :, :-1], roots[:, :, 1:] - roots[:, :, :-1]], dim=-1)
    lines = lines.permute(0, 3, 2, 4, 1).contiguous()
    out = roots.new_zeros(batch, 1 + max(to for to, _ in pairs), frames, hop)
    for first in range(0, batch, ROWS[roots.device.type]):
        rows = slice(first, first + ROWS[roots.device.type])
        for pair, (to, noise) in enumerate(pairs):
            heard = _read(bank, [int(each[noise]) for each in starts[rows]], frames)
            level, slope = torch.matmul(lines[rows, pair], heard).unbind(2)
            out[rows, to] += level
            out[rows, to].addcmul_(slope, ramp)
    return out.flatten(2)


def _read(bank: torch.Tensor, starts: Sequence[int], frames: int) -> torch.Tensor:
    """Return the noise (rows, frames, 8, hop) from each start on: of one row, a view."""
    if len(starts) == 1:
        return bank[None, starts[0] : starts[0] + frames]
    first = torch.tensor(starts, device=bank.device)
    return bank[first[:, None] + torch.arange(frames, device=bank.device)]
