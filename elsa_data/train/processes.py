"""The processes of a run under torchrun, and what they tell each other.

Each process computes the losses of its own rows against the embeddings of all; gradients flow back
through the gathering, and their mean over processes is the gradient of one process with the joined
batch. Gradients are averaged once a step, by hand: the cached second pass of a batch in pieces
leaves nothing for an overlapping exchange to hook on to.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from elsa_data.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Processes:
    """Which one this is, of how many, and where it computes."""

    rank: int
    world: int
    device: torch.device

    def gather(self, rows: Tensor) -> tuple[Tensor, int]:
        """Return the rows (n, width) of all processes, and where this one's begin.

        Processes may have different numbers of rows. Gradients flow to each.
        """
        if self.world == 1:
            return rows, 0
        counts = self._counts(len(rows))
        gathered: Any = _Gather.apply(rows, counts, self.rank)
        return gathered, sum(counts[: self.rank])

    def total(self, value: Tensor) -> Tensor:
        """Return the sum over processes; no gradient flows."""
        summed = value.detach().clone()
        if self.world > 1:
            dist.all_reduce(summed)
        return summed

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace each gradient by its mean over processes; a missing one counts as zero."""
        if self.world == 1:
            return
        held = [each for each in parameters if each.requires_grad]
        for each in held:
            if each.grad is None:
                each.grad = torch.zeros_like(each)
        grads = [each.grad for each in held if each.grad is not None]
        flat = torch.cat([grad.flatten() for grad in grads])
        dist.all_reduce(flat)
        flat /= self.world
        for grad, piece in zip(grads, flat.split([g.numel() for g in grads]), strict=True):
            grad.copy_(piece.view_as(grad))

    def agree(self, module: nn.Module) -> None:
        """Give every process the weights of the first."""
        if self.world > 1:
            for each in (*module.parameters(), *module.buffers()):
                dist.broadcast(each.data, 0)

    def join_norms(self, model: nn.Module) -> nn.Module:
        """Return the model with batch norms that see the rows of all processes, where they can.

        Only CUDA has them; elsewhere each process norms its own rows.
        """
        if self.world == 1 or self.device.type != "cuda":
            return model
        return nn.SyncBatchNorm.convert_sync_batchnorm(model)

    def wait(self) -> None:
        """Wait for every process."""
        if self.world > 1:
            dist.barrier()

    def _counts(self, rows: int) -> list[int]:
        own = torch.tensor([rows], device=self.device)
        all_rows = [torch.empty_like(own) for _ in range(self.world)]
        dist.all_gather(all_rows, own)
        return [int(each) for each in all_rows]


class _Gather(torch.autograd.Function):
    """All rows, padded to the most that a process has and cut again; backward sums and slices."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, counts: list[int], rank: int) -> Tensor:
        """Return the rows of all processes, one after the other."""
        ctx.counts, ctx.rank = counts, rank
        padded = rows.new_zeros(max(counts), *rows.shape[1:])
        padded[: len(rows)] = rows
        found = [torch.empty_like(padded) for _ in counts]
        dist.all_gather(found, padded)
        return torch.cat([each[:count] for each, count in zip(found, counts, strict=True)])

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Tensor, None, None]:
        """Return the gradient of this process's rows, from the losses of all."""
        summed = gradients[0].contiguous().clone()
        dist.all_reduce(summed)
        return summed.split(ctx.counts)[ctx.rank], None, None


def join_processes(device: str) -> Processes:
    """Return this process of those that torchrun started, or the only one.

    Raises:
        ConfigError: CUDA is asked for and not there.
    """
    cuda = torch.cuda.is_available()
    if device == "cuda" and not cuda:
        raise ConfigError("--device cuda: torch sees no CUDA device")
    kind = "cuda" if device == "cuda" or (device == "auto" and cuda) else "cpu"
    rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    place = torch.device(kind)
    if kind == "cuda":
        place = torch.device(kind, int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(place)
    if world > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if kind == "cuda" else "gloo")
    return Processes(rank, world, place)


def leave_processes() -> None:
    """End what `join_processes` began."""
    if dist.is_initialized():
        dist.destroy_process_group()
