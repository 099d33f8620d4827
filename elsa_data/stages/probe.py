"""Every clip decoded once before anything is paid for it: broken audio is known by now."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from elsa_data.captions.clean import clean_caption
from elsa_data.corpora.probe import probe as probe_audio
from elsa_data.errors import CaptionError, ClipError, ElementError
from elsa_data.records import Clip, Reject, ShardRef, ShardReport
from elsa_data.shards.marks import Mark
from elsa_data.shards.tables import read_rows, write_records
from elsa_data.stages.once import Made, once
from elsa_data.stages.progress import Progress
from elsa_data.stages.read import MANIFEST
from elsa_data.stages.rejects import clip_reject
from elsa_data.stages.settings import Settings

SPLIT = "clips"
CHUNKS = 64
MIN_CHUNK_ROWS, MAX_CHUNK_ROWS = 16, 4096
ROW_GROUP_ROWS = 512


def chunk_rows(rows: int) -> int:
    """Return how many manifest rows a chunk holds: a function of the manifest alone."""
    return max(MIN_CHUNK_ROWS, min(MAX_CHUNK_ROWS, -(-rows // CHUNKS)))


def chunks(rows: int) -> list[ShardRef]:
    """Return the chunks a manifest of this many valid rows is probed in."""
    count = -(-rows // chunk_rows(rows))
    return [ShardRef(split=SPLIT, index=index, count=count) for index in range(count)]


def probe(ref: ShardRef, settings: Settings) -> ShardReport:
    """Return the report of one chunk: its clips measured, or their rejects."""

    def make(scratch: Path, marks: Mapping[str, Mark]) -> Made:
        total = marks["read"].rows
        first = ref.index * chunk_rows(total)
        last = min(total, first + chunk_rows(total))
        directory = settings.directory
        read = read_rows(directory.shard("plan", MANIFEST), directory.fs, Clip, range(first, last))
        kept: list[Clip] = []
        rejects: list[Reject] = []
        with Progress(directory, "probe", ref, len(read)) as progress:
            for clip in read:
                try:
                    kept.append(usable(clip, listen=settings.probe))
                except ElementError as error:
                    rejects.append(clip_reject(clip, "probe", ref, error))
                progress.add(1)
        path = scratch / "clips.parquet"
        write_records(kept, path, Clip, row_group_rows=ROW_GROUP_ROWS)
        files = {directory.shard("plan", ref): path}
        return Made(files=files, rows=len(kept), rejects=rejects)

    return once(settings, "probe", ref, [("read", MANIFEST)], settings.fingerprints()["plan"], make)


def usable(clip: Clip, *, listen: bool) -> Clip:
    """Return the clip with clean captions and, when ``listen``, everything its audio tells.

    Raises:
        ElementError: no caption of it can be used, or its audio cannot.
    """
    captions, refused = [], ""
    for caption in clip.captions:
        try:
            captions.append(clean_caption(caption))
        except CaptionError as error:
            refused = refused or str(error)
            reason = error.reason
    if not captions:
        raise ClipError(reason if refused else "missing-caption", refused or "it has no caption")
    cleaned = replace(clip, captions=tuple(captions))
    return probe_audio(cleaned) if listen else cleaned
