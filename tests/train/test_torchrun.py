"""Several processes through the whole command, as torchrun starts them, on CPUs."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from tests.train.sounds import plain_set
from tests.train.test_command import FAST
from tests.train.test_loop import log_of

SETTINGS = [
    *("--device", "cpu", "--set", "train.epochs=25", "--set", "train.save_every=5"),
    *("--set", "data.crop=random", "--set", "data.keep=false", "--set", "train.threads=1"),
]


def start(data: str, run, *words: str) -> subprocess.Popen[str]:
    """Start two processes in a session of their own."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    told = [*("-m", "elsa_data.train", data, str(run)), *FAST, *SETTINGS, *words]
    return subprocess.Popen(
        [*command, *told],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def step_of(run) -> int:
    path = run / "checkpoint.pt"
    return torch.load(path, weights_only=True)["step"] if path.exists() else 0


@pytest.mark.slow
def test_two_processes_that_were_killed_go_on_and_end_as_if_they_had_not_been(tmp_path):
    data, whole, killed = plain_set(tmp_path / "set", rows=48).url, tmp_path / "a", tmp_path / "b"
    with start(data, whole) as process:
        said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said
    # One of them speaks: each line is there once.
    lines = said.splitlines()
    assert sum(line.startswith("Trained ") for line in lines) == 1
    assert len(lines) == len(set(lines))

    with start(data, killed) as process:
        while process.poll() is None and step_of(killed) < 10:
            time.sleep(0.05)
        # torchrun and both of its processes, which no handler can soften.
        os.killpg(process.pid, signal.SIGKILL)
    assert 10 <= step_of(killed) < step_of(whole)
    with start(data, killed, "--resume") as process:
        said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said

    names = {path.name for path in killed.iterdir()}
    assert names == {path.name for path in whole.iterdir()}
    assert [name for name in names if "checkpoint" in name] == ["checkpoint.pt"]
    for name in ("model.safetensors", "config.json"):
        assert (whole / name).read_bytes() == (killed / name).read_bytes(), name
    assert log_of(whole) == log_of(killed)
