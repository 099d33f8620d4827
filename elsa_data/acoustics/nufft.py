"""Impulses at any instant to the spectrum of uniform samples, in one FFT.

Each impulse is spread over a few points of a grid twice as fine as the samples; the FFT of the
grid, divided by the transform of the spreading kernel, is the sum of exponentials that was wanted.

Source: Barnett, Magland, af Klinteberg, "A parallel nonuniform fast Fourier transform library
based on an exponential of semicircle kernel", SIAM J. Sci. Comput. 41:C479, 2019,
DOI 10.1137/18M120885X (type 1).
"""

import functools
import math

import numpy as np
import torch

OVERSAMPLING = 2
WIDTH = 6
_BETA = 2.30 * WIDTH


def spectrum(times: torch.Tensor, rows: torch.Tensor, size: int) -> torch.Tensor:
    """Return sum_k rows[k] exp(-2 pi i f times[k] / size) for f = 0..size / 2.

    Args:
        times: float64 (batch, impulses), in samples, within `WIDTH` / 2 of neither 0 nor size.
        rows: float32 (batch, impulses, columns), what each impulse carries.
        size: length of the uniform signal, in samples.

    Returns:
        complex64 (batch, size / 2 + 1, columns).
    """
    batch, impulses, columns = rows.shape
    fine = OVERSAMPLING * size
    position = times * OVERSAMPLING
    before = torch.floor(position)
    share = (position - before).to(rows.dtype)
    taps = torch.arange(1 - WIDTH // 2, WIDTH // 2 + 1, device=times.device)
    weights = _kernel(taps - share[..., None])
    start = torch.arange(batch, device=times.device) * fine
    index = (before.long() + start[:, None])[..., None] + taps
    grid = rows.new_zeros(batch * fine, columns)
    spread = weights[..., None] * rows[:, :, None, :]
    grid.index_add_(0, index.reshape(-1), spread.reshape(batch * impulses * WIDTH, columns))
    bins = torch.fft.rfft(grid.view(batch, fine, columns), dim=1)[:, : size // 2 + 1]
    return bins * _deconvolution(size, str(rows.device))[:, None]


def _kernel(offset: torch.Tensor) -> torch.Tensor:
    inside = torch.clamp(1.0 - torch.square(offset * (2.0 / WIDTH)), min=0.0)
    return torch.exp(_BETA * (torch.sqrt(inside) - 1.0))


@functools.cache
def _deconvolution(size: int, device: str) -> torch.Tensor:
    """Return 1 / (transform of the kernel) (size / 2 + 1,), by Gauss-Legendre quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    nodes = nodes * WIDTH / 2.0
    kernel = weights * WIDTH / 2.0 * np.exp(_BETA * (np.sqrt(1.0 - (2 * nodes / WIDTH) ** 2) - 1.0))
    cycles = np.arange(size // 2 + 1) / (OVERSAMPLING * size)
    transform = np.cos(2.0 * math.pi * cycles[:, None] * nodes) @ kernel
    return torch.tensor(1.0 / transform, dtype=torch.float32, device=device)
