"""Every way a corpus may be given, as one stream of clips."""

import itertools
import os
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Final

from elsa_data.corpora.audiocaps import read_audiocaps
from elsa_data.corpora.clotho import read_clotho
from elsa_data.corpora.files import NumberedRow, csv_rows, jsonl_rows, parquet_rows
from elsa_data.corpora.freesound import read_freesound
from elsa_data.corpora.hub import read_datasets
from elsa_data.corpora.rows import Defaults, clip_of, misspelt_columns, reject, require_columns
from elsa_data.corpora.uris import is_remote, local_path
from elsa_data.errors import ClipError, ElsaDataWarning, ManifestError, did_you_mean
from elsa_data.records import Clip, Reject

Reader = Callable[[str], tuple[list[str], Iterator[NumberedRow]]]

FORMATS: Final[dict[str, Reader]] = {
    ".csv": csv_rows,
    ".jsonl": jsonl_rows,
    ".ndjson": jsonl_rows,
    ".parquet": parquet_rows,
}

_PREFIXED: Final = re.compile(r"([A-Za-z][\w-]+):(?!//)(.+)", re.DOTALL)


def read(location: str, *, root: str | None = None) -> Iterator[Clip | Reject]:
    """Return the clips of a manifest or corpus in its own order; a bad row is a Reject.

    ``location`` is a ``.csv``, ``.jsonl`` or ``.parquet`` manifest (a path or a URL), or
    ``audiocaps:DIR``, ``clotho:DIR``, ``freesound:DIR``, ``datasets:DIR_OR_ID``. A manifest has
    the columns ``clip_id``; ``path``, ``url``, ``uri`` or ``audio``; ``caption`` or ``captions``
    (a list or a JSON list); and, where known, ``split``, ``labels``, ``licence``,
    ``attribution``, ``source_id``, ``corpus``. Relative paths begin at ``root``, or else at the
    manifest's folder. Rows are streamed: memory does not grow with the manifest.

    Two rows with one id are both returned: only a whole plan can judge that.

    Raises:
        ManifestError: nothing can be read there: no such file, no such format, wrong header, no
            rows at all. Raised by the call itself, not by the first row.
    """
    rows = _reader(location, root)
    first = next(rows, None)
    if first is None:
        raise ManifestError(f"{location}: holds no rows")
    return itertools.chain([first], rows)


def _reader(location: str, root: str | None) -> Iterator[Clip | Reject]:
    prefixed = _PREFIXED.fullmatch(location)
    if prefixed is not None and not os.path.exists(location):  # noqa: PTH110
        corpus = CORPORA.get(prefixed[1].lower())
        if corpus is None:
            hint = did_you_mean(prefixed[1], CORPORA)
            known = ", ".join(f"{name}:" for name in CORPORA)
            raise ManifestError(f"{location}: no corpus {prefixed[1]!r}; known: {known}.{hint}")
        return corpus(prefixed[2])
    return _manifest(location, root)


def _manifest(location: str, root: str | None) -> Iterator[Clip | Reject]:
    suffix = os.path.splitext(location)[1].lower()  # noqa: PTH122
    if not is_remote(location) and local_path(location).is_dir():
        known = ", ".join(f"{name}:" for name in CORPORA)
        raise ManifestError(f"{location}: a folder; put the kind of corpus before it: {known}")
    reader = FORMATS.get(suffix)
    if reader is None:
        wanted = ", ".join(FORMATS)
        raise ManifestError(f"{location}: ends in {suffix!r}, wanted {wanted}")
    columns, rows = reader(location)
    require_columns(columns, location)
    for slip in misspelt_columns(columns):
        warnings.warn(f"{location}: {slip}", ElsaDataWarning, stacklevel=3)
    return _clips(rows, location, _defaults(location, root))


def _defaults(location: str, root: str | None) -> Defaults:
    folder, name = location.rpartition("/")[::2]
    start = root if root is not None else folder
    if not is_remote(start):
        start = str(local_path(start or ".").absolute())
    return Defaults(folder=start.rstrip("/"), corpus=name.rpartition(".")[0] or name)


def _clips(
    rows: Iterator[NumberedRow], location: str, defaults: Defaults
) -> Iterator[Clip | Reject]:
    for number, row in rows:
        if isinstance(row, ClipError):
            yield reject(f"{location}:{number}", row)
            continue
        try:
            yield clip_of(row, defaults)
        except ClipError as error:
            yield reject(f"{location}:{number}", error, row.get("clip_id"))


CORPORA: Final[dict[str, Callable[[str], Iterator[Clip | Reject]]]] = {
    "audiocaps": read_audiocaps,
    "clotho": read_clotho,
    "freesound": read_freesound,
    "datasets": read_datasets,
}
