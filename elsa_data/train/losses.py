"""What a step makes smaller, over the rows of all processes."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, cross_entropy

from elsa_data.train.processes import Processes


def losses_of(
    found: Mapping[str, Tensor],
    targets: Mapping[str, Tensor],
    scale: Tensor | None,
    names: Mapping[str, float],
    processes: Processes,
) -> dict[str, Tensor]:
    """Return the named losses of this process's rows.

    Their mean over processes is the loss of all rows. A target is learnt from the rows that have
    one: spatial rows. Contrastive is there when the model has text, a target when it has a head.
    """
    losses: dict[str, Tensor] = {}
    if "contrastive" in names and "text" in found and scale is not None:
        losses["contrastive"] = contrastive(found["audio"], found["text"], scale, processes)
    # In the order of the weights: processes exchange counts, and must do so in the same order.
    for name in names:
        if name in found and name in targets:
            losses[name] = regression(name, found[name], targets[name], processes)
    return losses


def contrastive(audio: Tensor, text: Tensor, scale: Tensor, processes: Processes) -> Tensor:
    """Return the symmetric cross-entropy of embeddings (n, width) of length 1, both ways.

    Rows of all processes are each other's negatives. Permuted twins need nothing more: the order
    puts them into one batch.

    Source: Radford et al., "Learning Transferable Visual Models", 2021, figure 3.
    """
    every_audio, start = processes.gather(audio)
    every_text, _ = processes.gather(text)
    own = torch.arange(start, start + len(audio), device=audio.device)
    to_text = cross_entropy(scale * audio @ every_text.T, own, reduction="sum")
    to_audio = cross_entropy(scale * text @ every_audio.T, own, reduction="sum")
    return (to_text + to_audio) / 2 * processes.world / len(every_audio)


def regression(name: str, found: Tensor, target: Tensor, processes: Processes) -> Tensor:
    """Return 1 - cosine for a direction, else the squared error, over the values there are.

    Both are (n, components); NaN in a target means that there is none.
    """
    there = target.isfinite()
    if name == "direction":
        there = there.all(dim=1)
        errors = 1 - cosine_similarity(found, target.nan_to_num(), dim=1)
    else:
        errors = (found - target.nan_to_num()).square()
    count = processes.total(there.sum()).clamp_min(1)
    return (errors * there).sum() * processes.world / count
