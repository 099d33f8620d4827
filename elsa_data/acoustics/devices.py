"""Where the arithmetic runs."""

import torch

from elsa_data.errors import ConfigError


def resolve(device: str) -> str:
    """Return ``cpu`` or ``cuda`` for ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ConfigError: CUDA was asked for and torch sees no device.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError(
            "--device cuda: torch sees no CUDA device; install a CUDA build of torch, "
            "or use --device cpu"
        )
    return device
