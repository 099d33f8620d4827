import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from elsa_data.train.processes import Processes
from elsa_data.train.reader import Batch
from elsa_data.train.registry import build_model, prepare_assets
from elsa_data.train.step import batch_gradient, batch_losses
from tests.train.sounds import RATE_HZ, data, order, plain_set, reader, settings

ALONE = Processes(0, 1, torch.device("cpu"))
WEIGHTS = {"contrastive": 1.0, "direction": 2.0, "distance": 1.0, "area": 0.5}
CAPTIONS = ["noise number 1 from the left", "noise number 2 from the back"]


def model_of(dropout: float = 0.0):
    config = replace(settings().model, dropout=dropout)
    torch.manual_seed(1)
    return build_model(config, prepare_assets(config, CAPTIONS), RATE_HZ)


def part_of(batch: Batch, rows: slice) -> Batch:
    return replace(
        batch,
        inputs={name: value[rows] for name, value in batch.inputs.items()},
        texts=batch.texts[rows],
        targets={name: value[rows] for name, value in batch.targets.items()},
        rows=batch.rows[rows],
    )


@pytest.fixture
def batch(tmp_path) -> Batch:
    index, read = reader(plain_set(tmp_path / "set"), data())
    found = next(read.batches(order(index, batch=9), 0, 40))
    spatial = [row["spatial"] for row in found.rows]
    assert True in spatial
    assert False in spatial
    return found


def gradient(batch: Batch, dropout: float = 0.0, **options):
    model = model_of(dropout)
    losses = batch_gradient(model, batch, WEIGHTS, ALONE, **options)
    return losses, {name: each.grad for name, each in model.named_parameters()}


def require_equal(first, second, tolerance: float) -> None:
    assert first[0] == pytest.approx(second[0], rel=1e-5)
    for name, grad in first[1].items():
        scale = grad.abs().max().clamp_min(1e-3)
        worst = float(((grad - second[1][name]).abs() / scale).max())
        assert worst <= tolerance, f"{name}: {worst}"


@pytest.mark.parametrize("pieces", [2, 3])
def test_pieces_give_the_gradient_of_the_batch(batch, pieces):
    require_equal(gradient(batch), gradient(batch, pieces=pieces), 1e-5)


def test_pieces_replay_their_dropout(batch):
    first, second = (gradient(batch, dropout=0.3, pieces=3, seed=8) for _ in range(2))
    require_equal(first, second, 0.0)
    other = gradient(batch, dropout=0.3, pieces=3, seed=9)
    assert other[0] != first[0]


def test_pieces_with_dropout_follow_the_slope_of_the_same_draw(batch):
    model = model_of(0.3)
    losses = batch_gradient(model, batch, WEIGHTS, ALONE, pieces=3, seed=8)
    before = sum(WEIGHTS[name] * value for name, value in losses.items())
    length = sum(float(p.grad.square().sum()) for p in model.parameters() if p.grad is not None)
    rate = 1e-4
    with torch.no_grad():
        for each in model.parameters():
            if each.grad is not None:
                each -= rate * each.grad
    after = batch_gradient(model, batch, WEIGHTS, ALONE, pieces=3, seed=8)
    fallen = before - sum(WEIGHTS[name] * value for name, value in after.items())
    assert fallen == pytest.approx(rate * length, rel=0.1)


def test_two_processes_give_the_gradient_of_one(batch, tmp_path):
    torch.save(batch, tmp_path / "batch.pt")
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"),
        *("-m", "tests.train.two_processes", str(tmp_path)),
    ]
    done = subprocess.run(
        command,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    alone = gradient(batch)
    for pieces in (1, 2):
        require_equal(alone, torch.load(tmp_path / f"found-{pieces}.pt"), 1e-5)


def test_a_batch_without_spatial_rows_has_no_spatial_loss(batch):
    mono = slice(0, 4)
    silent = {name: torch.full_like(each, torch.nan) for name, each in batch.targets.items()}
    losses, grads = gradient(part_of(replace(batch, targets=silent), mono))
    assert losses["direction"] == losses["distance"] == losses["area"] == 0
    assert losses["contrastive"] > 0
    assert all(grad is None or grad.isfinite().all() for grad in grads.values())


def test_a_loss_that_is_not_weighted_is_not_computed(batch):
    losses = batch_losses(model_of(), batch, {"contrastive": 1.0}, ALONE)
    assert list(losses) == ["contrastive"]
