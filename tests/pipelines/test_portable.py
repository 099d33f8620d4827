"""Other ways to the same bytes: slices of the shards, and Beam's portable runner.

The Python job service speaks the protocol of Flink and Spark. EXTERNAL workers come from a pool of
their own, as they do from a side-car on a cluster; LOOPBACK ones live in the launcher.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conftest import SEED, Command

PORTABLE = "apache_beam.runners.portability.local_job_service_main"
POOL = "apache_beam.runners.worker.worker_pool_main"
START_S = 60.0


def hashes(build: Path, folder: str) -> dict[str, str]:
    files = sorted((build / folder).iterdir())
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("localhost", 0))
        return server.getsockname()[1]


@contextmanager
def serving(module: str, flag: str) -> Iterator[int]:
    """Yield the port of a Beam service that answers; it ends with the block."""
    port = free_port()
    # The pool starts its workers as bare `python`.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", module, flag, str(port)]
    process = subprocess.Popen(
        command,
        env={**os.environ, "PATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("localhost", port), 1):
            return
        time.sleep(0.2)
    pytest.fail(f"nothing answers at port {port}: the service ended with {process.poll()}")


@pytest.fixture
def unsimulated(build: Path) -> Path:
    """A build that is planned and nothing else."""
    for stage, folder in (("simulate", "rirs"), ("caption", "captions"), ("render", "data")):
        for path in (build / folder, build / "done" / stage, build / "rejects" / stage):
            shutil.rmtree(path, ignore_errors=True)
    return build


@pytest.mark.slow
@pytest.mark.parametrize("environment", ["LOOPBACK", "EXTERNAL"])
def test_the_portable_runner_writes_the_bytes_of_the_local_one(
    elsa_data: Command, unsimulated: Path, standing_build: Path, environment: str
) -> None:
    with serving(PORTABLE, "--port") as job_port, serving(POOL, "--service_port") as pool_port:
        words = ["--runner=PortableRunner", f"--job_endpoint=localhost:{job_port}"]
        words.append(f"--environment_type={environment}")
        if environment == "EXTERNAL":
            words.append(f"--environment_config=localhost:{pool_port}")
        done = elsa_data("simulate", unsimulated, "--", *words)
    assert done.returncode == 0, done.stderr
    assert hashes(unsimulated, "rirs") == hashes(standing_build, "rirs")


@pytest.mark.slow
def test_what_fails_on_the_portable_runner_comes_back_as_one_line(
    elsa_data: Command, unsimulated: Path
) -> None:
    shutil.rmtree(unsimulated / "done" / "plan")
    with serving(PORTABLE, "--port") as port:
        words = ("--runner=PortableRunner", f"--job_endpoint=localhost:{port}")
        done = elsa_data("simulate", unsimulated, "--", *words, "--environment_type=LOOPBACK")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("elsa-data: plan of "), done.stderr[-2000:]
    assert "is not done in" in last


@pytest.mark.slow
def test_slices_of_one_build_make_the_whole(
    elsa_data: Command, manifest: Path, standing_build: Path, tmp_path: Path
) -> None:
    words = (manifest, tmp_path / "build", "--preset", "tiny", "--seed", SEED)
    assert elsa_data("plan", *words).returncode == 0
    for index in (1, 0):
        done = elsa_data("build", *words, "--shard-index", index, "--shard-count", 2)
        assert done.returncode == 0, done.stderr
    for folder in ("plan", "rirs", "captions", "data"):
        assert hashes(tmp_path / "build", folder) == hashes(standing_build, folder), folder
