"""What a process does with memory: what it is done with it keeps, what it never needs stays out.

By default the C library hands large arrays back to the system, which clears every page of the next
one. A stage goes through arrays of a few megabytes all the time: that would take a tenth of it.
"""

import ctypes
import importlib.abc
import sys

import pyarrow as pa

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters of glibc's mallopt, from its malloc.h."""

KEPT_BYTES = 1 << 28
"""At most this much is kept free."""

LARGEST_BYTES = 1 << 25
"""Larger arrays are mapped and unmapped one by one; glibc allows no higher limit."""


def keep_memory() -> None:
    """Have this process reuse memory; for its start, before it has threads. Only glibc can."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, LARGEST_BYTES)
        mallopt(_TRIM_THRESHOLD, KEPT_BYTES)
        # One pool for all threads: the stages run in those of Beam.
        mallopt(_ARENA_MAX, 1)
        # Arrow's own pool hands back what has lain idle for 10 ms.
        pa.set_memory_pool(pa.system_memory_pool())


def without_pandas() -> None:
    """Keep pandas out of this process; for its start, before it loads Beam.

    Beam and Arrow load it wherever it is installed, 31 MB, for tables that no stage has. A process
    that reads a corpus from the Hub does need it: what loads the data sets there is built on it.
    """
    sys.meta_path.insert(0, _Missing())


class _Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("No module named 'pandas' in this process", name=fullname)
