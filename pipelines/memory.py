"""What a process does with memory it is done with: it keeps it for the next array.

By default the C library hands large arrays back to the system, which clears every page of the next
one. A stage goes through arrays of a few megabytes all the time: that would take a tenth of it.
"""

import ctypes

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
