"""Puts a report where it is asked for: the whole folder or nothing, over an older report only."""

import shutil
import tempfile
from pathlib import Path

from elsa_data.errors import ConfigError
from elsa_data.report.page import Report, is_report, page
from elsa_data.report.player import AUDIO, file_name
from elsa_data.shards.commit import explained


def require_free(target: Path) -> None:
    """Refuse a place that holds something else than a report.

    Raises:
        ConfigError: says what to do.
    """
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    index = target / "index.html"
    if not index.is_file() or not is_report(index.read_bytes()):
        raise ConfigError(f"{target} is not empty and no report: give a new folder with --to")


def write_report(report: Report, target: Path) -> int:
    """Write a report as a folder, in the place of an older one; return its bytes.

    Raises:
        ConfigError: the folder holds something else.
        BuildError: the disk refuses.
    """
    require_free(target)
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        with explained(target):
            size = _fill(report, scratch)
            _swap(scratch, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return size


def _fill(report: Report, folder: Path) -> int:
    (folder / AUDIO).mkdir()
    files = {"index.html": page(report)}
    for shown in report.shown:
        files |= {file_name(shown.number, n): data for n, data in shown.preview.files.items()}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    # mkdtemp keeps others out; a report is made to be shown.
    folder.chmod(0o755)
    return sum(map(len, files.values()))


def _swap(folder: Path, target: Path) -> None:
    if target.exists():
        old = folder / "old"
        target.replace(old)
    folder.replace(target)
    shutil.rmtree(target / "old", ignore_errors=True)
