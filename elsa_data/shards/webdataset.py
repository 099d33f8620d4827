"""Data rows in WebDataset tars: {example_id}.flac, .json and .txt, side by side.

Equal rows give equal bytes: every time and owner in the tar is fixed.
"""

import io
import json
import tarfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import fsspec
import pyarrow as pa

from elsa_data.conventions import CONVENTIONS
from elsa_data.examples import Example
from elsa_data.shards.commit import explained
from elsa_data.shards.schema import arrow_schema, from_table, to_table
from elsa_data.shards.tables import HEAVY_ROWS, in_batches, readable

AUDIO: Final = "audio"
_OWNER: Final = "root"


def write_examples(
    examples: Iterable[Example], path: Path, *, metadata: Mapping[str, str] | None = None
) -> int:
    """Write data rows to a local tar; return how many.

    The .json holds every field but the audio, and beside them ``conventions`` and ``metadata``;
    the .txt holds the caption.

    Raises:
        TypeError: a value is not what its field says.
        ValueError: an example_id is no key: letters, digits, ``-`` and ``_`` only, for a dot or a
            slash would merge or split samples.
        BuildError: the disk refuses.
    """
    told = {"conventions": CONVENTIONS, "metadata": dict(metadata or {})}
    rows = 0
    with explained(path):
        tar = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
    try:
        for batch in in_batches(examples, rows=HEAVY_ROWS, size=lambda item: len(item.audio)):
            plain = to_table(batch, Example).drop_columns([AUDIO]).to_pylist()
            for example, fields in zip(batch, plain, strict=True):
                with explained(path):
                    _add(tar, example, {**fields, **told})
            rows += len(batch)
    finally:
        with explained(path):
            tar.close()
    return rows


def read_examples(url: str, fs: fsspec.AbstractFileSystem) -> Iterator[Example]:
    """Yield the data rows of a tar in order, holding a few dozen.

    Raises:
        BuildError: the file is missing, damaged, or holds no data rows.
    """
    schema = arrow_schema(Example)
    rows = in_batches(_rows(url, fs), rows=HEAVY_ROWS, size=lambda row: len(row[AUDIO]))
    for batch in rows:
        with readable(url):
            examples = from_table(pa.Table.from_pylist(batch, schema), Example)
        yield from examples


def add_member(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """Add a file to a tar, with the time and owner that every member has."""
    member = tarfile.TarInfo(name)
    member.size = len(data)
    member.uname = member.gname = _OWNER
    tar.addfile(member, io.BytesIO(data))


def read_some(url: str, fs: fsspec.AbstractFileSystem, ids: Collection[str]) -> Iterator[Example]:
    """Yield the data rows of these ids, in the order of the tar; other rows' sound is skipped.

    Raises:
        BuildError: the file is missing, damaged, or holds no data rows.
    """
    schema = arrow_schema(Example)
    with readable(url):
        file: Any = fs.open(url, "rb")
        try:
            with file, tarfile.open(fileobj=file, mode="r:") as tar:
                for row in _joined(tar, ids):
                    yield from from_table(pa.Table.from_pylist([row], schema), Example)
        except tarfile.TarError as error:
            raise ValueError(f"{error}") from error


def read_columns(
    url: str, fs: fsspec.AbstractFileSystem, names: Sequence[str]
) -> Iterator[list[dict[str, Any]]]:
    """Yield these fields of each row; a name of a leaf stands for its whole field.

    Raises:
        BuildError: the file is missing, damaged, or holds no data rows.
    """
    wanted = list(dict.fromkeys(name.partition(".")[0] for name in names))
    for rows, _ in read_fields(url, fs, wanted):
        yield rows


def read_fields(
    url: str, fs: fsspec.AbstractFileSystem, names: Sequence[str]
) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """Yield these fields of each row, and the bytes of its members; the sound is skipped.

    Raises:
        BuildError: the file is missing, damaged, or holds no data rows.
    """
    size = 0
    with readable(url):
        file: Any = fs.open(url, "rb")
        try:
            with file, tarfile.open(fileobj=file, mode="r:") as tar:
                for member in tar:
                    size += member.size
                    if (data := tar.extractfile(member)) and member.name.endswith(".json"):
                        row = json.loads(data.read())
                        yield [{name: row[name] for name in names}], size
                        size = 0
                yield [], size
        except (tarfile.TarError, KeyError) as error:
            raise ValueError(f"no data rows: {error}") from error


def _add(tar: tarfile.TarFile, example: Example, fields: Mapping[str, Any]) -> None:
    key = example.example_id
    if not (key.isascii() and key.replace("-", "").replace("_", "").isalnum()):
        raise ValueError(f"example_id {key!r} is no tar key: letters, digits, - and _ only")
    text = json.dumps(fields, ensure_ascii=False, allow_nan=False)
    members = {"flac": example.audio, "json": text.encode(), "txt": example.caption.encode()}
    for ext, data in members.items():
        add_member(tar, f"{key}.{ext}", data)


def _rows(url: str, fs: fsspec.AbstractFileSystem) -> Iterator[dict[str, Any]]:
    with readable(url):
        file: Any = fs.open(url, "rb")
        try:
            with file, tarfile.open(fileobj=file, mode="r|") as tar:
                yield from _joined(tar)
        except tarfile.TarError as error:  # no OSError, unlike all else that a bad file raises
            raise ValueError(f"{error}") from error


def _joined(tar: tarfile.TarFile, keys: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield one row per sample, all or those of some keys: .json and .flac, side by side."""
    audio: tuple[str, bytes] | None = None
    for member in tar:
        key, _, ext = member.name.partition(".")
        if keys is not None and key not in keys:
            continue
        data = tar.extractfile(member)
        if data is None or ext not in ("flac", "json"):
            continue
        if ext == "flac":
            audio = (key, data.read())
            continue
        if audio is None or audio[0] != key:
            raise ValueError(f"{member.name} has no {key}.flac before it")
        yield {**json.loads(data.read()), AUDIO: audio[1]}
        audio = None
