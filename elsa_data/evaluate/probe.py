"""Small networks on frozen embeddings: what can be read off them, by whoever learns to.

Two layers, as ELSA's heads: the embedding, 64, the answer.

Source: Devnani et al., arXiv:2409.11369, 2024 (a two-layer MLP on frozen audio embeddings).
"""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, cross_entropy

from elsa_data.evaluate.scores import Floats
from elsa_data.seeding import rng_for
from elsa_data.train.towers import mlp

HIDDEN: Final = 64
EPOCHS: Final = 100
BATCH: Final = 128
RATE: Final = 1e-3
DECAY: Final = 0.01
DROPOUT: Final = 0.1

Probe = Callable[[Floats], Floats]
"""From embeddings (rows, width) to answers (rows, size)."""


def fit_directions(vectors: Floats, directions: Floats, *, seed: int = 0) -> Probe:
    """Return what finds unit vectors (rows, 3) in embeddings, learnt from pairs of them."""
    probe = _fit(vectors, directions.astype(np.float32), 3, _turned, seed)

    def find(rows: Floats) -> Floats:
        found = probe(rows)
        return found / np.linalg.norm(found, axis=1, keepdims=True).clip(1e-12)

    return find


def fit_words(vectors: Floats, words: NDArray[np.intp], count: int, *, seed: int = 0) -> Probe:
    """Return what finds the scores (rows, count) of words in embeddings.

    Rare words weigh as much as frequent ones.
    """
    share = np.bincount(words, minlength=count).clip(1) / len(words)
    weight = torch.tensor(1 / share, dtype=torch.float32)

    def loss(found: Tensor, wanted: Tensor) -> Tensor:
        return cross_entropy(found, wanted, weight=weight)

    return _fit(vectors, words, count, loss, seed)


def great_circle_deg(first: Floats, second: Floats) -> Floats:
    """Return the angles (rows,) in degrees between vectors (rows, 3) of any length but zero."""
    first = first / np.linalg.norm(first, axis=-1, keepdims=True)
    second = second / np.linalg.norm(second, axis=-1, keepdims=True)
    apart = np.linalg.norm(first - second, axis=-1)
    return np.degrees(2 * np.arctan2(apart, np.linalg.norm(first + second, axis=-1)))


def _fit(
    vectors: Floats,
    wanted: NDArray,
    size: int,
    loss: Callable[[Tensor, Tensor], Tensor],
    seed: int,
) -> Probe:
    # Scaled by what was learnt from, so that one rate of learning suits every embedding.
    middle, spread = vectors.mean(0), vectors.std() + 1e-12
    inputs = torch.from_numpy(((vectors - middle) / spread).astype(np.float32))
    targets = torch.from_numpy(wanted)
    with torch.random.fork_rng():
        torch.manual_seed(int(rng_for(seed, "probe").integers(2**62)))
        network = mlp(inputs.shape[1], HIDDEN, size, dropout=DROPOUT)
        _learn(network, inputs, targets, loss)

    @torch.no_grad()
    def probe(rows: Floats) -> Floats:
        return network(torch.from_numpy(((rows - middle) / spread).astype(np.float32))).numpy()

    return probe


def _learn(
    network: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    loss: Callable[[Tensor, Tensor], Tensor],
) -> None:
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * math.ceil(len(inputs) / BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(inputs)).split(BATCH):
            optimizer.zero_grad()
            loss(network(inputs[rows]), targets[rows]).backward()
            optimizer.step()
            schedule.step()
    network.eval()


def _turned(found: Tensor, wanted: Tensor) -> Tensor:
    return (1 - cosine_similarity(found, wanted, dim=1)).mean()
