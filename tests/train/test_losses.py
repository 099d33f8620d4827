import math

import pytest
import torch

from elsa_data.train.losses import contrastive, regression
from elsa_data.train.processes import Processes

ALONE = Processes(0, 1, torch.device("cpu"))


def embeddings(seed: int, rows: int = 5):
    made = torch.randn(rows, 7, generator=torch.Generator().manual_seed(seed), dtype=torch.double)
    return torch.nn.functional.normalize(made, dim=1)


def test_contrastive_is_what_a_loop_finds():
    audio, text, scale = embeddings(1), embeddings(2), torch.tensor(14.0)
    total = 0.0
    for at in range(5):
        heard = [math.exp(14 * float(audio[at] @ text[other])) for other in range(5)]
        read = [math.exp(14 * float(audio[other] @ text[at])) for other in range(5)]
        total -= math.log(heard[at] / sum(heard)) / 2 + math.log(read[at] / sum(read)) / 2
    assert float(contrastive(audio, text, scale, ALONE)) == pytest.approx(total / 5)


def test_contrastive_does_not_prefer_a_side():
    audio, text, scale = embeddings(1), embeddings(2), torch.tensor(14.0)
    both = [float(contrastive(*pair, scale, ALONE)) for pair in ((audio, text), (text, audio))]
    assert both[0] == pytest.approx(both[1])


def test_a_permuted_twin_in_the_batch_is_a_negative():
    audio = torch.eye(4)
    text = audio[[1, 0, 2, 3]]
    scale = torch.tensor(20.0)
    assert contrastive(audio, audio, scale, ALONE) < 1e-6
    assert contrastive(audio, text, scale, ALONE) > 9


def test_regression_leaves_missing_values_out():
    target = torch.tensor([[1.0, math.nan], [math.nan, math.nan], [3.0, 2.0]])
    found = torch.tensor([[2.0, 9.0], [9.0, 9.0], [3.0, 5.0]], requires_grad=True)
    loss = regression("t30", found, target, ALONE)
    assert float(loss.detach()) == pytest.approx((1 + 0 + 9) / 3)
    loss.backward()
    assert found.grad is not None
    assert found.grad.isfinite().all()
    assert found.grad[1].tolist() == [0, 0]


def test_direction_is_an_angle_whatever_the_length():
    target = torch.tensor([[1.0, 0, 0], [0, 1.0, 0], [math.nan] * 3])
    found = torch.tensor([[5.0, 0, 0], [0, -0.1, 0], [1.0, 1, 1]])
    assert float(regression("direction", found, target, ALONE)) == pytest.approx((0 + 2) / 2)
