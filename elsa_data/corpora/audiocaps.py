"""AudioCaps as its authors publish it: three CSV files, and the audio one has found oneself.

The columns are ``audiocap_id,youtube_id,start_time,caption``. ``train.csv`` has one caption a
clip; ``val.csv`` and ``test.csv`` repeat a clip once for each of its five, in no order, so rows
are grouped by (youtube_id, start_time). The audio is ten seconds of a YouTube video, which
nobody may publish again; the files' names depend on the tool that fetched them.

Source: C. D. Kim, B. Kim, H. Lee, G. Kim, "AudioCaps: Generating captions for audios in the
wild", NAACL 2019; https://github.com/cdjkim/audiocaps (dataset/ and dataset2.0/).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from elsa_data.corpora.audio_index import audio_by_stem, pick, require_folder
from elsa_data.corpora.files import csv_rows
from elsa_data.corpora.licences import NOT_REDISTRIBUTABLE
from elsa_data.corpora.rows import Defaults, clip_of, reject
from elsa_data.errors import ClipError, ManifestError
from elsa_data.records import Clip, Reject

CORPUS: Final = "audiocaps"

SPLIT_FILES: Final = {"train": "train.csv", "validation": "val.csv", "test": "test.csv"}

COLUMNS: Final = ("audiocap_id", "youtube_id", "start_time", "caption")

FILE_STEMS: Final = (
    "{youtube_id}_{start_time}",
    "Y{youtube_id}_{start_time}",
    "{youtube_id}",
    "Y{youtube_id}",
    "{audiocap_id}",
)
"""What the tools in use call a clip, the most telling first."""


@dataclass(slots=True)
class _Cited:
    """One clip, gathered from its rows."""

    row: int
    youtube_id: str
    start_time: str
    audiocap_ids: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)


def read_audiocaps(folder: str) -> Iterator[Clip | Reject]:
    """Return the clips of the splits whose CSV lies in ``folder``, one for all its captions.

    Audio may lie anywhere below. A clip without a file, as vanished videos are, is a Reject
    ``missing-file``.

    Raises:
        ManifestError: no such folder, none of the CSV files, or a wrong header.
    """
    root = require_folder(folder)
    present = {split: root / name for split, name in SPLIT_FILES.items() if (root / name).is_file()}
    if not present:
        wanted = ", ".join(SPLIT_FILES.values())
        raise ManifestError(f"{folder}: none of {wanted}; put AudioCaps' CSV files there")
    audio = audio_by_stem(root)
    for split, path in present.items():
        clips: dict[tuple[str, str], _Cited] = {}
        yield from _gather(path, clips)
        for cited in clips.values():
            key = f"{path}:{cited.row}"
            clip_id = f"{cited.youtube_id}_{cited.start_time}"
            try:
                yield _clip(cited, split, root, audio)
            except ClipError as error:
                yield reject(key, error, clip_id)


def _gather(path: Path, clips: dict[tuple[str, str], _Cited]) -> Iterator[Reject]:
    """Fill ``clips`` from one CSV file; the rows that cannot be used come out as rejects."""
    header, rows = csv_rows(str(path))
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise ManifestError(f"{path}: no column {missing}; got {header}, wanted {list(COLUMNS)}")
    for number, row in rows:
        if isinstance(row, ClipError):
            yield reject(f"{path}:{number}", row)
            continue
        youtube_id, start = str(row["youtube_id"]).strip(), str(row["start_time"]).strip()
        if not youtube_id or not start:
            error = ClipError("missing-id", f"youtube_id {youtube_id!r}, start_time {start!r}")
            yield reject(f"{path}:{number}", error)
            continue
        cited = clips.setdefault((youtube_id, start), _Cited(number, youtube_id, start))
        cited.audiocap_ids.append(str(row["audiocap_id"]).strip())
        cited.captions.append(str(row["caption"]))


def _clip(cited: _Cited, split: str, root: Path, audio: dict[str, list[Path]]) -> Clip:
    start = cited.start_time
    fields = {
        "clip_id": f"{cited.youtube_id}_{start}",
        "path": str(_find(cited, split, root, audio)),
        "captions": cited.captions,
        "attribution": f"https://www.youtube.com/watch?v={cited.youtube_id} from {start} s",
        "source_id": f"youtube:{cited.youtube_id}+{start}",
    }
    defaults = Defaults(folder=str(root), corpus=CORPUS, split=split, licence=NOT_REDISTRIBUTABLE)
    return clip_of(fields, defaults)


def _find(cited: _Cited, split: str, root: Path, audio: dict[str, list[Path]]) -> Path:
    stems = [
        stem.format(youtube_id=cited.youtube_id, start_time=cited.start_time, audiocap_id=number)
        for stem in FILE_STEMS
        for number in cited.audiocap_ids
    ]
    for stem in dict.fromkeys(stems):
        if stem in audio:
            return pick(audio[stem], root, Path(SPLIT_FILES[split]).stem)
    tried = ", ".join(dict.fromkeys(stems[:: len(cited.audiocap_ids)]))
    message = f"no audio below {root} is called {tried}; fetch it or drop the row"
    raise ClipError("missing-file", message)
