"""Room impulse responses and what was measured on them: one row a placement.

The measures are flat columns and come first; whoever wants only them never reads the samples.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import fsspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from elsa_data.records import Rir, RirMeasures
from elsa_data.shards.schema import arrow_schema, binary, from_table, to_table
from elsa_data.shards.tables import (
    HEAVY_ROWS,
    in_batches,
    read_matching,
    read_tables,
    readable,
    write_tables,
)

_MEASURES: Final = arrow_schema(RirMeasures)
_SHA256: Final = "rir_sha256"
_OWN: Final = pa.schema(
    [
        (_SHA256, pa.string()),
        ("sample_rate_hz", pa.int64()),
        ("channels", pa.int64()),
        ("samples", pa.binary()),
    ]
)
"""``samples`` are little-endian float32, one channel after the other."""


class RirRow(NamedTuple):
    """One row read back: the impulse response, its measures, and the sha256 of its samples."""

    rir: Rir
    measures: RirMeasures
    sha256: str


def write_rirs(rows: Iterable[tuple[Rir, RirMeasures]], path: Path) -> int:
    """Write impulse responses and their measures to a local file; return how many.

    Raises:
        ValueError: samples that are not (channels, taps) float32, or measures of another RIR.
        BuildError: the disk refuses.
    """
    batches = in_batches(rows, rows=HEAVY_ROWS, size=lambda row: row[0].samples.nbytes)
    schema = pa.schema([*_MEASURES, *_OWN])
    return write_tables(map(_stored, batches), path, schema, as_is=("samples",))


def read_measures(url: str, fs: fsspec.AbstractFileSystem) -> list[tuple[RirMeasures, str]]:
    """Return the measures of every RIR of a file, each with its sha256, without the samples.

    Raises:
        BuildError: the file is missing, damaged, or holds no RIRs.
    """
    found: list[tuple[RirMeasures, str]] = []
    for table in read_tables(url, fs, [*_MEASURES.names, _SHA256]):
        with readable(url):
            found += _measured(table)
    return found


def read_some(url: str, fs: fsspec.AbstractFileSystem, sha256s: Collection[str]) -> list[RirRow]:
    """Return the RIRs of these hashes, reading only the row groups that hold any.

    Raises:
        BuildError: the file is missing, damaged, or holds no RIRs.
    """
    return [row for table in read_matching(url, fs, _SHA256, sha256s) for row in _rows(url, table)]


def read_rirs(url: str, fs: fsspec.AbstractFileSystem) -> Iterator[RirRow]:
    """Yield every RIR of a file with its measures and sha256, holding one row group.

    Raises:
        BuildError: the file is missing, damaged, or holds no RIRs.
    """
    for table in read_tables(url, fs):
        yield from _rows(url, table)


def rir_sha256(rir: Rir) -> str:
    """Return the sha256 of the samples as little-endian float32, one channel after the other."""
    return hashlib.sha256(_flat(rir).data).hexdigest()


def _flat(rir: Rir) -> NDArray[np.float32]:
    """Return the samples as they are stored (channels * taps,)."""
    return np.ascontiguousarray(rir.samples, dtype="<f4").reshape(-1)


def _stored(rows: list[tuple[Rir, RirMeasures]]) -> pa.Table:
    for rir, measures in rows:
        _require_pair(rir, measures)
    table = to_table([measures for _, measures in rows], RirMeasures)
    samples = [_flat(rir) for rir, _ in rows]
    own = {
        _SHA256: pa.array([hashlib.sha256(each.data).hexdigest() for each in samples]),
        "sample_rate_hz": pa.array([rir.sample_rate_hz for rir, _ in rows]),
        "channels": pa.array([rir.samples.shape[0] for rir, _ in rows]),
        "samples": binary(samples),
    }
    for field in _OWN:
        table = table.append_column(field, own[field.name])
    return table


def _require_pair(rir: Rir, measures: RirMeasures) -> None:
    name = (rir.group_id, rir.placement_id)
    if name != (measures.group_id, measures.placement_id):
        raise ValueError(
            f"RIR {name} beside measures of {measures.group_id, measures.placement_id}"
        )
    if rir.samples.ndim != 2 or rir.samples.dtype != np.float32:
        raise ValueError(
            f"RIR {name}: got {rir.samples.dtype} samples of shape {rir.samples.shape}, "
            "wanted float32 (channels, taps)"
        )


def _rows(url: str, table: pa.Table) -> Iterator[RirRow]:
    with readable(url):
        measured = _measured(table)
        own = table.select(_OWN.names)
    for index, (measures, sha256) in enumerate(measured):
        yield RirRow(_rir(own, index, measures), measures, sha256)


def _measured(table: pa.Table) -> list[tuple[RirMeasures, str]]:
    measures = from_table(table, RirMeasures)
    return list(zip(measures, table[_SHA256].to_pylist(), strict=True))


def _rir(own: pa.Table, index: int, measures: RirMeasures) -> Rir:
    flat = np.frombuffer(own["samples"][index].as_buffer(), dtype="<f4")
    channels = own["channels"][index].as_py()
    return Rir(
        group_id=measures.group_id,
        placement_id=measures.placement_id,
        # A copy: what is read may be written to, and does not keep its row group alive.
        samples=flat.reshape(channels, -1).astype(np.float32),
        sample_rate_hz=own["sample_rate_hz"][index].as_py(),
    )
