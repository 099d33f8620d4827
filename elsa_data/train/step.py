"""One step: the gradient of a batch, whole or in pieces, in one process or many."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from elsa_data.seeding import rng_for
from elsa_data.train.losses import losses_of
from elsa_data.train.processes import Processes
from elsa_data.train.reader import Batch
from elsa_data.train.registry import Model
from elsa_data.train.sound import sound_of

Piece = dict[str, Tensor]


def batch_gradient(
    model: Model,
    batch: Batch,
    weights: Mapping[str, float],
    processes: Processes,
    *,
    pieces: int = 1,
    seed: int = 0,
) -> dict[str, float]:
    """Return the losses of a batch, and leave their gradient in the model.

    In pieces, every embedding is computed twice: once without a graph for the loss of the whole
    batch, then piece by piece for the gradient, under the same dropout. Memory is that of a piece
    and negatives are those of the batch.

    Source: Gao et al., "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup",
    2021, arXiv:2101.06983.
    """
    inputs = _inputs(model, batch, processes.device)
    targets = {name: value.to(processes.device) for name, value in batch.targets.items()}
    seeds = [_seed(seed, batch.end, processes.rank, piece) for piece in range(pieces)]
    cut = _cut(inputs, pieces)
    if len(cut) == 1:
        return _backward(model, _run(model, cut[0], seeds[0]), targets, weights, processes)
    with torch.no_grad():
        parts = [_run(model, piece, seed) for piece, seed in zip(cut, seeds, strict=False)]
    held = {n: torch.cat([part[n] for part in parts]).requires_grad_() for n in parts[0]}
    losses = _backward(model, held, targets, weights, processes)
    sizes = [len(next(iter(part.values()))) for part in parts]
    for at, piece in enumerate(cut):
        found = _run(model, piece, seeds[at])
        wanted = [name for name in found if held[name].grad is not None]
        grads = [_grad(held[name]).split(sizes)[at] for name in wanted]
        torch.autograd.backward([found[name] for name in wanted], grads)
    return losses


@torch.no_grad()
def batch_losses(
    model: Model, batch: Batch, weights: Mapping[str, float], processes: Processes
) -> dict[str, float]:
    """Return the losses of a batch, without gradient or dropout."""
    model.eval()
    found = _run(model, _inputs(model, batch, processes.device), None)
    targets = {name: value.to(processes.device) for name, value in batch.targets.items()}
    losses = losses_of(found, targets, _scale(model), weights, processes)
    model.train()
    return _shared(losses, processes)


def _inputs(model: Model, batch: Batch, device: torch.device) -> Piece:
    """Return features of sound and text; those of sound are computed on the model's device."""
    inputs = {name: value.to(device, non_blocking=True) for name, value in batch.inputs.items()}
    if "audio" in inputs:
        inputs = model.hear(sound_of(inputs["audio"]))
    return inputs | {name: value.to(device) for name, value in model.read(batch.texts).items()}


def _run(model: nn.Module, piece: Piece, seed: int | None) -> Piece:
    if seed is not None:
        torch.manual_seed(seed)
    device = next(iter(piece.values())).device.type
    with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
        return model(piece)


def _backward(
    model: Model,
    found: Piece,
    targets: Piece,
    weights: Mapping[str, float],
    processes: Processes,
) -> dict[str, float]:
    losses = losses_of(found, targets, _scale(model), weights, processes)
    torch.stack([weights[name] * loss for name, loss in losses.items()]).sum().backward()
    return _shared(losses, processes)


def _shared(losses: Mapping[str, Tensor], processes: Processes) -> dict[str, float]:
    mean = processes.total(torch.stack(list(losses.values()))) / processes.world
    return dict(zip(losses, mean.tolist(), strict=True))


def _scale(model: Model) -> Tensor | None:
    return getattr(model, "scale", None)


def _grad(leaf: Tensor) -> Tensor:
    return torch.zeros_like(leaf) if leaf.grad is None else leaf.grad


def _cut(inputs: Piece, pieces: int) -> Sequence[Piece]:
    # As many pieces in each process, however many rows it has: joined batch norms wait for all.
    cut = {name: value.tensor_split(pieces) for name, value in inputs.items()}
    parts = [dict(zip(cut, each, strict=True)) for each in zip(*cut.values(), strict=True)]
    return [part for part in parts if len(next(iter(part.values())))]


def _seed(seed: int, position: int, rank: int, piece: int) -> int:
    """Return what dropout is drawn from: a resumed step draws what the first one drew."""
    return int(rng_for(seed, "step", position, rank, piece).integers(2**62))
