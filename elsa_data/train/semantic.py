"""The semantic branch: what sounds, from W alone."""

from collections.abc import Mapping
from typing import Any, Final

import torch
from torch import Tensor, nn

from elsa_data.train.features import log_mel, mel_filters, resample, stft
from elsa_data.train.hearing import Features, MelConfig, MelFront
from elsa_data.train.pretrained import hub_config, hub_weights, transformers_model
from elsa_data.train.towers import ConvTower

CONFIG: Final = "semantic.json"

RATE_HZ: Final = 48_000
N_FFT, HOP, MELS = 1024, 480, 64
LOW_HZ, HIGH_HZ = 50.0, 14_000.0
SAMPLES: Final = 10 * RATE_HZ
"""What CLAP hears; shorter audio is repeated, longer audio cut, always at the same place."""


class ConvSemantic(nn.Module):
    """A small tower on the log-mel of W."""

    def __init__(self, mel: MelConfig, rate_hz: int, dropout: float) -> None:
        """Build it."""
        super().__init__()
        self.hear = MelFront(mel, rate_hz)
        self.tower = ConvTower(1, dropout)
        self.width = self.tower.width

    def forward(self, features: Features) -> Tensor:
        """Return (batch, width)."""
        return self.tower(features["log_mel"])


class ClapSemantic(nn.Module):
    """HTSAT as CLAP has it, from `transformers`."""

    filters: Tensor

    def __init__(self, config: str, rate_hz: int) -> None:
        """Build it as the JSON of its configuration says, with random weights."""
        super().__init__()
        self.rate_hz = rate_hz
        self.audio: Any = transformers_model("ClapAudioModel", "ClapAudioConfig", config)
        self.width = int(self.audio.config.hidden_size)
        filters = mel_filters(MELS, N_FFT, RATE_HZ, LOW_HZ, HIGH_HZ)
        self.register_buffer("filters", filters, persistent=False)

    @torch.no_grad()
    def hear(self, audio: Tensor) -> Features:
        """Return ``clap_mel`` (batch, 1, 1001, 64) in decibels of audio (batch, 4, samples)."""
        w = resample(audio[:, :1], self.rate_hz, RATE_HZ)
        whole = w.repeat(1, 1, max(1, SAMPLES // w.shape[-1]))[..., :SAMPLES]
        padded = nn.functional.pad(whole, (0, SAMPLES - whole.shape[-1]))
        return {"clap_mel": log_mel(stft(padded, N_FFT, HOP), self.filters).transpose(-1, -2)}

    def forward(self, features: Features) -> Tensor:
        """Return (batch, width)."""
        return self.audio(input_features=features["clap_mel"]).pooler_output


def semantic_assets(kind: str) -> dict[str, str]:
    """Return what must be kept beside the weights: the configuration of a CLAP, else nothing."""
    return {} if kind == "conv" else {CONFIG: hub_config(kind, "ClapAudioConfig")}


def semantic_branch(
    kind: str, assets: Mapping[str, str], mel: MelConfig, rate_hz: int, dropout: float
) -> ConvSemantic | ClapSemantic:
    """Return the branch: ``conv``, else a CLAP as its configuration says."""
    if kind == "conv":
        return ConvSemantic(mel, rate_hz, dropout)
    return ClapSemantic(assets[CONFIG], rate_hz)


def load_semantic(branch: ConvSemantic | ClapSemantic, kind: str) -> None:
    """Give a CLAP of the Hub its published weights; leave every other branch as it is."""
    if isinstance(branch, ClapSemantic):
        hub_weights(branch.audio, kind, "ClapAudioModel")
