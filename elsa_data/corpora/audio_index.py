"""Audio files under a corpus's folder, found by the stem of their names."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from elsa_data.errors import ManifestError

AUDIO_SUFFIXES: Final = (".flac", ".wav", ".ogg", ".opus", ".mp3", ".aif", ".aiff")
"""In order of preference where one clip is there in several."""


def require_folder(folder: str) -> Path:
    """Return the absolute path of a corpus's folder.

    Raises:
        ManifestError: there is no such folder.
    """
    path = Path(folder).expanduser().absolute()
    if not path.is_dir():
        raise ManifestError(f"{folder}: no such folder; give the folder the corpus lies in")
    return path


def files_under(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """Return the files with one of the suffixes below a folder, folder by folder, in name order."""
    for here, below, names in os.walk(folder):
        below.sort()
        for name in sorted(names):
            if name.lower().endswith(suffixes) and not name.startswith("."):
                yield Path(here, name)


def audio_by_stem(folder: Path) -> dict[str, list[Path]]:
    """Return every audio file below a folder under the stem of its name."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in files_under(folder, AUDIO_SUFFIXES):
        found[path.stem].append(path)
    return dict(found)


def pick(paths: list[Path], folder: Path, part: str) -> Path:
    """Return the one of several files that lies in a sub-folder of this name, else the first."""
    return next((p for p in paths if part in p.relative_to(folder).parts[:-1]), paths[0])
