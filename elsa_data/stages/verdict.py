"""What only a whole build can be judged by: its accounts, its splits, its directory, its sound."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from elsa_data.acoustics.direction import Agreement, agreement
from elsa_data.conventions import SPLITS
from elsa_data.records import ShardRef
from elsa_data.shards.directory import Directory, data_files
from elsa_data.shards.marks import read_mark
from elsa_data.stages.assign import ASSIGNMENT
from elsa_data.stages.audit import audit_url
from elsa_data.stages.once import required_mark
from elsa_data.stages.probe import chunks
from elsa_data.stages.read import MANIFEST
from elsa_data.stages.settings import Settings

MIN_DIRECTIONS = 20
"""Fewer rows cannot tell one convention from another."""

MIN_CORRELATION = 0.9
MAX_MEDIAN_ERROR_DEG = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a build is worth: nothing found, or the findings; how much was proven how."""

    findings: list[str]
    rows: int
    proofs: dict[str, int]
    direction: Agreement | None


def verdict(settings: Settings, refs: Sequence[ShardRef]) -> Verdict:
    """Return the verdict on a build from the audits of these shards, which are removed.

    With fewer than all shards, what needs all of them is left out.
    """
    directory = settings.directory
    audits = [_take(directory, ref) for ref in refs]
    findings = [finding for audit in audits for finding in audit["findings"]]
    whole = len(refs) == sum(_shard_counts(settings).values())
    if whole:
        findings += _accounts(settings, refs)
        findings += _left_over(directory, refs)
    findings += _strangers(directory)
    findings += _repeated(audits)
    findings += _shared(audits, refs, "links", "a recording")
    findings += _shared(audits, refs, "places", "a room")
    direction = _direction(audits)
    findings += _direction_findings(direction)
    proofs: Counter[str] = Counter()
    for audit in audits:
        proofs.update(audit["proofs"])
    rows = sum(len(audit["example_ids"]) for audit in audits)
    return Verdict(findings=findings, rows=rows, proofs=dict(proofs), direction=direction)


def _take(directory: Directory, ref: ShardRef) -> dict:
    url = audit_url(directory, ref)
    audit = json.loads(directory.fs.cat_file(url))
    directory.fs.rm_file(url)
    return audit


def _shard_counts(settings: Settings) -> dict[str, int]:
    counts = required_mark(settings, "assign", ASSIGNMENT).counts
    return {split: counts[f"shards:{split}"] for split in SPLITS}


def _accounts(settings: Settings, refs: Sequence[ShardRef]) -> Iterator[str]:
    """Manifest rows = clips planned + clip rejects."""
    read = required_mark(settings, "read", MANIFEST)
    parts = [required_mark(settings, "probe", ref) for ref in chunks(read.rows)]
    plans = [mark for ref in refs if (mark := read_mark(settings.directory, "plan", ref))]
    rows = read.counts["manifest_rows"]
    lost = read.rejects + required_mark(settings, "assign", ASSIGNMENT).rejects
    lost += sum(mark.rejects for mark in (*parts, *plans))
    planned = sum(mark.counts.get("clips", 0) for mark in plans)
    if rows != planned + lost:
        yield f"{rows} manifest rows, but {planned} clips planned + {lost} rejects"


def _strangers(directory: Directory) -> Iterator[str]:
    for path in directory.unexpected():
        yield f"{path} does not belong in a build: move it away"


def _left_over(directory: Directory, refs: Sequence[ShardRef]) -> Iterator[str]:
    wanted = {str(ref) for ref in refs}
    for split, urls in data_files(directory).items():
        for url in urls:
            name = url.rpartition("/")[2]
            if name.partition(".")[0] not in wanted:
                yield f"data/{name} is no shard of this build's {split} split: remove it"


def _repeated(audits: Sequence[dict]) -> Iterator[str]:
    ids = Counter(name for audit in audits for name in audit["example_ids"])
    small = Counter(name for audit in audits for name in audit["small"])
    for name, times in ids.items():
        if times > 1:
            yield f"example {name} is there {times} times"
    for name, times in small.items():
        if times > 1:
            yield f"clip {name} has {times} rows marked small, wanted one"


def _shared(audits: Sequence[dict], refs: Sequence[ShardRef], key: str, what: str) -> Iterator[str]:
    owner: dict[str, str] = {}
    for audit, ref in zip(audits, refs, strict=True):
        for name in audit[key]:
            other = owner.setdefault(name, ref.split)
            if other != ref.split:
                yield f"{what} of {ref} is also in the {other} split"
                break


def _direction(audits: Sequence[dict]) -> Agreement | None:
    pairs = [pair for audit in audits for pair in audit["directions"]]
    if len(pairs) < MIN_DIRECTIONS:
        return None
    vectors = np.array(pairs)
    return agreement(estimated=vectors[:, 1], labelled=vectors[:, 0])


def _direction_findings(direction: Agreement | None) -> Iterator[str]:
    if direction is None:
        return
    if direction.better is not None:
        yield (
            f"over {direction.rows} rows the audio fits the axes {direction.better} better than "
            "the declared +x+y+z: channels are swapped or flipped"
        )
    if direction.correlation < MIN_CORRELATION:
        yield f"azimuth correlates {direction.correlation:.2f} with the audio, wanted >= 0.9"
    if direction.median_error_deg > MAX_MEDIAN_ERROR_DEG:
        yield f"the median error of direction is {direction.median_error_deg:.1f} deg, wanted <= 15"
