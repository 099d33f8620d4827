"""Whatever dies, whenever: the same command goes on, and the bytes are those of a quiet run."""

import functools
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.conftest import SEED, Command
from tests.pipelines.processes import Running, marks, running, wait_for
from tests.pipelines.test_build import hashes

ROUNDS = max(1, round(10 * float(os.environ.get("ELSA_DATA_SOAK", "1.0"))))
WORDS = ("--preset", "tiny", "--seed", SEED, "--workers", 2)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "stderr"


def assert_undisturbed(out: Path, standing_build: Path, elsa_data: Command) -> None:
    for folder in ("rirs", "captions", "data"):
        assert hashes(out, folder) == hashes(standing_build, folder), folder
    done = elsa_data("verify", out)
    assert done.returncode == 0, done.stdout


def one_line(command: Running) -> str:
    """The last line, once it is certain that it is the only one besides the progress."""
    lines = [line for line in command.stderr.splitlines() if line]
    said = [line for line in lines if " rows, " not in line]
    assert len(said) == 1, command.stderr
    return said[0]


def killed_three_times(manifest: Path, out: Path, log: Path, seed: int) -> None:
    """Kill the whole tree at three seeded moments, then let the same command end by itself.

    A moment is some shards further on and a fraction of a second later, so that each stage is
    hit on a machine of any speed.
    """
    draw = random.Random(seed)
    for _ in range(3):
        wanted, seconds = marks(out) + draw.randint(0, 8), draw.uniform(0.0, 0.6)
        with running(log, "build", manifest, out, *WORDS) as command:
            wait_for("a worker", functools.partial(_begun, command))
            reached = functools.partial(_reached, out, wanted, command)
            wait_for(f"{wanted} marks", reached)
            time.sleep(seconds)
            command.kill_tree()
    with running(log, "build", manifest, out, *WORDS) as command:
        assert command.wait() == 0, command.stderr


def _begun(command: Running) -> bool:
    return bool(command.workers()) or command.ended()


def _reached(out: Path, wanted: int, command: Running) -> bool:
    return marks(out) >= wanted or command.ended()


@pytest.mark.slow
def test_killed_three_times_it_ends_as_if_never(
    manifest: Path, standing_build: Path, elsa_data: Command, tmp_path: Path, log: Path
) -> None:
    killed_three_times(manifest, tmp_path / "build", log, SEED)
    assert_undisturbed(tmp_path / "build", standing_build, elsa_data)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_killed_at_many_moments(
    manifest: Path, standing_build: Path, elsa_data: Command, tmp_path: Path, log: Path, seed: int
) -> None:
    killed_three_times(manifest, tmp_path / "build", log, seed)
    assert_undisturbed(tmp_path / "build", standing_build, elsa_data)


@pytest.mark.slow
@pytest.mark.parametrize("shards", [0, 4], ids=["as it starts", "at work"])
def test_a_dead_worker_ends_the_run(
    manifest: Path,
    standing_build: Path,
    elsa_data: Command,
    tmp_path: Path,
    log: Path,
    shards: int,
) -> None:
    out = tmp_path / "build"
    words = ("build", manifest, out, *WORDS)
    with running(log, *words) as command:
        wait_for("a worker", command.workers)
        wait_for(f"{shards} marks", lambda: marks(out) >= shards and command.workers())
        command.workers()[0].kill()
        assert command.wait() == 1
        assert "a worker process died" in one_line(command)
        assert "run the same command again" in one_line(command)
        wait_for("the end of the workers", lambda: not command.workers())
    assert not (out / "lock.json").exists()
    done = elsa_data(*words)
    assert done.returncode == 0, done.stderr
    assert_undisturbed(out, standing_build, elsa_data)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, empty."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.slow
def test_signals_end_in_order(
    manifest: Path,
    standing_build: Path,
    elsa_data: Command,
    tmp_path: Path,
    log: Path,
    scratch: Path,
) -> None:
    # Each begins anew, so that enough is left to interrupt; the last one reaches workers too, as
    # Ctrl-C on a terminal does.
    for number, group in ((signal.SIGTERM, False), (signal.SIGINT, False), (signal.SIGINT, True)):
        out = tmp_path / f"build-{number}-{group}"
        words = ("build", manifest, out, *WORDS)
        with running(log, *words) as command:
            wait_for("some work", lambda out=out: marks(out) >= 3)
            wait_for("a worker", command.workers)
            command.signal(number, group=group)
            assert command.wait() == 1
            assert "interrupted; what is finished is kept" in one_line(command)
            wait_for("the end of the workers", lambda: not command.workers())
        assert not (out / "lock.json").exists()
        assert not list(scratch.glob("elsa-data-*"))
        done = elsa_data(*words)
        assert done.returncode == 0, done.stderr
        assert_undisturbed(out, standing_build, elsa_data)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 2.0], ids=["as they start", "at work"])
def test_workers_go_with_their_launcher(
    manifest: Path, tmp_path: Path, log: Path, seconds: float
) -> None:
    with running(log, "build", manifest, tmp_path / "build", *WORDS) as command:
        wait_for("a worker", command.workers)
        time.sleep(seconds)
        command.workers()
        command.signal(signal.SIGKILL)
        command.wait()
        wait_for("the end of the workers", lambda: not command.workers())


@pytest.mark.slow
def test_the_next_run_clears_what_a_killed_one_had_outside_the_build(
    manifest: Path,
    elsa_data: Command,
    tmp_path: Path,
    log: Path,
    scratch: Path,
) -> None:
    words = ("build", manifest, tmp_path / "build", *WORDS)
    with running(log, *words) as command:
        wait_for("a worker", command.workers)
        command.kill_tree()
    assert [path.name[:10] for path in scratch.iterdir()] == ["elsa-data-"]
    done = elsa_data(*words)
    assert done.returncode == 0, done.stderr
    assert not list(scratch.iterdir())


@pytest.mark.slow
def test_a_second_launcher_is_turned_away(
    manifest: Path, standing_build: Path, elsa_data: Command, tmp_path: Path, log: Path
) -> None:
    out = tmp_path / "build"
    with running(log, "build", manifest, out, *WORDS) as first:
        wait_for("a worker", first.workers)
        # Held still, so that it cannot be done before the second one comes.
        first.signal(signal.SIGSTOP)
        second = elsa_data("build", manifest, out, *WORDS)
        first.signal(signal.SIGCONT)
        assert second.returncode == 2
        assert second.stderr.count("\n") == 1, second.stderr
        assert f"in use by process {first.pid} on {os.uname().nodename}" in second.stderr
        assert first.wait() == 0, first.stderr
    assert_undisturbed(out, standing_build, elsa_data)
