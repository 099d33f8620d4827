"""Direction without a network: what any trained one must be held against."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor

from elsa_data.evaluate.embed import Heard
from elsa_data.evaluate.sets import Sound
from elsa_data.train.features import power, stft

FRAME_S: Final = 0.016
BAND_HZ: Final = (200.0, 4000.0)
RISE: Final = 2.0
"""A bin whose energy rose so often in two hops is an onset: its sound has met no wall yet."""

COHERENT: Final = 0.8
"""Length of the intensity over the energy from which a bin is one plane wave, or nearly."""

LOUDNESS: Final = 0.3


def intensity_ear(sounds: Sequence[Sound]) -> Heard:
    """Return ``direction`` (rows, 3) of the energy that arrives; zero where nothing is heard."""
    return {"direction": np.stack([arrival(torch.from_numpy(a), hz) for a, hz, _ in sounds])}


def arrival(audio: Tensor, rate_hz: int) -> np.ndarray:
    """Return the unit vector (3,) as x, y, z that AmbiX audio (4, samples) comes from.

    The active intensity, its loudness compressed, is summed over the bins that rise and where the
    field is nearly a plane wave; over all bins if there are none.

    Source: Pulkki, "Spatial sound reproduction with directional audio coding", JAES 55:503, 2007.
    """
    n_fft = round(FRAME_S * rate_hz)
    spectrum = stft(audio[None].double(), n_fft, n_fft // 2)
    low, high = (round(edge * n_fft / rate_hz) for edge in BAND_HZ)
    spectrum = spectrum[:, :, low : high + 1]
    vectors = torch.real(spectrum[0, :1].conj() * spectrum[0, [3, 1, 2]])
    energy = power(spectrum[0]).sum(0) / 2
    strength = vectors.norm(dim=0)
    before = torch.nn.functional.pad(energy[:, :-2], (2, 0))
    onset = (energy > RISE * before) & (strength > COHERENT * energy)
    heard = energy > 1e-6 * energy.max()
    kept = heard & onset if bool((heard & onset).any()) else heard
    total = (vectors[:, kept] * strength[kept].clamp_min(1e-30) ** (LOUDNESS - 1)).sum(1)
    return (total / total.norm().clamp_min(1e-30)).float().numpy()
