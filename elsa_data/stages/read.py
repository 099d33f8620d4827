"""Manifests in, one table of clips out: every later stage counts rows in this order."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from elsa_data.captions.clean import folded
from elsa_data.captions.contacts import without_contacts
from elsa_data.corpora.manifests import read as read_manifest
from elsa_data.errors import ManifestError
from elsa_data.records import Clip, Reject, ShardRef, ShardReport
from elsa_data.seeding import digest
from elsa_data.shards.tables import write_records
from elsa_data.stages.once import Made, once
from elsa_data.stages.settings import Settings

MANIFEST = ShardRef(split="manifest", index=0, count=1)
ROW_GROUP_ROWS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadManifest:
    """What was read: a local table of clips, the rows that could not be used, a digest of both."""

    path: Path
    sha256: str
    clips: int
    rejects: list[Reject]


def read_manifests(
    locations: Sequence[str], path: Path, *, root: str | None = None, limit: int | None = None
) -> ReadManifest:
    """Return the normalised manifest, written row by row to a local Parquet file.

    With ``limit`` reading ends after that many valid rows.

    Raises:
        ManifestError: a location cannot be read at all, or not one row is valid.
    """
    state = hashlib.sha256()
    rejects: list[Reject] = []
    rows = itertools.chain.from_iterable(read_manifest(at, root=root) for at in locations)
    valid = itertools.islice(_valid(rows, state, rejects), limit)
    clips = write_records(valid, path, Clip, row_group_rows=ROW_GROUP_ROWS)
    if clips == 0:
        first = f"; the first: {rejects[0].message}" if rejects else ""
        raise ManifestError(f"{', '.join(locations)}: no valid row among {len(rejects)}{first}")
    return ReadManifest(path=path, sha256=state.hexdigest(), clips=clips, rejects=rejects)


def _valid(
    rows: Iterable[Clip | Reject], state: "hashlib._Hash", rejects: list[Reject]
) -> Iterator[Clip]:
    for row in rows:
        if isinstance(row, Reject):
            state.update(digest("reject", row.key, row.error))
            rejects.append(replace(row, shard=str(MANIFEST)))
        else:
            fields = (row.corpus, row.clip_id, row.uri, row.source_id, row.split or "")
            state.update(digest(*fields, row.licence, *row.captions, "labels", *row.labels))
            # What points to a person comes into no file of the build.
            kept = (without_contacts(folded(caption)) for caption in row.captions)
            yield replace(row, captions=tuple(kept))


def commit_manifest(settings: Settings, manifest: ReadManifest) -> ShardReport:
    """Return the report of the manifest table, committed into the build."""
    target = settings.directory.shard("plan", MANIFEST)

    def make(_scratch: Path, _marks: object) -> Made:
        return Made(
            files={target: manifest.path},
            rows=manifest.clips,
            rejects=manifest.rejects,
            counts={"manifest_rows": manifest.clips + len(manifest.rejects)},
        )

    return once(settings, "read", MANIFEST, [], settings.fingerprints()["plan"], make)
