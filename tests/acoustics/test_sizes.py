import pytest

from elsa_data.acoustics import sizes, tail


@pytest.mark.parametrize("samples", [1, 255, 256, 1000, 2817, 5000, 34_567, 250_000])
def test_smooth_sizes_are_near_and_only_of_small_primes(samples):
    size = sizes.smooth_size(samples)
    assert samples <= size <= max(256, 1.25 * samples + 256)
    assert size % 256 == 0
    for prime in (2, 3, 5):
        while size % prime == 0:
            size //= prime
    assert size == 1


def test_sizes_are_few():
    found = {sizes.sizes_of(0.06, 0.3 + 0.001 * k, 48_000) for k in range(1000)}
    assert len(found) <= 12


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
def test_whole_frames_fit_and_the_images_do(rate):
    size = sizes.sizes_of(0.07, 0.5, rate)
    assert size.room % tail.hop_of(rate) == 0
    assert size.room >= 0.5 * rate
    assert size.early >= 2 * size.guard + 0.07 * rate
    assert size.passed >= size.early - size.guard + 0.085 * rate - 1
    assert size.room >= size.early - size.guard


def test_the_mixing_time_grows_with_the_room_and_waits_for_the_direct_sound():
    assert sizes.mixing_time_s(50.0, 0.01) == 0.05
    assert sizes.mixing_time_s(900.0, 0.01) == pytest.approx(0.09)
    assert sizes.mixing_time_s(50.0, 0.1) == pytest.approx(0.13)
