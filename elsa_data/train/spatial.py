"""The spatial branch: from intensity vectors to what is heard of the place."""

from typing import Final, Literal

import torch
from torch import Tensor, nn

from elsa_data.train.features import intensity, resample, stft
from elsa_data.train.hearing import Features, MelConfig, MelFront
from elsa_data.train.towers import ConvTower, mlp

Spatial = Literal["conv", "conv-content", "elsa", "none"]

RATE_HZ: Final = 16_000
N_FFT, HOP = 400, 100
BLOCKS: Final = 6
CHANNELS: Final = 16
GRID: Final = (3, 25)
"""What six halvings leave of 201 bins and 10 s; other lengths are averaged to it."""

HIDDEN: Final = (150, 470)
"""The paper gives 485,828 parameters and not these widths. With x, y and r as coordinates, and the
last layer of 192, they are the only pair under 900 that gives exactly that number."""

LABELS: Final = 44
WIDTH: Final = 192


class ConvSpatial(nn.Module):
    """A small tower on active and reactive intensity; with ``content`` it hears the log-mel too."""

    def __init__(self, mel: MelConfig, rate_hz: int, *, content: bool, dropout: float) -> None:
        """Build it."""
        super().__init__()
        self.hear = MelFront(mel, rate_hz)
        self.content = content
        self.tower = ConvTower(6 + content, dropout)
        self.width = self.tower.width

    def forward(self, features: Features) -> Tensor:
        """Return (batch, width)."""
        seen = features["intensity"]
        if self.content:
            seen = torch.cat([seen, features["log_mel"]], dim=1)
        return self.tower(seen)


class ElsaSpatial(nn.Module):
    """ELSA's: two towers of six blocks, one for each intensity, then an MLP to 44 and to 192.

    Batch norm sees the rows of all processes on CUDA, and each process's own on CPUs.

    Source: Devnani et al., "Learning Spatially-Aware Language and Audio Embeddings",
    arXiv:2409.11369, 2024, appendix.
    """

    width = WIDTH

    def __init__(self, rate_hz: int, dropout: float) -> None:
        """Build it at the paper's size."""
        super().__init__()
        self.rate_hz = rate_hz
        self.active, self.reactive = _blocks(), _blocks()
        flat = 2 * CHANNELS * GRID[0] * GRID[1]
        self.dropout = nn.Dropout(dropout)
        self.labels = mlp(flat, *HIDDEN, LABELS, act=nn.ELU)
        self.out = nn.Sequential(nn.ELU(), nn.Linear(LABELS, WIDTH))

    @torch.no_grad()
    def hear(self, audio: Tensor) -> Features:
        """Return ``intensity_bins`` (batch, 6, 201, frames) of audio (batch, 4, samples)."""
        spectrum = stft(resample(audio, self.rate_hz, RATE_HZ), N_FFT, HOP)
        return {"intensity_bins": intensity(spectrum, "unit")}

    def forward(self, features: Features) -> Tensor:
        """Return (batch, 192)."""
        seen = features["intensity_bins"]
        where = _coordinates(seen)
        towers = (self.active, seen[:, :3]), (self.reactive, seen[:, 3:])
        flat = torch.cat(
            [
                nn.functional.adaptive_avg_pool2d(tower(torch.cat([half, where], 1)), GRID)
                for tower, half in towers
            ],
            dim=1,
        )
        return self.out(self.labels(self.dropout(flat.flatten(1))))


def spatial_branch(
    kind: Spatial, mel: MelConfig, rate_hz: int, dropout: float
) -> ConvSpatial | ElsaSpatial | None:
    """Return the branch of this name, None for ``none``."""
    if kind == "none":
        return None
    if kind == "elsa":
        return ElsaSpatial(rate_hz, dropout)
    return ConvSpatial(mel, rate_hz, content=kind == "conv-content", dropout=dropout)


def _blocks() -> nn.Sequential:
    layers: list[nn.Module] = []
    for block in range(BLOCKS):
        into = 3 + 3 if block == 0 else CHANNELS
        layers += [
            nn.Conv2d(into, CHANNELS, 3, padding=1),
            nn.BatchNorm2d(CHANNELS),
            nn.MaxPool2d(2),
            nn.ELU(),
        ]
    return nn.Sequential(*layers)


def _coordinates(images: Tensor) -> Tensor:
    """Return x, y in [-1, 1] and r, their distance from the middle (batch, 3, height, width).

    Source: Liu et al., "CoordConv", NeurIPS 2018.
    """
    batch, _, height, width = images.shape
    y = torch.linspace(-1, 1, height, device=images.device)[:, None].expand(height, width)
    x = torch.linspace(-1, 1, width, device=images.device).expand(height, width)
    grid = torch.stack([x, y, (x.square() + y.square()).sqrt()])
    return grid.to(images.dtype).expand(batch, 3, height, width)
