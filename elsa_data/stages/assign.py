"""Every clip to one split and one shard, decided once over small columns of the whole manifest.

Nothing is shuffled: the columns that decide (ids and hashes) are read into arrays of a few dozen
bytes a row, and each plan shard then reads just its own clips.
"""

# pyright: reportAttributeAccessIssue=false
# pyarrow makes its compute functions when it loads, where no type checker sees them.

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from elsa_data.config import Preset
from elsa_data.conventions import FOA_CHANNELS, SPLITS
from elsa_data.corpora.uris import run_of
from elsa_data.records import Reject, ShardRef, ShardReport
from elsa_data.seeding import rng_for
from elsa_data.shards.commit import withdraw
from elsa_data.shards.directory import EXTENSIONS, Directory, shard_ref
from elsa_data.shards.marks import Mark
from elsa_data.stages.once import Made, once
from elsa_data.stages.settings import Settings
from elsa_data.stages.splits import codes, splits_of

ASSIGNMENT = ShardRef(split="assignment", index=0, count=1)
SHARD_BYTES = 500_000_000
MAX_SHARDS = 5_000
MIN_SHARDS = 16
MIN_CLIPS = 4
FLAC_RATIO = 0.6
"""Bytes of FLAC per byte of 16-bit PCM, as rendered clips have it; sizes shards, nothing else."""

SCATTERED_ROWS = 10_000
"""Up to here single files are scattered over shards one by one; above, in runs that read fast."""

FILE_RUN, MEMBER_RUN = 32, 64
"""Consecutive clips that stay together: single files, and members of one container."""

GROUP_SHARDS = 64
"""Shards in a row group of the assignment: a plan shard reads one group to find its clips."""

PLACES = ("chunk", "row")
COLUMNS = (
    "corpus", "clip_id", "source_id", "audio_sha256", "fingerprint", "split", "uri", "active_s",
)  # fmt: skip


def assign(settings: Settings, chunks: Sequence[ShardRef], excluded: Sequence[str]) -> ShardReport:
    """Return the report of the assignment table: one row a shard, the (chunk, row) of its clips.

    The mark's counts hold the number of shards of each split.
    """

    def make(scratch: Path, _marks: Mapping[str, Mark]) -> Made:
        table, chunk, row = read_columns(settings, chunks)
        split, reasons = splits_of(
            table, seed=settings.seed, shares=settings.preset.splits, excluded=excluded
        )
        counts = {"chunks": len(chunks)}
        path = scratch / "assignment.parquet"
        owned: list[NDArray[np.int64]] = []
        for code, name in enumerate(SPLITS):
            rows = np.flatnonzero(split == code)
            shards = shards_of(table.take(pa.array(rows)), name, settings)
            counts[f"shards:{name}"] = len(shards)
            owned += [np.sort(rows[members]) for members in shards]
        columns = [[whole[own] for own in owned] for whole in (chunk, row)]
        places = pa.table([pa.array(column, pa.list_(pa.int32())) for column in columns], PLACES)
        pq.write_table(places, path, row_group_size=GROUP_SHARDS)
        return Made(
            files={settings.directory.shard("plan", ASSIGNMENT): path},
            rows=table.num_rows - len(reasons),
            rejects=_rejects(table, reasons),
            counts=counts,
        )

    inputs = [("probe", ref) for ref in chunks]
    return once(settings, "assign", ASSIGNMENT, inputs, settings.fingerprints()["plan"], make)


def shard_refs(counts: Mapping[str, int]) -> list[ShardRef]:
    """Return every shard of the build from the counts of the assignment's mark."""
    return [
        ShardRef(split=name, index=index, count=counts[f"shards:{name}"])
        for name in SPLITS
        for index in range(counts[f"shards:{name}"])
    ]


def remove_other_shards(directory: Directory, refs: Sequence[ShardRef]) -> None:
    """Remove what an earlier assignment left: shards that the present one does not have.

    Marks go first, so that no mark ever vouches for a file that is gone.
    """
    wanted = {str(ref) for ref in refs}
    for folder in ("done", "rejects", *EXTENSIONS):
        for path in directory.files(folder):
            name = path.rpartition("/")[2].partition(".")[0]
            ref = shard_ref(name)
            if ref is not None and ref.split in SPLITS and name not in wanted:
                withdraw(directory.path(path))


def read_columns(
    settings: Settings, chunks: Sequence[ShardRef]
) -> tuple[pa.Table, NDArray[np.int32], NDArray[np.int32]]:
    """Return the deciding columns of every probed clip, and where each row is: (chunk, row)."""
    directory = settings.directory
    tables = []
    for ref in chunks:
        with directory.fs.open(directory.shard("plan", ref), "rb") as file:
            tables.append(pq.read_table(file, columns=list(COLUMNS)))
    sizes = [table.num_rows for table in tables]
    chunk = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    row = np.concatenate([np.arange(size, dtype=np.int32) for size in sizes])
    return pa.concat_tables(tables), chunk, row


def shards_of(table: pa.Table, split: str, settings: Settings) -> list[NDArray[np.int64]]:
    """Return the rows of each shard of one split: runs of neighbours in a seeded order.

    The number of shards depends on the clips and the preset alone, never on the workers.
    """
    if not table.num_rows:
        return []
    seconds = pc.sum(pc.fill_null(table["active_s"], settings.preset.clip_length_s)).as_py()
    wanted = shard_count(table.num_rows, seconds, settings.preset)
    run = _runs(table)
    runs = int(run[-1]) + 1
    rank = rng_for(settings.seed, "shards", split).permutation(runs)
    order = np.argsort(rank[run], kind="stable")
    starts = np.flatnonzero(np.diff(rank[run][order], prepend=-1))
    # A run goes where its first row falls when the rows are cut into equal parts.
    part = np.repeat(starts * wanted // table.num_rows, np.diff(starts, append=table.num_rows))
    return [order[part == value] for value in np.unique(part)]


def shard_count(clips: int, seconds: float, preset: Preset) -> int:
    """Return how many shards a split gets: about 500 MB each, 5,000 at most, 16 where it can."""
    second = preset.sample_rate_hz * 2 * FLAC_RATIO
    channels = len(FOA_CHANNELS) * preset.augmentations + preset.mono_originals
    stored = max(seconds, clips * preset.min_clip_s) * second * channels
    few = min(MIN_SHARDS, math.ceil(clips / MIN_CLIPS))
    return max(few, min(MAX_SHARDS, math.ceil(stored / SHARD_BYTES)))


def _runs(table: pa.Table) -> NDArray[np.int64]:
    """Return the run (rows,) each row belongs to, from 0."""
    container = [run_of(uri) or None if "#" in uri else None for uri in table["uri"].to_pylist()]
    code = codes(pa.chunked_array([container], pa.string()))
    changed = np.diff(code, prepend=-1) != 0
    start = np.maximum.accumulate(np.where(changed, np.arange(code.size), 0))
    scattered = table.num_rows <= SCATTERED_ROWS
    length = np.where(code > 0, MEMBER_RUN, 1 if scattered else FILE_RUN)
    return np.cumsum(changed | ((np.arange(code.size) - start) % length == 0)) - 1


def _rejects(table: pa.Table, reasons: Mapping[int, tuple[str, str]]) -> list[Reject]:
    rejects = []
    for row in sorted(reasons):
        corpus, clip_id = table["corpus"][row].as_py(), table["clip_id"][row].as_py()
        error, why = reasons[row]
        rejects.append(
            Reject(
                key=f"{corpus}:{clip_id}",
                stage="assign",
                shard=str(ASSIGNMENT),
                clip_id=clip_id,
                error=error,
                message=f"clip {clip_id!r}: {why}",
            )
        )
    return rejects
