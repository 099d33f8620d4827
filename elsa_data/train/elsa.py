"""ELSA: two branches hear what sounds and where, a third reads the caption; they meet in one space.

Source: Devnani et al., "Learning Spatially-Aware Language and Audio Embeddings", NeurIPS 2024,
arXiv:2409.11369.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from elsa_data.train.hearing import Features, MelConfig
from elsa_data.train.semantic import load_semantic, semantic_assets, semantic_branch
from elsa_data.train.spatial import Spatial, spatial_branch
from elsa_data.train.targets import TARGETS
from elsa_data.train.text import TOKENIZER, Words, load_text, text_assets, text_branch
from elsa_data.train.towers import mlp

FIRST_SCALE: Final = 1 / 0.07
MOST_SCALE: Final = 100.0
"""The learnt inverse temperature starts and stops there, as CLIP's does."""

HEAD: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsaConfig:
    """How an ELSA is built.

    Attributes:
        semantic: ``conv``, a CLAP of the Hub by its name, or ``random`` for one of its size.
        spatial: ``conv`` hears intensity, ``conv-content`` the log-mel too, ``elsa`` is the
            paper's; ``none`` makes a mono CLAP, the baseline.
        text: ``small``, a RoBERTa of the Hub by its name, or ``random`` for one of its size.
        words: tokens to be learnt from the captions.
        text_width: of the small transformer.
        width: of the space where sound and text meet.
        heads: targets that are read from the embedding of the sound.
        mel: what the conv branches hear.
    """

    semantic: str
    spatial: Spatial
    text: str
    words: int
    text_width: int
    width: int
    dropout: float
    heads: tuple[str, ...]
    mel: MelConfig


class Elsa(nn.Module):
    """The model. Audio is (batch, 4, samples); embeddings (batch, width) have length 1."""

    def __init__(
        self, config: ElsaConfig, assets: Mapping[str, str], rate_hz: int, *, published: bool
    ) -> None:
        """Build it from a config and its assets; ``published`` fetches weights from the Hub."""
        super().__init__()
        self.config, self.assets, self.rate_hz = config, dict(assets), rate_hz
        dropout = config.dropout
        self.words = Words(assets[TOKENIZER])
        self.semantic = semantic_branch(config.semantic, assets, config.mel, rate_hz, dropout)
        self.spatial = spatial_branch(config.spatial, config.mel, rate_hz, dropout)
        self.text = text_branch(config.text, assets, self.words.count, config.text_width, dropout)
        heard = self.semantic.width + (self.spatial.width if self.spatial else 0)
        self.fusion = mlp(heard, config.width, config.width)
        self.reading = mlp(self.text.width, config.width, config.width)
        self.heads = nn.ModuleDict(
            {name: mlp(config.width, HEAD, TARGETS[name]) for name in config.heads}
        )
        self.log_scale = nn.Parameter(torch.tensor(math.log(FIRST_SCALE)))
        if published:
            load_semantic(self.semantic, config.semantic)
            load_text(self.text, config.text)

    @staticmethod
    def prepare(config: ElsaConfig, captions: Iterable[str]) -> dict[str, str]:
        """Return the assets that a config needs, made from the captions or fetched."""
        return semantic_assets(config.semantic) | text_assets(config.text, config.words, captions)

    @property
    def scale(self) -> Tensor:
        """The inverse temperature."""
        return self.log_scale.clamp(max=math.log(MOST_SCALE)).exp()

    def hear(self, audio: Tensor) -> Features:
        """Return what needs no weights of audio (batch, 4, samples)."""
        features = self.semantic.hear(audio)
        shared = features.keys() >= {"intensity"}
        if self.spatial is None or (shared and self.config.spatial != "elsa"):
            return features
        return features | self.spatial.hear(audio)

    def read(self, texts: Sequence[str]) -> Features:
        """Return what needs no weights of texts."""
        return {"tokens": self.words(texts)}

    def forward(self, features: Features) -> dict[str, Tensor]:
        """Return ``audio`` and the heads for what was heard, ``text`` for what was read."""
        found: dict[str, Tensor] = {}
        if "tokens" in features:
            found["text"] = normalize(self.reading(self.text(features["tokens"])).float(), dim=-1)
        if len(features) > ("tokens" in features):
            heard = [self.semantic(features)] + ([self.spatial(features)] if self.spatial else [])
            joined = self.fusion(torch.cat(heard, dim=-1)).float()
            found["audio"] = normalize(joined, dim=-1)
            found |= {name: head(joined).float() for name, head in self.heads.items()}
        return found

    @torch.no_grad()
    def embed_audio(self, audio: Tensor) -> Tensor:
        """Return embeddings (batch, width) of audio (batch, 4, samples) at the model's rate."""
        return self(self.hear(audio.to(self.log_scale.device)))["audio"]

    @torch.no_grad()
    def embed_text(self, texts: Sequence[str]) -> Tensor:
        """Return embeddings (batch, width) of texts."""
        return self({"tokens": self.words(texts).to(self.log_scale.device)})["text"]
