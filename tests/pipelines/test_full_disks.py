"""A storage that refuses gets one line, exit code 1, and the same command once it is mended."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from elsa_data.corpora.demo import write_demo
from tests.conftest import SEED, Command

TINY = ("--preset", "tiny", "--seed", SEED)


def test_a_file_where_the_build_should_be(here: Command, manifest: Path, tmp_path: Path) -> None:
    file = tmp_path / "out"
    file.write_text("mine")
    for out in (file, file / "deeper"):
        done = here("build", manifest, out, *TINY)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1, done.stderr
        assert "a file stands where a folder should" in done.stderr
    assert file.read_text() == "mine"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, too small for a build."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or not _ran([mount, "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]):
        pytest.skip("cannot mount a file system here (needs root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _ran(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk(elsa_data: Command, small_disk: Path, tmp_path: Path, workers: int) -> None:
    manifest = write_demo(tmp_path / "corpus", seed=SEED, clips=16)
    words = ("build", manifest, small_disk / "build", *TINY, "--workers", workers)
    ended = elsa_data(*words)
    assert ended.returncode == 1
    assert ended.stderr.count("elsa-data:") == 1, ended.stderr
    assert "the disk is full: free some space, then run the same command again" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert _ran(["mount", "-o", "remount,size=100m", str(small_disk)])
    done = elsa_data(*words)
    assert done.returncode == 0, done.stderr
    assert elsa_data("verify", small_disk / "build").returncode == 0


@pytest.mark.slow
def test_a_disk_that_turns_read_only(elsa_data: Command, small_disk: Path, manifest: Path) -> None:
    words = ("build", manifest, small_disk / "build", *TINY)
    assert _ran(["mount", "-o", "remount,ro", str(small_disk)])
    ended = elsa_data(*words)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert "read-only" in ended.stderr


@pytest.mark.slow
def test_files_that_may_not_grow(elsa_data: Command, tmp_path: Path) -> None:
    """The limit of a shell (``ulimit -f``) stands in for a quota, with no rights needed."""
    manifest = write_demo(tmp_path / "corpus", seed=SEED, clips=16)
    words = ("build", str(manifest), str(tmp_path / "build"), *map(str, TINY))
    limited = f"ulimit -f 256 && exec {sys.executable} -m pipelines " + " ".join(words)
    ended = subprocess.run(["bash", "-c", limited], capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr.count("elsa-data:") == 1, ended.stderr
    assert "files may not grow this large here" in ended.stderr
    assert "Traceback" not in ended.stderr
    done = elsa_data(*words)
    assert done.returncode == 0, done.stderr
    assert elsa_data("verify", tmp_path / "build").returncode == 0
