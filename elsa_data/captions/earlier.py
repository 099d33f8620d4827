"""The answers of another build, found by their keys without being held in memory."""

import functools
from typing import Final

import fsspec
import numpy as np
from numpy.typing import NDArray

from elsa_data.captions.answers import Answer, parsed
from elsa_data.errors import BuildError

_KEY: Final = b'"key": "'
_PLACE: Final = np.dtype([("key", "<u8"), ("file", "<u4"), ("start", "<u8"), ("size", "<u4")])


class EarlierAnswers:
    """An index of 24 bytes an answer over the segments of a build; they are read when asked for.

    What is written there after this has been made is not seen.
    """

    def __init__(self, folder: str, fs: fsspec.AbstractFileSystem) -> None:
        """Index every segment below a folder.

        Raises:
            BuildError: the storage cannot be read.
        """
        self._fs = fs
        try:
            names = sorted(str(name) for name in fs.find(folder) if str(name).endswith(".jsonl"))
            found = [_places(fs, name, number) for number, name in enumerate(names)]
        except OSError as error:
            raise BuildError(f"cannot read the answers in {folder}: {error}") from error
        self._names = names
        places = np.concatenate(found) if found else np.empty(0, _PLACE)
        self._places = places[np.argsort(places["key"], kind="stable")]

    def __len__(self) -> int:
        return len(self._places)

    def get(self, key: str) -> Answer | None:
        """Return the answer to a question, or None when it was never asked there.

        Raises:
            BuildError: the storage cannot be read any more.
        """
        short = np.uint64(int(key[:16], 16))
        first = int(np.searchsorted(self._places["key"], short))
        for place in self._places[first:]:
            if place["key"] != short:
                break
            name, start = self._names[place["file"]], int(place["start"])
            try:
                line = self._fs.cat_file(name, start=start, end=start + int(place["size"]))
            except OSError as error:
                raise BuildError(f"cannot read {name}: {error}") from error
            answer = parsed(bytes(line))  # pyright: ignore[reportArgumentType]
            if answer is not None and answer.key == key:
                return answer
        return None


@functools.lru_cache(maxsize=1)
def earlier_answers(folder: str, fs: fsspec.AbstractFileSystem) -> EarlierAnswers:
    """Return the index of a folder, made once a process: every shard looks into the same one."""
    return EarlierAnswers(folder, fs)


def _places(fs: fsspec.AbstractFileSystem, name: str, number: int) -> NDArray[np.void]:
    """Return where the answers of a segment are; a torn line is none."""
    rows: list[tuple[int, int, int, int]] = []
    start = 0
    with fs.open(name, "rb") as file:
        for line in file:
            line = bytes(line)  # pyright: ignore[reportArgumentType]
            key = _key_of(line) if line.endswith(b"\n") else None
            if key is not None:
                rows.append((key, number, start, len(line)))
            start += len(line)
    return np.array(rows, _PLACE)


def _key_of(line: bytes) -> int | None:
    """Return the first 64 bits of the key of an answer; None for a line that is none."""
    _, _, rest = line.partition(_KEY)
    try:
        return int(rest[:16], 16)
    except ValueError:
        return None
