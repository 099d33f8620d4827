"""A data set in the layout of others: shard by shard, each file whole, resumed where it ended."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from elsa_data.errors import BuildError, ConfigError
from elsa_data.examples import Example
from elsa_data.records import ShardRef
from elsa_data.shards import export_clap, export_dcase
from elsa_data.shards.commit import commit, explained, scratch, sweep, write_json
from elsa_data.shards.data import read_data, read_fields
from elsa_data.shards.directory import Directory, data_files, shard_ref
from elsa_data.shards.export_wav import wav_files
from elsa_data.shards.marks import fingerprint, read_mark

STATE: Final = "export.json"
"""Says of what set an export is, and which shards are done: rows of each."""

_ID: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """From where, to where, and the classes of the sources where the layout numbers them."""

    source: Directory
    target: Directory
    classes: Mapping[str, int]


Layout = Callable[[Export, ShardRef], int]


def export(source: Directory, target: Path, layout: str, say: Callable[[str], None]) -> int:
    """Return how many rows an export holds, once it holds every shard of a build or a set.

    Raises:
        ConfigError: the folder holds something else.
        BuildError: the set is not whole, or the disk refuses.
    """
    urls = shard_urls(source)
    job = Export(
        source=source,
        target=Directory(str(target)),
        classes=class_indices(source, urls) if layout == "dcase" else {},
    )
    done = _opened(job.target, {"layout": layout, "of": _identity(source, urls)})
    for number, ref in enumerate(urls, 1):
        if str(ref) not in done["shards"]:
            done["shards"][str(ref)] = LAYOUTS[layout](job, ref)
            write_json(job.target, job.target.path(STATE), done)
        say(f"{number} of {len(urls)} shards: {ref}, {done['shards'][str(ref)]} rows")
    pages: dict[str, bytes] = {}
    if layout == "laion-clap":
        pages = export_clap.sizes((ref, done["shards"][str(ref)]) for ref in urls)
    if layout == "dcase":
        pages = {"classes.csv": export_dcase.class_list(job.classes)}
    _put(job.target, pages)
    sweep(job.target)
    return sum(done["shards"].values())


def shard_urls(source: Directory) -> dict[ShardRef, str]:
    """Return the URL of every shard of a set, in order.

    Raises:
        BuildError: there is none, or one of a split is missing.
    """
    urls: dict[ShardRef, str] = {}
    for split, files in data_files(source).items():
        for url in files:
            ref = shard_ref(url.rpartition("/")[2].partition(".")[0])
            if ref is not None:
                urls[ref] = url
        own = [ref for ref in urls if ref.split == split]
        gone = {ref.index for ref in own} ^ set(range(own[0].count))
        if gone or len({ref.count for ref in own}) > 1:
            raise BuildError(
                f"{source.url}/data does not hold each of the {own[0].count} shards of {split} "
                f"once (see number {min(gone, default=0)}): finish the build or the download first"
            )
    if not urls:
        raise BuildError(f"{source.url} holds no data/*.parquet or .tar: nothing to export")
    return urls


def class_indices(source: Directory, urls: Mapping[ShardRef, str]) -> dict[str, int]:
    """Return the index of each class of the spatial rows, by name in alphabetical order."""
    found: set[str] = set()
    for url in urls.values():
        for rows, _ in read_fields(source, url, ("spatial", "parts")):
            for row in rows:
                if row["spatial"]:
                    found.update(export_dcase.class_of(part["labels"]) for part in row["parts"])
    return {name: index for index, name in enumerate(sorted(found))}


def _wav(job: Export, ref: ShardRef) -> int:
    rows = 0
    for example in _rows(job, ref):
        _put(job.target, wav_files(ref, example))
        rows += 1
    return rows


def _clap(job: Export, ref: ShardRef) -> int:
    with scratch(job.target, ref) as folder:
        path = folder / "shard.tar"
        with explained(path):
            rows = export_clap.write_tar(_rows(job, ref), path)
        commit(path, job.target.path(*export_clap.tar_path(ref).split("/")))
    return rows


def _dcase(job: Export, ref: ShardRef) -> int:
    listed = []
    for example, mix in _numbered(_rows(job, ref)):
        files, line = export_dcase.recorded(ref, example, mix, job.classes)
        _put(job.target, files)
        listed.append(line)
    _put(job.target, {f"recordings/{ref}.csv": export_dcase.recordings(listed)})
    return len(listed)


LAYOUTS: Final[Mapping[str, Layout]] = {"dcase": _dcase, "laion-clap": _clap, "wav": _wav}


def _rows(job: Export, ref: ShardRef) -> Iterator[Example]:
    """Yield the rows of a shard, whose ids become file names."""
    for example in read_data(job.source, ref):
        for name in (example.example_id, example.group_id):
            if not _ID.fullmatch(name):
                raise BuildError(
                    f"{ref} of {job.source.url}: {name!r} is no id (16 hex digits), so that no "
                    "file is named after it: the set was not written by this program"
                )
        yield example


def _numbered(examples: Iterator[Example]) -> Iterator[tuple[Example, int]]:
    """Yield each spatial row with its number, from 1, among those of its room."""
    group, number = "", 0
    for example in examples:
        if example.spatial:
            number = number + 1 if example.group_id == group else 1
            group = example.group_id
            yield example, number


def _put(target: Directory, files: Mapping[str, bytes]) -> None:
    """Write files by their paths in the export, each whole or not at all."""
    with scratch(target, "export") as folder:
        for path, data in files.items():
            with explained(folder):
                (folder / "file").write_bytes(data)
            commit(folder / "file", target.path(*path.split("/")))


def _identity(source: Directory, urls: Mapping[ShardRef, str]) -> str:
    """Return a hash of what is exported: the shards by their marks, else by size."""
    shards: dict[str, Any] = {}
    for ref, url in urls.items():
        mark = read_mark(source, "render", ref)
        if mark is None:
            shards[str(ref)] = source.fs.info(url)["size"]
        else:
            shards[str(ref)] = sorted(output.sha256 for output in mark.outputs.values())
    return fingerprint(shards=shards)


def _opened(target: Directory, wanted: dict[str, str]) -> dict[str, Any]:
    """Return what is done of an export; nothing in a new or empty folder."""
    sweep(target)
    try:
        state = json.loads(target.fs.cat_file(target.path(STATE)))
    except FileNotFoundError:
        strangers: Sequence[str] = target.files()
        if strangers:
            raise ConfigError(
                f"{target.url} is not empty and no export ({strangers[0]}): give a new folder"
            ) from None
        state = wanted | {"shards": {}}
        write_json(target, target.path(STATE), state)
    except ValueError as error:
        raise ConfigError(f"{target.path(STATE)} is no JSON ({error}): give a new folder") from None
    if {name: state.get(name) for name in wanted} != wanted:
        raise ConfigError(
            f"{target.url} holds an export of another set or layout "
            f"({state.get('layout')}, {str(state.get('of'))[:12]}): give a new folder"
        )
    return state
