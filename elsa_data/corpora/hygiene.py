"""Which clips are the same recording under different names.

Splits are disjoint only when they are disjoint by *component*: clips that share a source, the
very samples, or a near-duplicate fingerprint, and whatever these share with others in turn.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def key_of(text: str | None) -> int:
    """Return 64 bits that stand for a source id, a hash or a fingerprint; 0 for None or empty.

    Two different texts share a key once in 2^64 pairs: among a million clips, with a chance of
    3e-8 for any pair of them at all.
    """
    if not text:
        return 0
    value = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
    return value or 1


def keys_of(texts: Iterable[str | None]) -> NDArray[np.uint64]:
    """Return `key_of` each text (n,): one column for `components`."""
    return np.fromiter((key_of(text) for text in texts), dtype=np.uint64)


def components(*keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the component (n,) of each row, numbered from 0 in order of first appearance.

    Each of ``keys`` (n,) is a column; two rows belong together when they agree in any column,
    and so do their others. Key 0 is missing and agrees with nothing.

    Raises:
        ValueError: no columns, or columns of different lengths.
    """
    if not keys or len({len(column) for column in keys}) > 1:
        lengths = [len(column) for column in keys]
        raise ValueError(f"got columns of {lengths} rows; wanted one or more of equal length")
    count = len(keys[0])
    # Loaded where clips are grouped: it takes 18 MB, and a process that only captions groups none.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    links = [_links(column) for column in keys]
    left = np.concatenate([link[0] for link in links])
    right = np.concatenate([link[1] for link in links])
    graph = csr_array((np.ones(len(left), np.bool_), (left, right)), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _links(column: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return row pairs that chain together all rows of one key: n - 1 pairs for n rows."""
    order = np.argsort(column, kind="stable").astype(np.int32)
    ordered = column[order]
    same = (ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)
    return order[:-1][same], order[1:][same]
