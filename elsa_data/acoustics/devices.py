"""Where the arithmetic runs: which device, whose, and how much of it at once.

torch is loaded by what needs it: on the CPU nothing is to be asked of it before sound is computed.
"""

import functools
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from elsa_data.errors import BuildError, ConfigError

CPU_THREADS, CUDA_THREADS = 2, 8
"""Most threads beside a worker."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def resolve(device: str, workers: int = 1) -> str:
    """Return ``cpu`` or ``cuda`` for ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ConfigError: CUDA was asked for and torch sees no device, or fewer than there are workers.
    """
    if device == "cpu":
        return "cpu"
    import torch

    if not torch.cuda.is_available():
        if device == "auto":
            return "cpu"
        raise ConfigError(
            "--device cuda: torch sees no CUDA device; install a CUDA build of torch, "
            "or use --device cpu"
        )
    gpus = torch.cuda.device_count()
    if workers > gpus:
        raise ConfigError(
            f"--workers {workers} and {gpus} CUDA devices: each worker takes one for itself and "
            f"encodes in threads; use --workers {gpus}, or --device cpu"
        )
    return "cuda"


def threads_beside(device: str, workers: int) -> int:
    """Return how many threads decode and encode beside the convolution of each worker.

    A GPU convolves for many. Where every core has a worker of its own, threads would only push one
    another out of its cache.
    """
    if device == "cuda":
        return CUDA_THREADS
    return max(0, min(CPU_THREADS, (os.cpu_count() or 1) // workers - 1))


def claim(device: str) -> None:
    """Give this process a GPU of its own until it ends; the CPU is everybody's.

    Raises:
        BuildError: other workers of this machine have them all.
    """
    if device == "cuda":
        import torch

        torch.cuda.set_device(slot(torch.cuda.device_count(), tempfile.gettempdir()))


@functools.cache
def slot(slots: int, folder: str) -> int:
    """Return the number of a slot under ``slots`` that no other process has while this one lives.

    Raises:
        BuildError: all are taken.
    """
    for number in range(slots):
        lock = FileLock(Path(folder) / f"elsa-data-gpu-{number}.lock", is_singleton=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        _HELD.append(lock)
        return number
    raise BuildError(
        f"each of the {slots} CUDA devices of this machine has a worker already: use fewer "
        "--workers, or wait for the other build"
    )


_HELD: list[FileLock] = []
"""A lock that nobody refers to is given back."""


def by_key(
    items: Sequence[Item],
    key: Callable[[Item], Hashable],
    function: Callable[[Sequence[Item]], Iterable[Result]],
    most: int,
) -> list[Result]:
    """Return ``function`` of all items, in order, at most ``most`` of one key at a time.

    Raises:
        torch.OutOfMemoryError: as `in_halves`.
    """
    alike: defaultdict[Hashable, list[int]] = defaultdict(list)
    for index, item in enumerate(items):
        alike[key(item)].append(index)
    done: dict[int, Result] = {}
    for indices in alike.values():
        results = in_halves(function, [items[index] for index in indices], most)
        done |= zip(indices, results, strict=True)
    return [done[index] for index in range(len(items))]


def in_halves(
    function: Callable[[Sequence[Item]], Iterable[Result]], items: Sequence[Item], most: int
) -> Iterator[Result]:
    """Yield ``function`` of the items in order, ``most`` at a time, fewer where memory runs out.

    Raises:
        torch.OutOfMemoryError: one alone is too much.
    """
    import torch

    start = 0
    while start < len(items):
        try:
            done = function(items[start : start + most])
        except torch.OutOfMemoryError:
            if most == 1:
                raise
            torch.cuda.empty_cache()
            most = max(1, min(most, len(items) - start) // 2)
            continue
        yield from done
        start += most
