import numpy as np
import pytest
import torch
from numpy.random import default_rng

from elsa_data.acoustics import nufft


@pytest.mark.parametrize("seed", range(5))
def test_equals_a_sum_of_exponentials(seed):
    rng = default_rng(seed)
    size = int(rng.choice([512, 768, 1280, 2304]))
    batch, impulses, columns = 2, int(rng.integers(5, 60)), int(rng.integers(1, 9))
    times = rng.uniform(8.0, size - 8.0, (batch, impulses))
    rows = rng.standard_normal((batch, impulses, columns)).astype(np.float32)
    got = nufft.spectrum(torch.tensor(times), torch.tensor(rows), size).numpy()
    bins = np.arange(size // 2 + 1)
    exact = np.exp(-2j * np.pi * bins[:, None] * times[:, None, :] / size) @ rows
    # Up to 0.45 of the sample rate, beyond which every response fades out.
    inside = bins <= 0.45 * size
    error = np.square(np.abs(got - exact))[:, inside].sum()
    level = 10 * np.log10(error / np.square(np.abs(exact))[:, inside].sum())
    assert level < -80.0, (seed, got.shape, level)


def test_an_impulse_on_a_sample_is_flat():
    got = nufft.spectrum(torch.tensor([[100.0]]), torch.ones(1, 1, 1), 512).numpy()[0, :, 0]
    assert np.abs(got)[:230] == pytest.approx(np.ones(230), abs=1e-4)


def test_columns_and_rows_of_a_batch_do_not_mix():
    times = torch.tensor([[100.0, 200.0], [150.0, 50.0]], dtype=torch.float64)
    rows = torch.zeros(2, 2, 3)
    rows[1, 0, 2] = 1.0
    got = nufft.spectrum(times, rows, 512)
    assert got[0].abs().max() == 0.0
    assert got[1, :, :2].abs().max() == 0.0
    assert got[1, :, 2].abs().min() > 0.9
