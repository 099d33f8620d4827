"""Which split a clip belongs to: disjoint by connected components of source and sound."""

# pyright: reportAttributeAccessIssue=false
# pyarrow makes its compute functions when it loads, where no type checker sees them.

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from elsa_data.conventions import SPLITS
from elsa_data.corpora.hygiene import components
from elsa_data.seeding import digest

REJECTED = -1
UNDECLARED = -1
LINKS = ("source_id", "audio_sha256", "fingerprint")
"""Two clips that share one of these are the same recording, as far as splits go."""


def splits_of(
    table: pa.Table, *, seed: int, shares: Mapping[str, float], excluded: Sequence[str]
) -> tuple[NDArray[np.int64], dict[int, tuple[str, str]]]:
    """Return the split code (rows,) of every clip, -1 when rejected, and (reason, why) by row.

    A component with a declared clip follows its strictest split (test, then validation, then
    train); a clip declared otherwise leaks and is rejected. Components nobody declared fall by a
    hash of the seed and their first clip, so that a longer manifest moves none of them.
    """
    reasons = _excluded(table, excluded) | _repeated(table)
    kept = np.ones(table.num_rows, dtype=bool)
    kept[list(reasons)] = False
    label = components(*(_linked(table, name, kept) for name in LINKS))
    declared = _declared(table)
    strictest = np.full(int(label.max(initial=-1)) + 1, UNDECLARED)
    np.maximum.at(strictest, label[kept], declared[kept])
    free = np.flatnonzero(strictest == UNDECLARED)
    first = np.unique(label, return_index=True)[1]
    strictest[free] = _drawn(table, first[free], seed, shares)
    split = strictest[label]
    leaks = np.flatnonzero(kept & (declared != UNDECLARED) & (declared != split))
    reasons |= _leaks(table, leaks, label, split, declared)
    split[list(reasons)] = REJECTED
    return split, reasons


def codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return a code (rows,) per distinct string, from 1; 0 where it is missing."""
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy() + 1


def _linked(table: pa.Table, name: str, kept: NDArray[np.bool_]) -> NDArray[np.uint64]:
    return np.where(kept, codes(table[name]), 0).astype(np.uint64)


def _declared(table: pa.Table) -> NDArray[np.int64]:
    order = pa.array(SPLITS)
    return pc.fill_null(pc.index_in(table["split"], order), UNDECLARED).to_numpy().astype(np.int64)


def _excluded(table: pa.Table, excluded: Sequence[str]) -> dict[int, tuple[str, str]]:
    names = pa.array(list(excluded), pa.string())
    hit = pc.or_(pc.is_in(table["clip_id"], names), pc.is_in(table["source_id"], names))
    why = "it is named by the exclude list"
    return {int(row): ("excluded", why) for row in np.flatnonzero(hit.to_numpy())}


def _repeated(table: pa.Table) -> dict[int, tuple[str, str]]:
    corpus, clip = codes(table["corpus"]), codes(table["clip_id"])
    key = corpus * (clip.max(initial=0) + 1) + clip
    first = np.unique(key, return_index=True)[1]
    again = np.ones(table.num_rows, dtype=bool)
    again[first] = False
    why = "an earlier row has this clip_id; give each clip its own, and its captions in one row"
    return {int(row): ("duplicate-id", why) for row in np.flatnonzero(again)}


def _drawn(
    table: pa.Table, rows: NDArray[np.int64], seed: int, shares: Mapping[str, float]
) -> NDArray[np.int64]:
    """Return the split (rows,) of components by their first rows."""
    named = table.select(["corpus", "clip_id"]).take(pa.array(rows))
    keys = zip(named["corpus"].to_pylist(), named["clip_id"].to_pylist(), strict=True)
    uniform = np.array([int.from_bytes(digest("split", seed, *key)) / 2**64 for key in keys])
    edges = np.cumsum([shares.get(name, 0.0) for name in SPLITS])
    drawn = np.searchsorted(edges / edges[-1], uniform, side="right")
    return np.minimum(drawn, len(SPLITS) - 1)


def _leaks(
    table: pa.Table,
    rows: NDArray[np.int64],
    label: NDArray[np.int64],
    split: NDArray[np.int64],
    declared: NDArray[np.int64],
) -> dict[int, tuple[str, str]]:
    if not rows.size:
        return {}
    # One clip of the strict split stands for each component, to be named in the message.
    owners = np.flatnonzero(declared == split)
    owner_of = dict(zip(label[owners].tolist(), owners.tolist(), strict=True))
    found = {}
    for row in rows.tolist():
        owner = owner_of[int(label[row])]
        corpus, clip_id = table["corpus"][owner].as_py(), table["clip_id"][owner].as_py()
        name = SPLITS[int(split[row])]
        why = (
            f"it is the same recording as {corpus}:{clip_id} of the {name} split "
            f"but declared {SPLITS[int(declared[row])]}; declare it {name}, or drop its row"
        )
        found[row] = (f"leak:{corpus}/{name}", why)
    return found
