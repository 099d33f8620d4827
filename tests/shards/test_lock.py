import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from elsa_data.errors import ConfigError
from elsa_data.shards.directory import Directory
from elsa_data.shards.lock import STALE_S, Lock, is_stale, process_start, read_owner

ROOT = Path(__file__).parents[2]
DIES_OWNING = """
import os, sys
from elsa_data.shards.directory import Directory
from elsa_data.shards.lock import Lock
from elsa_data.shards.commit import scratch
from pathlib import Path
build = Directory(sys.argv[1])
with Lock(build, folder=Path(sys.argv[2])), scratch(build, "half") as half:
    (half / "shard").write_text("half")
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def directory(tmp_path):
    return Directory(str(tmp_path / "ein Bau"))


def owned_by(directory: Directory, **changes) -> None:
    owner = {
        "token": "another",
        "host": "another-host",
        "pid": 4242,
        "process_start": "1",
        "heartbeat": time.time(),
    }
    path = Path(directory.lock())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(owner | changes))


def test_the_lock_names_its_owner_and_goes_with_the_block(directory):
    with Lock(directory) as lock:
        owner = read_owner(directory)
        assert owner["host"] == platform.node()
        assert owner["pid"] == os.getpid()
        assert not lock.lost
        assert directory.unexpected() == []
    assert read_owner(directory) is None
    assert directory.files() == []


def test_it_goes_with_an_error_too(directory):
    with pytest.raises(KeyError), Lock(directory):
        raise KeyError
    assert read_owner(directory) is None


def test_a_second_launcher_is_refused_and_told_whose_it_is(directory):
    with Lock(directory):
        with pytest.raises(ConfigError, match=f"process {os.getpid()} on {platform.node()}"):
            Lock(directory).__enter__()
        assert read_owner(directory) is not None


def test_a_launcher_on_another_machine_is_trusted_while_it_gives_signs(directory):
    owned_by(directory, heartbeat=time.time() - STALE_S / 2)
    with pytest.raises(ConfigError, match="process 4242 on another-host, seen 30 s ago"):
        Lock(directory).__enter__()


def test_a_silent_owner_is_replaced(directory):
    owned_by(directory, heartbeat=time.time() - STALE_S - 5)
    with Lock(directory):
        assert read_owner(directory)["pid"] == os.getpid()


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The system's folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_an_owner_that_was_killed_here_is_replaced_at_once(directory, temporary):
    folder = temporary / "elsa-data-manifest"
    folder.mkdir()
    (folder / "manifest.parquet").write_text("half")
    command = [sys.executable, "-c", DIES_OWNING, directory.url, str(folder)]
    died = subprocess.run(command, cwd=ROOT, check=False)
    assert died.returncode == -9
    owner = read_owner(directory)
    assert owner["pid"] != os.getpid()
    assert time.time() - owner["heartbeat"] < STALE_S
    assert directory.leftovers()
    with Lock(directory):
        assert read_owner(directory)["pid"] == os.getpid()
        assert not directory.leftovers(), "what it left in the build goes with it"
        assert not list(temporary.iterdir()), "and what it had outside"


@pytest.mark.parametrize("name", ["precious", "elsa-data-mine/inner", "../elsa-data-other", ""])
def test_a_lock_can_name_no_other_folder_to_be_removed(directory, temporary, name):
    folder = temporary / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kept").write_text("kept")
    gone = {"host": platform.node(), "pid": os.getpid(), "process_start": "1"}
    owned_by(directory, **gone, folder=str(folder))
    with Lock(directory):
        assert (folder / "kept").exists()


def test_the_folder_of_another_machine_is_its_own_business(directory, temporary):
    folder = temporary / "elsa-data-same-name"
    folder.mkdir()
    owned_by(directory, heartbeat=time.time() - STALE_S - 5, folder=str(folder))
    with Lock(directory):
        assert folder.exists()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="start times are read from /proc")
def test_a_number_given_to_a_later_process_is_not_the_owner(directory):
    owned_by(directory, host=platform.node(), pid=os.getpid(), process_start="1")
    assert is_stale(read_owner(directory))
    owned_by(
        directory, host=platform.node(), pid=os.getpid(), process_start=process_start(os.getpid())
    )
    assert not is_stale(read_owner(directory))


def test_a_process_that_is_gone_has_no_start():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert process_start(process.pid) is None
    assert process_start(os.getpid()) == process_start(os.getpid())


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": "x"}'])
def test_a_damaged_lock_is_replaced(directory, text):
    owned_by(directory)
    Path(directory.lock()).write_text(text)
    with Lock(directory):
        assert read_owner(directory)["pid"] == os.getpid()


def test_the_heartbeat_keeps_the_lock_fresh(directory):
    with Lock(directory, heartbeat_s=0.01):
        first = read_owner(directory)["heartbeat"]
        while read_owner(directory)["heartbeat"] == first:
            time.sleep(0.005)
        assert read_owner(directory)["heartbeat"] > first


def test_an_owner_that_was_replaced_notices_and_leaves_the_lock_alone(directory):
    with Lock(directory, heartbeat_s=0.01) as lock:
        while not lock.lost:
            owned_by(directory)
            time.sleep(0.02)
    assert read_owner(directory)["token"] == "another"


def test_of_many_launchers_at_once_one_wins(directory):
    barrier, won, refused = threading.Barrier(8), [], []

    def launch() -> None:
        barrier.wait()
        try:
            with Lock(directory):
                won.append(1)
                barrier.wait()
        except ConfigError:
            refused.append(1)
            barrier.wait()

    threads = [threading.Thread(target=launch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(refused)) == (1, 7)
