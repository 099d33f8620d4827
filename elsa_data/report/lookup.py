"""One row of a set by its id, or by the first few digits of it."""

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from elsa_data.conventions import OCTAVE_BANDS_HZ
from elsa_data.errors import BuildError, ConfigError
from elsa_data.examples import Example
from elsa_data.shards.data import read_columns, read_some
from elsa_data.shards.directory import Directory, data_files

DIGITS: Final = 16
LEAST_DIGITS: Final = 4
NEAREST: Final = 3

_ID: Final = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},{DIGITS}}}")


@dataclass(frozen=True, slots=True)
class Found:
    """A row, and the shard that holds it."""

    example: Example
    shard: str


def find_row(directory: Directory, wanted: str) -> Found:
    """Return the row whose id is ``wanted`` or alone begins with it.

    Of the other rows the ids are read, and not their sound. Ids are hashes: each row group spans
    nearly all of them, so that bounds would spare no reading.

    Raises:
        ConfigError: no row has such an id, or several have, or it is no id.
        BuildError: there are no shards, or one is damaged, or its lists do not fit together.
    """
    prefix = wanted.lower()
    if not _ID.fullmatch(prefix):
        raise ConfigError(
            f"{wanted!r} is no example id: give its {DIGITS} hex digits, or the first "
            f"{LEAST_DIGITS} or more"
        )
    matches: dict[str, str] = {}
    for example_id, url in _ids(directory):
        if example_id.startswith(prefix):
            matches[example_id] = url
            if example_id == prefix:
                break
    if not matches:
        near = heapq.nsmallest(NEAREST, _ids(directory), key=lambda pair: _differs(pair[0], prefix))
        raise ConfigError(
            f"{directory.url} has no example {wanted}; the nearest are "
            f"{', '.join(example_id for example_id, _ in near)}"
        )
    if len(matches) > 1:
        some = ", ".join(sorted(matches)[:NEAREST])
        raise ConfigError(
            f"{len(matches)} examples of {directory.url} begin with {wanted} ({some}): give more "
            "digits"
        )
    ((example_id, url),) = matches.items()
    example = next(read_some(directory, url, {example_id}))
    if fault := _fault(example):
        raise BuildError(f"{url}: row {example_id} is not as this program writes rows: {fault}")
    return Found(example, url)


def _ids(directory: Directory) -> Iterator[tuple[str, str]]:
    """Yield the id and the shard of every row."""
    urls = [url for split in data_files(directory).values() for url in split]
    if not urls:
        raise BuildError(
            f"{directory.url} holds no finished shard in data/: give a build, or the folder of a "
            "published set"
        )
    for url in urls:
        for rows in read_columns(directory, url, ("example_id",)):
            for row in rows:
                yield row["example_id"], url


def _fault(example: Example) -> str | None:
    """Return what is wrong with the lengths of a row's lists; None when they fit together.

    A set may be a stranger's: its types are those of a row, its lists may be anything.
    """
    lists = ("captions", "original_captions", "caption_sources", "caption_models")
    for name in (*lists, "caption_attempts"):
        if len(getattr(example, name)) != len(example.captions):
            return f"{len(getattr(example, name))} {name} for {len(example.captions)} captions"
    vectors = [example.size_m, example.receiver_position_m]
    vectors += [part.position_m for part in example.parts]
    if any(vector is not None and len(vector) != 3 for vector in vectors):
        return "a position without three numbers"
    if any(part.t30_s and len(part.t30_s) != len(OCTAVE_BANDS_HZ) for part in example.parts):
        return f"a t30_s without {len(OCTAVE_BANDS_HZ)} bands"
    return None if example.parts else "no source in parts"


def _differs(example_id: str, wanted: str) -> tuple[int, str]:
    """Return how many digits differ, place by place; the id itself settles a tie."""
    return sum(a != b for a, b in zip(example_id, wanted, strict=False)), example_id
