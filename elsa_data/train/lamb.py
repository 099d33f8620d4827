"""LAMB: Adam whose step in each tensor is as long as the tensor's own length allows."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor


class Lamb(torch.optim.Optimizer):
    """The optimiser ELSA's spatial branch was pre-trained with.

    Source: You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
    ICLR 2020, arXiv:1904.00962, algorithm 2, with the identity for its scaling function.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ) -> None:
        """Take parameters or groups of them, as every optimiser of torch does."""
        super().__init__(
            params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # pyright: ignore
        """Move every parameter that has a gradient."""
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            for each in group["params"]:
                if each.grad is not None:
                    _move(each, self.state[each], group)
        return loss


def _move(weight: Tensor, state: dict[str, Any], group: dict[str, Any]) -> None:
    first, second = group["betas"]
    if not state:
        state |= {"step": 0, "mean": torch.zeros_like(weight), "square": torch.zeros_like(weight)}
    state["step"] += 1
    state["mean"].lerp_(weight.grad, 1 - first)  # pyright: ignore
    state["square"].lerp_(weight.grad.square(), 1 - second)  # pyright: ignore
    mean = state["mean"] / (1 - first ** state["step"])
    square = state["square"] / (1 - second ** state["step"])
    move = mean / (square.sqrt() + group["eps"]) + group["weight_decay"] * weight
    own, length = weight.norm(), move.norm()
    trust = torch.where((own > 0) & (length > 0), own / length, 1.0)
    weight -= group["lr"] * trust * move
