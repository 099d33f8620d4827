"""The image sources of many shoeboxes at once, cut by time and sorted by arrival.

Image n along one axis of length L stands at n L + s for even n and at n L + (L - s) for odd n; a
ray from it has met the far wall ceil(n / 2) times and the near one floor(n / 2) times, and the
other way round for negative n.

Source: Allen & Berkley, JASA 65:943, 1979, DOI 10.1121/1.382599.
"""

import math
from typing import NamedTuple

import torch


class Boxes(NamedTuple):
    """Rooms with one source and one capsule each, float64; the first axis is the batch.

    Attributes:
        size_m: (batch, 3).
        source_m: (batch, 3).
        capsule_m: (batch, 3).
        wall_log_gain: (batch, 6, 8), ln of the amplitude one hit on a wall leaves, per band.
        air_per_m: (batch, 8), ln of the amplitude a metre of air takes, per band.
        reach_m: (batch,), images farther than this are left out.
        samples_per_m: (batch,), sample rate over speed of sound.
    """

    size_m: torch.Tensor
    source_m: torch.Tensor
    capsule_m: torch.Tensor
    wall_log_gain: torch.Tensor
    air_per_m: torch.Tensor
    reach_m: torch.Tensor
    samples_per_m: torch.Tensor


class Images(NamedTuple):
    """Image sources by distance; rows shorter than the longest end in invalid images.

    Attributes:
        distance_m: float64 (batch, images).
        rays: float64 (batch, images, 3), unit vectors from capsule to image, in the room's frame.
        log_gain: float32 (batch, images, 8), walls and 1 / distance, without the air.
        valid: bool (batch, images).
    """

    distance_m: torch.Tensor
    rays: torch.Tensor
    log_gain: torch.Tensor
    valid: torch.Tensor

    def part(self, start: int, stop: int | None) -> "Images":
        """Return a range of the images by arrival."""
        return Images(*(field[:, start:stop] for field in self))


def image_sources(boxes: Boxes, at_least: int = 1) -> Images:
    """Return the images within reach of every box, at least ``at_least`` columns wide.

    Sorted by distance, ties in lattice order: the order of every later sum is the room's own.
    """
    axes = [_axis(boxes, axis) for axis in range(3)]
    squares = [torch.square(offset) for offset, _ in axes]
    squared = squares[0][:, :, None, None] + squares[1][:, None, :, None]
    squared = (squared + squares[2][:, None, None, :]).flatten(1)
    beyond = squared > torch.square(boxes.reach_m)[:, None]
    squared, order = torch.sort(squared.masked_fill_(beyond, math.inf), dim=1, stable=True)
    longest = int((~beyond).sum(dim=1).max())
    count = min(max(longest, at_least), squared.shape[1])
    squared, order = squared[:, :count], order[:, :count]
    valid = torch.isfinite(squared)
    return _gather(axes, order, valid)


def _axis(boxes: Boxes, axis: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return offsets from the capsule (batch, images), log gains (batch, images, 8) of an axis."""
    length = boxes.size_m[:, axis, None]
    most = int((boxes.reach_m[:, None] / length).max()) + 1
    index = torch.arange(-most, most + 1, device=length.device)
    odd = (index % 2 != 0).to(length.dtype)
    source = boxes.source_m[:, axis, None]
    offset = index * length + source + odd * (length - 2.0 * source)
    near = torch.where(index > 0, index.abs() // 2, (index.abs() + 1) // 2)[:, None]
    far = torch.where(index > 0, (index.abs() + 1) // 2, index.abs() // 2)[:, None]
    walls = boxes.wall_log_gain[:, 2 * axis : 2 * axis + 2, None]
    return offset - boxes.capsule_m[:, axis, None], near * walls[:, 0] + far * walls[:, 1]


def _gather(
    axes: list[tuple[torch.Tensor, torch.Tensor]],
    order: torch.Tensor,
    valid: torch.Tensor,
) -> Images:
    counts = [offset.shape[1] for offset, _ in axes]
    picks = [
        order // (counts[1] * counts[2]),
        order // counts[2] % counts[1],
        order % counts[2],
    ]
    vectors, log_gain = [], 0.0
    for (offset, gains), pick in zip(axes, picks, strict=True):
        vectors.append(torch.gather(offset, 1, pick))
        rows = pick[..., None].expand(-1, -1, gains.shape[2])
        log_gain = log_gain + torch.gather(gains, 1, rows)
    vector = torch.stack(vectors, dim=-1)
    x, y, z = vectors
    distance = torch.sqrt(x * x + y * y + z * z)
    log_gain = (log_gain - torch.log(distance)[..., None]).to(torch.float32)
    return Images(distance, vector / distance[..., None], log_gain, valid)
