"""The bytes of a clip from wherever its URI says, tried again where that may help."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from elsa_data.corpora.cells import open_cell
from elsa_data.corpora.uris import (
    Address,
    address,
    filesystem_of,
    is_remote,
    local_path,
    require_file,
)
from elsa_data.errors import ClipError, TransientError

MAX_BYTES: Final = 2_000_000_000
"""The largest encoded clip that is fetched into memory."""

BACK_OFF_S: Final = (0.5, 2.0, 8.0)
"""Pauses between attempts at a remote address."""

_GONE: Final = frozenset({400, 401, 403, 404, 405, 410, 451})
"""HTTP answers that a second attempt would only repeat."""


def open_clip(uri: str) -> Path | io.BytesIO:
    """Return something soundfile opens: the path of a local file, else the bytes of the clip.

    Raises:
        ClipError: nothing readable is at that address.
        ConfigError: the URL needs a package that is not installed.
    """
    parsed = address(uri)
    if parsed.kind == "rows":
        return open_cell(parsed)
    if is_remote(parsed.file):
        return io.BytesIO(_patiently(lambda: _read_remote(parsed), uri))
    path = local_path(parsed.file)
    require_file(path)
    if parsed.kind == "file":
        return path
    with path.open("rb") as file:
        file.seek(parsed.first)
        return io.BytesIO(_whole(file.read(min(parsed.second, MAX_BYTES + 1)), parsed))


def _whole(data: bytes, parsed: Address) -> bytes:
    where = f"{parsed.file} from byte {parsed.first}"
    if len(data) > MAX_BYTES:
        raise ClipError("too-long", f"{where}: more than {MAX_BYTES} bytes; cut it up first")
    if parsed.kind == "tar" and len(data) < parsed.second:
        found = f"{len(data)} bytes of {parsed.second}"
        raise ClipError("truncated", f"{where}: {found} are there; fetch the tar again")
    if not data:
        raise ClipError("empty-file", f"{where}: has no bytes; fetch it again or drop its row")
    return data


def _patiently(attempt: Callable[[], bytes], uri: str) -> bytes:
    for pause in BACK_OFF_S:
        try:
            return attempt()
        except TransientError:
            time.sleep(pause)
    try:
        return attempt()
    except TransientError as error:
        tries = len(BACK_OFF_S) + 1
        message = f"{uri}: {error} ({tries} attempts); try again later or drop its row"
        raise ClipError("unreachable", message) from None


def _read_remote(parsed: Address) -> bytes:
    """Return the bytes behind a URL; a fault that may pass is a TransientError."""
    filesystem, path = filesystem_of(parsed.file)
    # Remote file systems alone need the package, and it is slow to import.
    from aiohttp import ClientError

    try:
        with filesystem.open(path, "rb") as file:
            if parsed.kind == "tar":
                file.seek(parsed.first)
            wanted = parsed.second if parsed.kind == "tar" else MAX_BYTES + 1
            return _whole(cast("bytes", file.read(min(wanted, MAX_BYTES + 1))), parsed)
    except (ClientError, OSError) as error:
        # fsspec says "not found" of every fault while opening; the true one is its cause.
        raise _fault(error.__cause__ or error, parsed.file) from None
    except ValueError as error:
        message = f"{parsed.file}: {error}; serve it with byte ranges or fetch it first"
        raise ClipError("unreadable-file", message) from None


def _fault(error: BaseException, file: str) -> ClipError | TransientError:
    status = getattr(error, "status", None)
    if status in _GONE or (status is None and isinstance(error, FileNotFoundError)):
        answered = f"answered {status}" if status else "not there"
        return ClipError("missing-file", f"{file}: {answered}; correct its URL or drop its row")
    if isinstance(error, PermissionError):
        return ClipError("unreadable-file", f"{file}: {error}; check the rights")
    text = f"answered {status}" if status else " ".join(str(error).split())
    return TransientError(text or type(error).__name__)
