"""One row in the terminal, and the same row as a sound file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from elsa_data.examples import Example
from elsa_data.shards.data import read_data
from elsa_data.shards.directory import Directory, data_files, shard_ref
from elsa_data.shards.flac import decode
from tests.conftest import Command

Rows = dict[str, Example]


def rows_of(build: Path) -> Rows:
    directory = Directory(str(build))
    refs = [shard_ref(Path(url).stem) for url in data_files(directory)["test"]]
    return {row.example_id: row for ref in refs if ref for row in read_data(directory, ref)}


@pytest.fixture(scope="module")
def rows(standing_build: Path) -> Rows:
    return rows_of(standing_build)


def in_terminal(encoding: str, *words: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines", *map(str, words)],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )


def test_every_row_is_told(standing_build: Path, rows: Rows, here: Command) -> None:
    for example_id, row in rows.items():
        done = here("inspect", standing_build, example_id[:8])
        assert done.returncode == 0, done.stderr
        assert row.caption in " ".join(done.stdout.split())
        assert (row.parts[0].direction or "no word") in done.stdout or not row.spatial
        assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("encoding", "words", "plain"),
    [
        ("utf-8", (), False),
        ("ascii", (), True),
        ("utf-8", ("--ascii",), True),
    ],
)
def test_it_says_no_more_than_the_terminal_knows(
    standing_build: Path, rows: Rows, encoding: str, words: tuple[str, ...], plain: bool
) -> None:
    example_id = next(name for name, row in rows.items() if row.spatial)
    done = in_terminal(encoding, "inspect", standing_build, example_id, *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii() == plain
    assert ("+---" if plain else "┌──") in done.stdout.decode(encoding)


def test_tars_hold_the_same_rows(build: Path, rows: Rows, here: Command) -> None:
    example_id = next(name for name, row in rows.items() if row.spatial)
    before = here("inspect", build, example_id).stdout
    assert here("render", build, "--format", "webdataset", "--redo").returncode == 0
    after = here("inspect", build, example_id)
    assert after.returncode == 0, after.stderr
    assert after.stdout == before.replace(".parquet", ".tar")


@pytest.mark.parametrize("command", [("inspect",), ("play", "x.wav")])
def test_an_unknown_row_is_answered_in_one_line(
    standing_build: Path, here: Command, command: tuple[str, ...]
) -> None:
    name, *file = command
    done = here(name, standing_build, "ffffffffffffffff", *file)
    assert done.returncode == 2
    assert done.stderr.startswith(f"elsa-data: {standing_build} has no example ffffffffffffffff;")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("form", "channels"), [("ambix", 4), ("fuma", 4), ("stereo", 2), ("binaural", 2), ("w", 1)]
)
def test_a_row_becomes_a_file(
    standing_build: Path, rows: Rows, here: Command, tmp_path: Path, form: str, channels: int
) -> None:
    row = next(row for row in rows.values() if row.spatial)
    file = tmp_path / "a row.wav"
    done = here("play", standing_build, row.example_id, file, "--as", form)
    assert done.returncode == 0, done.stderr
    assert {"channels", "level"} < set(done.stdout.split())
    info = soundfile.info(file)
    assert (info.channels, info.samplerate) == (channels, row.sample_rate_hz)
    assert info.frames == decode(row.audio)[0].shape[1]
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_file_is_not_overwritten_unasked(
    standing_build: Path, rows: Rows, here: Command, tmp_path: Path
) -> None:
    row = next(row for row in rows.values() if row.spatial)
    file = tmp_path / "a.wav"
    file.write_bytes(b"mine")
    done = here("play", standing_build, row.example_id, file)
    assert done.returncode == 2
    assert "is there already: give another name, or --force" in done.stderr
    assert file.read_bytes() == b"mine"
    assert here("play", standing_build, row.example_id, file, "--force").returncode == 0
    assert soundfile.info(file).channels == 2


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [("a.mp3", 2, "ends in .wav"), ("not there/a.wav", 1, "make it first")],
)
def test_a_file_that_cannot_be_is_refused(
    standing_build: Path,
    rows: Rows,
    here: Command,
    tmp_path: Path,
    name: str,
    code: int,
    said: str,
) -> None:
    done = here("play", standing_build, next(iter(rows)), tmp_path / name, "--as", "w")
    assert done.returncode == code
    assert said in done.stderr
    assert not list(tmp_path.iterdir())
