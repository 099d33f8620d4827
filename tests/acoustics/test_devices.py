import subprocess
import sys
from pathlib import Path

import pytest
import torch

from elsa_data.acoustics import devices, engine
from elsa_data.errors import BuildError
from tests.acoustics.box_scenes import random_box

HOLD = """
import sys
from elsa_data.acoustics import devices
print(devices.slot(2, sys.argv[1]), devices.slot(2, sys.argv[1]), flush=True)
sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """A process that takes a slot, asks again, and keeps it until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_each_process_has_a_slot_of_its_own_and_leaves_it_behind(tmp_path: Path):
    first, second = holder(tmp_path), None
    try:
        assert first.stdout is not None
        assert first.stdout.readline().split() == ["0", "0"]
        second = holder(tmp_path)
        assert second.stdout is not None
        assert second.stdout.readline().split() == ["1", "1"]
        with pytest.raises(BuildError, match="each of the 2 CUDA devices"):
            devices.slot(2, str(tmp_path))
        first.kill()
        first.wait()
        assert devices.slot(2, str(tmp_path)) == 0
    finally:
        for process in (first, second):
            if process is not None:
                process.kill()
                process.communicate()


@pytest.mark.parametrize("room", [1, 2, 3, 5, 100])
def test_a_batch_too_large_for_memory_is_halved(room):
    sizes = []

    def squares(items):
        sizes.append(len(items))
        if len(items) > room:
            raise torch.OutOfMemoryError(f"{len(items)} are too many")
        return [item**2 for item in items]

    assert list(devices.in_halves(squares, range(23), 16)) == [n**2 for n in range(23)]
    assert max(sizes) == 16


def test_one_that_is_too_large_alone_is_an_error():
    def never(items):
        raise torch.OutOfMemoryError("no room")

    with pytest.raises(torch.OutOfMemoryError):
        list(devices.in_halves(never, [1, 2, 3], 2))


def test_a_batch_holds_items_of_one_key_and_the_order_stays():
    batches = []

    def doubled(items):
        batches.append(list(items))
        return [2 * item for item in items]

    assert devices.by_key(range(10), lambda item: item % 3, doubled, 3) == list(range(0, 20, 2))
    assert batches == [[0, 3, 6], [9], [1, 4, 7], [2, 5, 8]]


@pytest.mark.gpu
def test_cuda_agrees_with_the_cpu_and_with_itself_in_any_batch():
    groups = [random_box(seed, sample_rate_hz=48_000, scattering=0.3) for seed in range(64)]
    together = engine.simulate_rirs(groups, device="cuda")
    for group, many in zip(groups[:8], together[:8], strict=True):
        for other in (
            engine.simulate_rirs([group])[0],
            engine.simulate_rirs([group], device="cuda")[0],
        ):
            error = abs(many.samples - other.samples).max() / abs(other.samples).max()
            assert error < 1e-5, group.seed


@pytest.mark.parametrize(
    ("cores", "workers", "threads"), [(2, 1, 1), (2, 2, 0), (2, 3, 0), (16, 4, 2), (None, 1, 0)]
)
def test_threads_are_as_many_as_cores_are_left(monkeypatch, cores, workers, threads):
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert devices.threads_beside("cpu", workers) == threads
    assert devices.threads_beside("cuda", workers) == devices.CUDA_THREADS
