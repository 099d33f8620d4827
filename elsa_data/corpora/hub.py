"""Corpora in the forms of the `datasets` library: on disk, or by their name on the Hub.

A row has an ``Audio`` column and a text: ``captions``, ``caption`` or ``text``. Nothing is
decoded and no audio is copied: a clip's URI says where its bytes are already.

    DIR of save_to_disk      dataset_dict.json or state.json, and data-*.arrow: file.arrow#batch/row
    DIR of Parquet           train-00000-of-00004.parquet, ...: file.parquet#row_group/row
    DIR of audio files       metadata.csv or metadata.jsonl or .parquet with file_name: the files
    ORG/NAME                 fetched by the library into its cache of Arrow files

Where a row names a file instead of holding bytes, the URI is that file.

Source: https://huggingface.co/docs/datasets: "Process", save_to_disk; "Create an audio dataset",
AudioFolder; "Structure your repository", file names and splits.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa

from elsa_data.corpora.audio_index import files_under
from elsa_data.corpora.cells import audio_field
from elsa_data.corpora.files import NumberedRow, csv_rows, jsonl_rows, parquet_rows
from elsa_data.corpora.rows import SPLIT_NAMES, Defaults, clip_of, reject
from elsa_data.corpora.uris import row_uri
from elsa_data.errors import ClipError, ManifestError
from elsa_data.records import Clip, Reject

TEXT_COLUMNS: Final = ("captions", "caption", "text")

ID_COLUMNS: Final = ("clip_id", "id", "audiocap_id")
"""What may name a clip; else it is called by its split and number."""

_BATCH_ROWS: Final = 1024

_WORDS: Final = re.compile(r"[a-zA-Z]+")


def read_datasets(name: str) -> Iterator[Clip | Reject]:
    """Return the clips of a folder that `datasets` would load, or of a data set on the Hub.

    Raises:
        ManifestError: neither a folder nor a data set that can be fetched, or no audio or text
            column in it.
    """
    folder = Path(name).expanduser().absolute()
    if not folder.is_dir():
        return _from_hub(name)
    if (folder / "dataset_dict.json").is_file() or (folder / "state.json").is_file():
        return _from_disk(folder)
    if any(files_under(folder, ("metadata.csv", "metadata.jsonl", "metadata.parquet"))):
        return _from_audio_folder(folder)
    if any(files_under(folder, (".parquet",))):
        return _from_parquet(folder)
    wanted = "dataset_dict.json, state.json, metadata.csv|jsonl|parquet or *.parquet"
    raise ManifestError(f"{name}: a folder without {wanted}")


def _from_parquet(folder: Path) -> Iterator[Clip | Reject]:
    for path in files_under(folder, (".parquet",)):
        columns, rows = parquet_rows(str(path))
        _require(columns, path)
        split = _split_in(path.relative_to(folder))
        named = (
            (number, row if isinstance(row, ClipError) else _named(row, path.stem, number - 1))
            for number, row in rows
        )
        yield from _clips(named, str(path), folder, split)


def _from_audio_folder(folder: Path) -> Iterator[Clip | Reject]:
    readers = {".csv": csv_rows, ".jsonl": jsonl_rows, ".parquet": parquet_rows}
    for path in files_under(folder, ("metadata.csv", "metadata.jsonl", "metadata.parquet")):
        columns, rows = readers[path.suffix.lower()](str(path))
        if "file_name" not in columns:
            raise ManifestError(f"{path}: no column 'file_name'; got {columns}")
        _require([*columns, "audio"], path)
        for number, row in rows:
            if not isinstance(row, ClipError):
                file = str(row.get("file_name") or "")
                row = _named({**row, "audio": None}, file, None)
                split = _split_in(Path(path.relative_to(folder).parent, file))
                row = {**row, "path": file, "split": row.get("split") or split}
            yield from _clips(iter([(number, row)]), str(path), path.parent, None, folder.name)


def _from_disk(folder: Path) -> Iterator[Clip | Reject]:
    splits = _listed_splits(folder) or {"": folder}
    for split, sub in splits.items():
        try:
            files = json.loads((sub / "state.json").read_text(encoding="utf-8"))["_data_files"]
            paths = [sub / entry["filename"] for entry in files]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ManifestError(f"{sub}/state.json: cannot be read ({error})") from None
        yield from _from_arrow(paths, split, folder)


def _listed_splits(folder: Path) -> dict[str, Path]:
    listing = folder / "dataset_dict.json"
    if not listing.is_file():
        return {}
    try:
        names = json.loads(listing.read_text(encoding="utf-8"))["splits"]
    except (OSError, ValueError, KeyError) as error:
        raise ManifestError(f"{listing}: cannot be read ({error})") from None
    return {str(name): folder / str(name) for name in names}


def _from_hub(name: str) -> Iterator[Clip | Reject]:
    # The library takes seconds to import and is needed for nothing else here.
    import datasets
    from datasets.exceptions import DatasetsError

    try:
        loaded = datasets.load_dataset(name)
    except (OSError, ValueError, RuntimeError, DatasetsError) as error:
        reason = " ".join(str(error).split())
        message = f"{name}: neither a folder nor a data set that can be fetched ({reason})"
        raise ManifestError(message) from None
    for split, rows in loaded.items():
        paths = [Path(file["filename"]) for file in rows.cache_files]
        yield from _from_arrow(paths, str(split), Path(name))


def _from_arrow(paths: list[Path], split: str, corpus: Path) -> Iterator[Clip | Reject]:
    defaults_split = SPLIT_NAMES.get(split.lower())
    count = 0
    for path in paths:
        try:
            with pa.memory_map(str(path)) as source, pa.ipc.open_stream(source) as stream:
                for index, batch in enumerate(stream):
                    rows = _arrow_rows(batch, path, index, split or "row", count)
                    yield from _clips(rows, str(path), path.parent, defaults_split, corpus.name)
                    count += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise ManifestError(f"{path}: not Arrow that can be read ({error})") from None


def _arrow_rows(
    batch: pa.RecordBatch, path: Path, index: int, split: str, before: int
) -> Iterator[NumberedRow]:
    blob = audio_field(batch.schema)
    names = [name for name in batch.schema.names if name != blob]
    _require([*(n for n in names if n != "audio"), *(["audio"] if blob else [])], path)
    cells = batch.column(batch.schema.get_field_index(blob or ""))
    held = cells.field("bytes").is_valid() if pa.types.is_struct(cells.type) else cells.is_valid()
    for start in range(0, batch.num_rows, _BATCH_ROWS):
        part = batch.select(names).slice(start, _BATCH_ROWS)
        for offset, row in enumerate(part.to_pylist(), start):
            uri = row_uri(str(path), index, offset)
            if not held[offset].as_py():
                uri = cells[offset].as_py().get("path") if cells[offset].is_valid else None
            number = before + offset
            yield number + 1, _named({**row, "audio": uri}, split, number)


def _named(row: Mapping[str, object], name: str, number: int | None) -> dict[str, object]:
    """Return the row with a clip_id and with its text under the manifest's name for it."""
    column = next((c for c in ID_COLUMNS if row.get(c) not in (None, "")), None)
    clip_id = row[column] if column else name if number is None else f"{name}/{number}"
    text = next((row[c] for c in TEXT_COLUMNS if row.get(c)), None)
    return {**row, "clip_id": clip_id, "captions": text, "caption": None}


def _clips(
    rows: Iterator[NumberedRow], where: str, folder: Path, split: str | None, corpus: str = ""
) -> Iterator[Clip | Reject]:
    defaults = Defaults(folder=str(folder), corpus=corpus or folder.name, split=split)
    for number, row in rows:
        if isinstance(row, ClipError):
            yield reject(f"{where}:{number}", row)
            continue
        try:
            yield clip_of(row, defaults)
        except ClipError as error:
            yield reject(f"{where}:{number}", error, row.get("clip_id"))


def _require(columns: list[str], path: Path) -> None:
    if "audio" not in columns:
        raise ManifestError(f"{path}: no audio column; got {columns}")
    if not any(name in columns for name in TEXT_COLUMNS):
        wanted = " or ".join(TEXT_COLUMNS)
        raise ManifestError(f"{path}: no text; got {columns}, wanted a column {wanted}")


def _split_in(path: Path) -> str | None:
    """Return the split named by a folder or a word of the file's name, as the library reads it."""
    words = [*path.parts[:-1], *_WORDS.findall(path.stem)]
    return next((SPLIT_NAMES[w.lower()] for w in words if w.lower() in SPLIT_NAMES), None)
