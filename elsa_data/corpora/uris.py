"""Where the bytes of a clip are: a file, a tar member, a row of Parquet or Arrow, a URL.

/data/rain.wav                 a file
/data/0007.tar#10240+88244     a member of a tar: offset and length in bytes
/data/train.parquet#3/17       row 17 of row group 3; the same for record batches of .arrow
https://host/rain.wav          any URL that fsspec opens, and any container above behind one
"""

import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import fsspec

from elsa_data.errors import ClipError, ConfigError

_CONTAINER = re.compile(
    r"(?P<file>.+\.(?P<kind>tar|parquet|arrow))#(?P<first>\d{1,18})(?P<sign>[+/])(?P<second>\d{1,18})",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A URI taken apart: ``first`` and ``second`` are offset and length, or group and row."""

    file: str
    kind: Literal["file", "tar", "rows"]
    first: int = 0
    second: int = 0


def address(uri: str) -> Address:
    """Return what a URI says; a ``#`` elsewhere in a file name is part of the name."""
    match = _CONTAINER.fullmatch(uri)
    if match is None:
        return Address(file=uri, kind="file")
    tar = match["kind"].lower() == "tar"
    if tar != (match["sign"] == "+"):
        return Address(file=uri, kind="file")
    return Address(
        file=match["file"],
        kind="tar" if tar else "rows",
        first=int(match["first"]),
        second=int(match["second"]),
    )


def tar_uri(file: str, offset: int, length: int) -> str:
    """Return the URI of ``length`` bytes at ``offset`` of a tar."""
    return f"{file}#{offset}+{length}"


def row_uri(file: str, group: int, row: int) -> str:
    """Return the URI of a row of a Parquet row group or an Arrow record batch."""
    return f"{file}#{group}/{row}"


def run_of(uri: str) -> str:
    """Return the name of what is fetched as one: a row group or a tar; empty for a lone file."""
    parsed = address(uri)
    if parsed.kind == "rows":
        return f"{parsed.file}#{parsed.first}"
    return parsed.file if parsed.kind == "tar" else ""


def is_remote(location: str) -> bool:
    """Return whether a location is a URL that is not a local file."""
    return "://" in location and not location.startswith("file://")


def local_path(location: str) -> Path:
    """Return the path of a plain or ``file://`` location."""
    if location.startswith("file://"):
        return Path(unquote(urlsplit(location).path))
    return Path(location)


def require_file(path: Path) -> None:
    """Return if a path is a regular file with bytes in it that may be read.

    Raises:
        ClipError: ``missing-file``, ``unreadable-file``, ``not-a-file`` or ``empty-file``.
    """
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb"):
                pass
    except (FileNotFoundError, NotADirectoryError):
        raise ClipError("missing-file", f"{path}: no such file; correct its path") from None
    except (OSError, ValueError) as error:
        raise ClipError("unreadable-file", f"{path}: {error}; correct its path or rights") from None
    if not stat.S_ISREG(status.st_mode):
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
        raise ClipError("not-a-file", f"{path}: {kind}, wanted an audio file")
    if status.st_size == 0:
        raise ClipError("empty-file", f"{path}: has no bytes; fetch it again or drop its row")


def filesystem_of(url: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """Return the fsspec file system of a path or URL, and the path within it.

    Raises:
        ClipError: ``bad-uri``: no such kind of URL.
        ConfigError: the kind needs a package that is not installed.
    """
    try:
        return fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise ConfigError(f"{url}: {error}") from None
    except ValueError as error:
        raise ClipError("bad-uri", f"{url}: {error}; wanted a path or a URL") from None
