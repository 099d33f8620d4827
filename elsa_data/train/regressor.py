"""A spatial branch that says numbers: the SELD-style baseline, and how a branch is pre-trained.

Source: Adavanne et al., "Sound event localization and detection of overlapping sources using
convolutional recurrent neural networks", IEEE JSTSP 13, 2019, for the baseline's task.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from elsa_data.errors import ConfigError
from elsa_data.train.hearing import Features, MelConfig
from elsa_data.train.spatial import Spatial, spatial_branch
from elsa_data.train.targets import TARGETS
from elsa_data.train.towers import mlp


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressorConfig:
    """How a regressor is built: a spatial branch, and the targets it says."""

    spatial: Spatial
    dropout: float
    heads: tuple[str, ...]
    mel: MelConfig


class Regressor(nn.Module):
    """The model. Its embedding is the output of the branch."""

    def __init__(
        self, config: RegressorConfig, assets: Mapping[str, str], rate_hz: int, *, published: bool
    ) -> None:
        """Build it; there are no assets and nothing is published."""
        super().__init__()
        branch = spatial_branch(config.spatial, config.mel, rate_hz, config.dropout)
        if branch is None:
            raise ConfigError("a regressor needs a spatial branch: set model.spatial")
        self.config, self.assets, self.rate_hz, self.spatial = config, {}, rate_hz, branch
        self.heads = nn.ModuleDict(
            {name: mlp(branch.width, 64, TARGETS[name]) for name in config.heads}
        )

    @staticmethod
    def prepare(config: RegressorConfig, captions: Iterable[str]) -> dict[str, str]:
        """Return no assets."""
        return {}

    def hear(self, audio: Tensor) -> Features:
        """Return what needs no weights of audio (batch, 4, samples)."""
        return self.spatial.hear(audio)

    def read(self, texts: Sequence[str]) -> Features:
        """Return nothing: it reads no texts."""
        return {}

    def forward(self, features: Features) -> dict[str, Tensor]:
        """Return ``audio`` and the heads."""
        heard = self.spatial(features)
        return {"audio": heard.float()} | {n: head(heard).float() for n, head in self.heads.items()}

    @torch.no_grad()
    def embed_audio(self, audio: Tensor) -> Tensor:
        """Return embeddings (batch, width) of audio (batch, 4, samples) at the model's rate."""
        return self(self.hear(audio.to(next(self.parameters()).device)))["audio"]

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        """Refuse: a regressor has no text.

        Raises:
            ConfigError: always.
        """
        raise ConfigError("this run has no text branch: it can be asked for numbers only")
