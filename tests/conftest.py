"""What many tests stand on: the installed command, and one small build made by it."""

import contextlib
import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from elsa_data.corpora.demo import write_demo
from pipelines.__main__ import main

CLIPS, SEED = 24, 7
NO_GPU = "needs a CUDA device: install a CUDA build of torch on a machine that has one"
Command = Callable[..., subprocess.CompletedProcess[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what this machine cannot run."""
    if torch.cuda.is_available():
        return
    for item in items:
        if item.get_closest_marker("gpu"):
            item.add_marker(pytest.mark.skip(reason=NO_GPU))


def run_command(*words: object, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
    """Run ``elsa-data`` as a user does; the time-out only keeps a hang from lasting for ever."""
    return subprocess.run(
        [sys.executable, "-m", "pipelines", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


@pytest.fixture(scope="session")
def elsa_data() -> Command:
    return run_command


def run_here(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a command inside this process, which spares it seconds of imports."""
    out, err = io.StringIO(), io.StringIO()
    argv = [str(word) for word in words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(argv)
        except SystemExit as leaving:
            code = int(leaving.code or 0)
    return subprocess.CompletedProcess(argv, code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def here() -> Command:
    return run_here


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("corpus"), seed=SEED, clips=CLIPS)


@pytest.fixture(scope="session")
def standing_build(manifest: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished Parquet build of the demo corpus by one worker; copy it before you change it."""
    out = tmp_path_factory.mktemp("standing") / "build"
    done = run_here("build", manifest, out, "--preset", "tiny", "--seed", SEED)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture
def build(standing_build: Path, tmp_path: Path) -> Path:
    """A copy of the standing build that a test may break."""
    return Path(shutil.copytree(standing_build, tmp_path / "build"))


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Return the URL of an empty bucket behind a real HTTP server."""
    s3fs = pytest.importorskip("s3fs")
    server_type = pytest.importorskip("moto.server").ThreadedMotoServer
    server = server_type(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "loopback")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "loopback")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        # File systems are cached by their arguments, not by the environment they were made in.
        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir("bucket")
        yield "s3://bucket"
        s3fs.S3FileSystem.clear_instance_cache()
    server.stop()
