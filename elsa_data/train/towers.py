"""Small parts that branches are made of."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import torch
from torch import Tensor, nn

WIDTHS: Final = (16, 32, 64, 128)


class ConvTower(nn.Module):
    """Strided 3x3 convolutions, then the mean of what an attention picks: (batch, width)."""

    def __init__(self, channels: int, dropout: float, widths: Sequence[int] = WIDTHS) -> None:
        """Halve both axes at each width but the last."""
        super().__init__()
        layers: list[nn.Module] = []
        for at, (into, out) in enumerate(pairwise([channels, *widths])):
            stride = 2 if at < len(widths) - 1 else 1
            # Group norm does not look across the batch: processes and pieces give equal gradients.
            layers += [nn.Conv2d(into, out, 3, stride, 1), nn.GroupNorm(8, out), nn.GELU()]
        self.layers = nn.Sequential(*layers)
        # A bias would move every place alike, which a softmax does not see.
        self.score = nn.Linear(widths[-1], 1, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.width = widths[-1]

    def forward(self, images: Tensor) -> Tensor:
        """Return (batch, width) of images (batch, channels, bands, frames)."""
        places = self.layers(images).flatten(2).transpose(1, 2)
        weights = torch.softmax(self.score(places), dim=1)
        return self.dropout((weights * places).sum(1))


def mlp(*widths: int, act: type[nn.Module] = nn.GELU, dropout: float = 0.0) -> nn.Sequential:
    """Return linear layers of these widths with an activation between them."""
    layers: list[nn.Module] = []
    for into, out in pairwise(widths):
        layers += [nn.Linear(into, out), act(), nn.Dropout(dropout)]
    return nn.Sequential(*layers[:-2])


def count_parameters(module: nn.Module) -> int:
    """Return how many numbers are learnt."""
    return sum(each.numel() for each in module.parameters())
