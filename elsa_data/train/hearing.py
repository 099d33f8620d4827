"""The front of every model: what it computes once from sound, before any weight."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from elsa_data.train.features import (
    Normalize,
    intensity,
    log_mel,
    mel_filters,
    stft,
)

Features = dict[str, Tensor]

DECIBELS = 40.0
"""Log-mels are divided by this, so that networks see numbers near one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MelConfig:
    """A short-time spectrum summed over mel bands."""

    n_fft: int
    hop: int
    mels: int
    low_hz: float
    high_hz: float
    normalize: Normalize


class MelFront(nn.Module):
    """Log-mel of W (batch, 1, mels, frames) and intensity (batch, 6, mels, frames)."""

    mel: Tensor

    def __init__(self, config: MelConfig, sample_rate_hz: int) -> None:
        """Build the filters."""
        super().__init__()
        self.config = config
        filters = mel_filters(
            config.mels, config.n_fft, sample_rate_hz, config.low_hz, config.high_hz
        )
        self.register_buffer("mel", filters, persistent=False)

    @torch.no_grad()
    def forward(self, audio: Tensor) -> Features:
        """Return ``log_mel`` and ``intensity`` of audio (batch, 4, samples)."""
        spectrum = stft(audio, self.config.n_fft, self.config.hop)
        vectors = intensity(spectrum, self.config.normalize, self.mel)
        return {"log_mel": log_mel(spectrum[:, :1], self.mel) / DECIBELS + 1, "intensity": vectors}
