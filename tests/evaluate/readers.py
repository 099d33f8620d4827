"""A model that embeds texts as it is told: what protocols need of one, without training it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from elsa_data.evaluate.scores import Floats


class Reader:
    """Texts and their embeddings."""

    def __init__(self, known: Mapping[str, Floats]) -> None:
        self._known = known

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        return torch.tensor(np.array([self._known[text] for text in texts]), dtype=torch.float32)


def reader(known: Mapping[str, Floats]) -> Any:
    """Return such a model, of a type that stands in for any other."""
    return Reader(known)
