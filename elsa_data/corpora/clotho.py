"""Clotho 2.1 as it unpacks from Zenodo: captions, metadata and one folder of WAV a split.

``clotho_captions_{development,validation,evaluation}.csv`` has ``file_name,caption_1..5`` in
UTF-8. ``clotho_metadata_*.csv`` has ``file_name,keywords,sound_id,sound_link,
start_end_samples,manufacturer,license`` in Latin-1; keywords are separated by ``;``, and a few
sounds that vanished from Freesound have ``Not found`` for an id. Some file names begin with a
space that is part of them. Every sound is Freesound's, and splits share ids.

Source: K. Drossos, S. Lipping, T. Virtanen, "Clotho: an audio captioning dataset", ICASSP 2020;
version 2.1, doi:10.5281/zenodo.4783391.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from elsa_data.corpora.audio_index import audio_by_stem, pick, require_folder
from elsa_data.corpora.files import csv_rows
from elsa_data.corpora.rows import SPLIT_NAMES, Defaults, clip_of, reject
from elsa_data.errors import ClipError, ManifestError
from elsa_data.records import Clip, Reject

CORPUS: Final = "clotho"

SUBSETS: Final = ("development", "validation", "evaluation")

CAPTION_COLUMNS: Final = tuple(f"caption_{k}" for k in range(1, 6))

_CSV_FOLDERS: Final = (".", "clotho_csv_files")


def read_clotho(folder: str) -> Iterator[Clip | Reject]:
    """Return the clips of every subset whose captions lie in ``folder``, five captions each.

    Development becomes train, validation stays, evaluation becomes test. Audio may lie anywhere
    below, in a folder named like its subset where names repeat. Without metadata a clip's source
    and licence are unknown.

    Raises:
        ManifestError: no such folder, none of the CSV files, or a wrong header.
    """
    root = require_folder(folder)
    present = {subset: path for subset in SUBSETS if (path := _csv(root, "captions", subset))}
    if not present:
        wanted = ", ".join(f"clotho_captions_{subset}.csv" for subset in SUBSETS)
        raise ManifestError(f"{folder}: none of {wanted}; unpack Clotho's CSV files there")
    audio = audio_by_stem(root)
    for subset, path in present.items():
        metadata = _metadata(_csv(root, "metadata", subset))
        header, rows = csv_rows(str(path))
        missing = [name for name in ("file_name", *CAPTION_COLUMNS) if name not in header]
        if missing:
            raise ManifestError(f"{path}: no column {missing}; got {header}")
        for number, row in rows:
            key = f"{path}:{number}"
            if isinstance(row, ClipError):
                yield reject(key, row)
                continue
            name = str(row["file_name"])
            try:
                yield _clip(name, row, subset, metadata.get(name, {}), root, audio)
            except ClipError as error:
                yield reject(key, error, f"{subset}/{name}")


def _csv(root: Path, kind: str, subset: str) -> Path | None:
    paths = [root / sub / f"clotho_{kind}_{subset}.csv" for sub in _CSV_FOLDERS]
    return next((path for path in paths if path.is_file()), None)


def _metadata(path: Path | None) -> dict[str, dict[str, str]]:
    """Return the metadata rows by file name; four thousand at most."""
    if path is None:
        return {}
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if "file_name" not in (reader.fieldnames or ()):
        raise ManifestError(f"{path}: no column 'file_name'; got {reader.fieldnames}")
    return {row["file_name"]: row for row in reader if row["file_name"]}


def _clip(
    name: str,
    row: Mapping[str, object],
    subset: str,
    about: Mapping[str, str],
    root: Path,
    audio: dict[str, list[Path]],
) -> Clip:
    if not name.strip():
        raise ClipError("missing-id", "file_name is empty; restore Clotho's own CSV file")
    paths = audio.get(Path(name).stem)
    if paths is None:
        message = f"no audio below {root} is called {name!r}; unpack {subset} there"
        raise ClipError("missing-file", message)
    sound_id = (about.get("sound_id") or "").strip()
    link, by = (about.get("sound_link") or "").strip(), (about.get("manufacturer") or "").strip()
    fields = {
        "clip_id": f"{subset}/{name}",
        "path": str(pick(paths, root, subset)),
        "captions": [row[column] for column in CAPTION_COLUMNS],
        "labels": about.get("keywords") or "",
        "licence": about.get("license") or "",
        "attribution": f"{by} on Freesound, {link}" if by and sound_id.isdigit() else "",
        "source_id": f"freesound:{sound_id}" if sound_id.isdigit() else "",
    }
    return clip_of(fields, Defaults(folder=str(root), corpus=CORPUS, split=SPLIT_NAMES[subset]))
