import math

import pytest
import torch

from elsa_data.errors import ConfigError
from elsa_data.train.lamb import Lamb
from elsa_data.train.loop import train
from elsa_data.train.settings import load_settings
from tests.train.sounds import plain_set
from tests.train.test_loop import ALONE, log_of, run_of

RATE, DECAY, BETAS, EPS = 0.03, 0.1, (0.9, 0.999), 1e-6


def by_hand(weights, gradients):
    """The algorithm as printed, a number at a time, for one tensor after another."""
    weights = [list(each) for each in weights]
    means = [[0.0] * len(each) for each in weights]
    squares = [[0.0] * len(each) for each in weights]
    for step, given in enumerate(gradients, 1):
        for w, m, v, g in zip(weights, means, squares, given, strict=True):
            move = []
            for at in range(len(w)):
                m[at] = BETAS[0] * m[at] + (1 - BETAS[0]) * g[at]
                v[at] = BETAS[1] * v[at] + (1 - BETAS[1]) * g[at] ** 2
                ratio = m[at] / (1 - BETAS[0] ** step)
                ratio /= math.sqrt(v[at] / (1 - BETAS[1] ** step)) + EPS
                move.append(ratio + DECAY * w[at])
            own, length = (math.sqrt(sum(x * x for x in vector)) for vector in (w, move))
            trust = own / length if own > 0 and length > 0 else 1.0
            for at in range(len(w)):
                w[at] -= RATE * trust * move[at]
    return weights


def test_steps_are_those_of_the_printed_algorithm():
    generator = torch.Generator().manual_seed(0)
    sizes = (3, 7, 4)
    first = [torch.randn(n, generator=generator, dtype=torch.float64) for n in sizes]
    first[2].zero_()  # A tensor without length moves as in Adam.
    gradients = [
        [torch.randn(n, generator=generator, dtype=torch.float64) for n in sizes] for _ in range(9)
    ]
    held = [torch.nn.Parameter(each.clone()) for each in first]
    optimizer = Lamb(held, lr=RATE, betas=BETAS, eps=EPS, weight_decay=DECAY)
    for given in gradients:
        for parameter, gradient in zip(held, given, strict=True):
            parameter.grad = gradient.clone()
        optimizer.step()
    expected = by_hand([e.tolist() for e in first], [[g.tolist() for g in s] for s in gradients])
    for parameter, each in zip(held, expected, strict=True):
        assert parameter.tolist() == pytest.approx(each, rel=1e-9)


def test_a_run_by_lamb_learns_and_resumes_to_the_bit(tmp_path):
    directory = plain_set(tmp_path / "set")

    def change(told):
        told["train"] |= {"optimizer": "lamb", "learning_rate": 0.02, "save_every": 5}

    run = run_of(directory, change)
    train(run, tmp_path / "whole", ALONE)
    train(run, tmp_path / "broken", ALONE, stop_after=8)
    train(run, tmp_path / "broken", ALONE, resume=True)
    whole, broken = (tmp_path / each / "model.safetensors" for each in ("whole", "broken"))
    assert whole.read_bytes() == broken.read_bytes()
    log = [line for line in log_of(tmp_path / "whole") if "direction" in line]
    assert log[-1]["direction"] < log[0]["direction"] / 2


def test_the_papers_pre_training_is_a_config():
    told = load_settings("elsa-spatial")
    assert (told.train.optimizer, told.train.learning_rate, told.train.batch) == (
        "lamb",
        1e-3,
        1024,
    )
    with pytest.raises(ConfigError, match="optimizer"):
        load_settings("elsa-spatial", ["train.optimizer=lam"])
