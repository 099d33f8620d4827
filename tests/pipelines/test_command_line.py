"""The commands as a person meets them: help, versions, previews, limits, and running again."""

import csv
import json
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from pipelines.__main__ import COMMANDS
from tests.conftest import SEED, Command
from tests.pipelines.test_build import hashes

TINY = ("--preset", "tiny", "--seed", SEED)


def stamps(build: Path) -> dict[str, int]:
    return {
        str(path.relative_to(build)): path.stat().st_mtime_ns
        for path in build.rglob("*")
        if path.is_file()
    }


def loaded_by(words: Sequence[object]) -> tuple[int, set[str]]:
    """Run a command; return its exit code and the heavy packages that it loaded."""
    code = (
        "import sys\n"
        "from pipelines.__main__ import main\n"
        "try:\n"
        f"    done = main({list(map(str, words))!r})\n"
        "except SystemExit as leaving:\n"
        "    done = leaving.code or 0\n"
        "heavy = {'apache_beam', 'torch', 'scipy', 'pyroomacoustics'} & set(sys.modules)\n"
        "print('LOADED', done, *heavy)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said = next(line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    return int(said.split()[1]), set(said.split()[2:])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(here: Command, command: str) -> None:
    done = here(command, "--help")
    assert done.returncode == 0
    assert COMMANDS[command] in " ".join(done.stdout.split())
    assert f"elsa-data {command}" in done.stdout
    assert not done.stderr


def test_words_take_no_torch(build: Path) -> None:
    for mark in build.glob("done/caption/*.json"):
        mark.unlink()
    code, heavy = loaded_by(["caption", build])
    assert code == 0
    assert "apache_beam" in heavy
    assert not heavy & {"torch", "pyroomacoustics"}


def test_help_and_status_load_nothing_heavy(standing_build: Path) -> None:
    assert loaded_by(["--help"]) == (0, set())
    assert loaded_by(["status", standing_build]) == (0, set())
    assert loaded_by(["build", "--help"])[1], "this test must see what a build loads"


def test_the_list_and_the_version(elsa_data: Command) -> None:
    done = elsa_data("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in COMMANDS)
    assert elsa_data("--version").stdout == f"elsa-data {version('elsa-data')}\n"


def test_a_dry_run_writes_nothing(here: Command, manifest: Path, tmp_path: Path) -> None:
    done = here("build", manifest, tmp_path / "out", *TINY, "--dry-run")
    assert done.returncode == 0, done.stderr
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert lines["clips"].startswith("24 ")
    assert lines["examples"] == "72"
    assert lines["RIRs"] == "48"
    assert "free" in lines["disk"]
    assert "USD" in lines["LLM"]
    assert not list(tmp_path.iterdir())


def test_a_dry_run_of_a_build_leaves_it(here: Command, manifest: Path, build: Path) -> None:
    before = stamps(build)
    assert here("build", manifest, build, *TINY, "--dry-run").returncode == 0
    assert stamps(build) == before


def test_a_limit_counts_valid_rows(here: Command, manifest: Path, tmp_path: Path) -> None:
    first, *rest = manifest.read_text().splitlines()
    short = manifest.with_name("short.csv")
    short.write_text("\n".join([first, ",,,,,,,,", *rest]) + "\n")
    done = here("plan", short, tmp_path / "out", *TINY, "--limit", 5)
    assert done.returncode == 0, done.stderr
    assert "Planned 5 clips as 15 examples" in done.stdout
    assert "missing-id" in done.stdout


def test_status_tells_how_far_a_build_is(here: Command, build: Path) -> None:
    done = here("status", build)
    assert done.returncode == 0
    table = {line.split()[0]: line.split() for line in done.stdout.splitlines()[2:9]}
    assert list(table) == ["read", "probe", "assign", "plan", "simulate", "caption", "render"]
    assert table["read"][1:4] == ["1/1", "24", "0"]
    assert table["render"][1:4] == ["6/6", "72", "0"]
    assert "Nobody is at work" in done.stdout
    for mark in sorted((build / "done" / "render").iterdir())[:2]:
        mark.unlink()
    assert "render            4/6" in here("status", build).stdout


def test_running_again_changes_nothing(here: Command, manifest: Path, build: Path) -> None:
    before = stamps(build)
    done = here("build", manifest, build, *TINY)
    assert done.returncode == 0, done.stderr
    assert "Built 72 rows in 6 of 6 shards" in done.stdout
    assert stamps(build) == before
    assert here("render", build).returncode == 0
    assert stamps(build) == before


def test_mended_files_come_in(here: Command, tmp_path: Path) -> None:
    """The test split gets a second shard by it: of the first nothing may be left."""
    manifest, out = tmp_path / "manifest.csv", tmp_path / "build"
    with manifest.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("clip_id", "path", "caption", "split"))
        for number in range(9):
            samples = np.random.default_rng(number).uniform(-0.3, 0.3, 16_000)
            sf.write(tmp_path / f"{number}.wav", samples, 16_000)
            split = "test" if number < 5 else "train"
            writer.writerow((f"clip{number}", f"{number}.wav", "A fan hums", split))
    broken = tmp_path / "4.wav"
    sound = broken.read_bytes()
    broken.write_bytes(sound[:9000])
    words = ("build", manifest, out, *TINY)
    done = here(*words)
    assert done.returncode == 0, done.stderr
    assert "1 x probe: truncated" in done.stdout
    assert set(hashes(out)) == {"test-00000-of-00001.parquet", "train-00000-of-00001.parquet"}

    broken.write_bytes(sound)
    assert "1 x probe: truncated" in here(*words).stdout, "only --retry-rejects looks again"
    done = here(*words, "--retry-rejects")
    assert done.returncode == 0, done.stderr
    assert "Planned 9 clips as 27 examples" in done.stdout
    assert "Built 27 rows in 3 of 3 shards" in done.stdout
    wanted = ["test-00000-of-00002", "test-00001-of-00002", "train-00000-of-00001"]
    assert sorted(hashes(out)) == [f"{name}.parquet" for name in wanted]
    for folder in ("simulate", "caption", "render"):
        names = [path.stem for path in sorted((out / "rejects" / folder).iterdir())]
        assert names == wanted, folder
    proven = here("verify", out)
    assert proven.returncode == 0, proven.stdout
    assert "27 rows in 3 shards" in proven.stdout


def test_what_is_left_of_other_shards_is_found(here: Command, build: Path) -> None:
    name = sorted((build / "data").iterdir())[0]
    name.with_name("test-00000-of-00009.parquet").write_bytes(name.read_bytes())
    done = here("verify", build, "--sample", 1)
    assert done.returncode == 0, "a sample is judged by itself"
    done = here("verify", build)
    assert done.returncode == 1
    assert "data/test-00000-of-00009.parquet is no shard of this build" in done.stdout


def on_a_terminal(words: Sequence[object]) -> tuple[int, str]:
    """Run a command whose stderr is a terminal; return its exit code and what stood there."""
    screen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 120))
    command = [sys.executable, "-m", "pipelines", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=terminal, text=True) as process:
        os.close(terminal)
        shown = b""
        while True:
            try:
                piece = os.read(screen, 4096)
            except OSError:  # the other end is closed
                break
            shown += piece
            if not piece:
                break
        process.communicate(timeout=300)
    os.close(screen)
    return process.returncode, shown.decode()


@pytest.mark.slow
def test_a_terminal_gets_bars(manifest: Path, tmp_path: Path) -> None:
    out = tmp_path / "build"
    code, shown = on_a_terminal(["build", manifest, out, *TINY, "--workers", 2])
    assert code == 0, shown
    assert "6/6" in shown
    assert "rejects=0" in shown
    code, shown = on_a_terminal(["verify", out])
    assert code == 0, shown
    assert "Traceback" not in shown


@pytest.mark.slow
def test_workers_say_nothing_of_their_own(
    elsa_data: Command, manifest: Path, tmp_path: Path
) -> None:
    done = elsa_data("build", manifest, tmp_path / "build", *TINY, "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert all(" rows, " in line for line in done.stderr.splitlines()), done.stderr
    state = json.loads((tmp_path / "build" / "build.json").read_text())
    assert state["identity"]["plan"]["seed"] == SEED
