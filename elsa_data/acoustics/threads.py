"""One thread an operation: workers are processes, and bits must not hang on thread counts."""


def pin_threads() -> None:
    """Leave torch one thread in this process."""
    import torch

    torch.set_num_threads(1)
