"""Late sound at capsules that stand apart: plane waves that reach each one at its own time.

Independent noise per capsule would have no coherence where the field has nearly full one. On a
line of omnidirectional capsules only the projection v of a direction on the line matters, so one
wave stands for all directions of nearly one v. In an isotropic field v is uniform in [-1, 1] and
the sum over waves gives the coherence sin(k d) / (k d).

Source: Cook et al., JASA 27:1072, 1955, DOI 10.1121/1.1908122.
"""

import itertools
import math

import numpy as np
import torch
from numpy.typing import NDArray

from elsa_data import rooms
from elsa_data.acoustics.capsules import Layout
from elsa_data.geometry import rotate_yaw

WAVES = 64
"""Enough that waves 17 cm apart alias above 60 kHz only."""

_SIGNS = np.array(list(itertools.product((1.0, -1.0), repeat=3)))


def projections() -> NDArray[np.floating]:
    """Return the projection of each wave's direction on the line of capsules (64,)."""
    return (np.arange(WAVES) + 0.5) * (2.0 / WAVES) - 1.0


def pattern(layout: Layout, yaw_deg: float) -> NDArray[np.float64]:
    """Return which share of each ray of `rooms.octant_rule` each wave carries (144, 64).

    A ray between two waves is shared so that its projection stays what it is.
    """
    rays, weights = rooms.octant_rule()
    line = np.array(rotate_yaw(layout.offsets_m[0], yaw_deg))
    seen = (rays[:, None] * _SIGNS) @ (line / np.linalg.norm(line))
    place = np.clip((seen + 1.0) * (WAVES / 2.0) - 0.5, 0.0, WAVES - 1.0)
    shares = np.clip(1.0 - np.abs(place[..., None] - np.arange(WAVES)), 0.0, 1.0)
    return weights[:, None] * shares.mean(axis=1)


def heard(sound: torch.Tensor, layout: Layout, samples_per_m: torch.Tensor) -> torch.Tensor:
    """Return what the capsules hear (batch, capsules, samples) of waves (batch, 64, samples).

    Args:
        sound: each wave as it passes the middle of the receiver.
        layout: capsules on a line through the middle.
        samples_per_m: (batch,), sample rate over speed of sound.
    """
    # Twice as long: the largest delay would have to be as long as the sound to come round.
    size = 2 * sound.shape[-1]
    along = [math.copysign(math.hypot(*offset), offset[1]) for offset in layout.offsets_m]
    ahead = torch.tensor(np.outer(along, projections()), device=sound.device)
    cycles = torch.arange(size // 2 + 1, device=sound.device) / size
    bins = torch.fft.rfft(sound, size)
    ears = []
    for wave_m in ahead:
        shift = 2.0 * math.pi * samples_per_m[:, None] * wave_m
        angle = (shift[..., None] * cycles).to(torch.float32)
        turn = torch.complex(torch.cos(angle), torch.sin(angle))
        ears.append((bins * turn).sum(dim=1))
    return torch.fft.irfft(torch.stack(ears, dim=1), size)[..., : sound.shape[-1]]
