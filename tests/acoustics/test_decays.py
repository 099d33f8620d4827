import math

import numpy as np
import pyroomacoustics as pra
import pytest
from scipy.signal import butter, sosfreqz

from elsa_data.acoustics import decay_fit, octave
from elsa_data.acoustics.decays import ENDS_EARLY, all_decays, full_decay, octave_decays
from elsa_data.conventions import OCTAVE_BANDS_HZ
from elsa_data.seeding import rng_for


def noise_decay(seed: int, t30_s: float, rate_hz: int, *, length_s: float) -> np.ndarray:
    """Return Gaussian noise that falls by 60 dB in ``t30_s``."""
    time_s = np.arange(int(length_s * rate_hz)) / rate_hz
    noise = rng_for(seed, "decay").standard_normal(len(time_s))
    return noise * np.exp(-3.0 * math.log(10.0) * time_s / t30_s)


def mean_decays(t30_s: float, rate_hz: int, seeds: int, *, length_s: float) -> list[float | None]:
    """Return the mean T30 of every octave over seeds; None where any has none."""
    rows = [
        [
            decay.t30_s
            for decay in octave_decays(
                octave.spectrum(noise_decay(s, t30_s, rate_hz, length_s=length_s), rate_hz), 0.0
            )
        ]
        for s in range(seeds)
    ]
    return [None if None in band else float(np.mean(band)) for band in zip(*rows, strict=True)]


@pytest.mark.parametrize(("t30_s", "rate_hz"), [(0.3, 16_000), (0.8, 44_100), (1.3, 48_000)])
def test_reads_the_t30_of_noise_with_a_known_one(t30_s, rate_hz):
    means = mean_decays(t30_s, rate_hz, seeds=12, length_s=1.1 * t30_s)
    for center_hz, got in zip(OCTAVE_BANDS_HZ, means, strict=True):
        if not octave.holds(center_hz, rate_hz):
            assert got is None, center_hz
            continue
        # A noise tail has about B T independent levels in its range: that is the scatter.
        scatter = 1.0 / math.sqrt(octave.bandwidth_hz(center_hz) * t30_s * 12)
        assert got == pytest.approx(t30_s, rel=0.01 + 3.0 * scatter), (center_hz, rate_hz)


def test_a_band_is_as_long_as_its_own_decay():
    rate_hz, slow_s, fast_s = 48_000, 1.2, 0.4
    whole = octave.spectrum(
        _band_limited(slow_s, rate_hz, 500.0) + _band_limited(fast_s, rate_hz, 4000.0), rate_hz
    )
    decays = dict(zip(OCTAVE_BANDS_HZ, octave_decays(whole, 0.0), strict=True))
    assert decays[500.0].t30_s == pytest.approx(slow_s, rel=0.1)
    assert decays[4000.0].t30_s == pytest.approx(fast_s, rel=0.05)


def _band_limited(t30_s: float, rate_hz: int, center_hz: float) -> np.ndarray:
    noise = rng_for(5, "band", int(center_hz)).standard_normal(int(1.3 * rate_hz))
    bins = np.fft.rfft(noise)
    frequency = np.fft.rfftfreq(len(noise), 1.0 / rate_hz)
    bins[np.abs(np.log2(np.maximum(frequency, 1.0) / center_hz)) > 0.5] = 0.0
    time_s = np.arange(len(noise)) / rate_hz
    return np.fft.irfft(bins, len(noise)) * np.exp(-3.0 * math.log(10.0) * time_s / t30_s)


def t30_at_500_hz(samples: np.ndarray, rate_hz: int, *, reverse: bool) -> float:
    whole = octave.spectrum(samples, rate_hz)
    band = octave.octave_filter(500.0, whole.fft_size, rate_hz)
    power = octave.power(whole, band, reverse=reverse)
    remaining = decay_fit.schroeder(power.values)
    line = decay_fit.fit_line(remaining, power.step_s, decay_fit.T30_RANGE_DB)
    assert line is not None
    return line.t60_s


def test_a_reversed_filter_lengthens_short_decays_less():
    t30_s, rate_hz = 0.012, 48_000
    tails = [noise_decay(seed, t30_s, rate_hz, length_s=0.1) for seed in range(60)]
    forward, backward = (
        np.mean([t30_at_500_hz(tail, rate_hz, reverse=reverse) for tail in tails]) / t30_s
        for reverse in (False, True)
    )
    assert forward > 1.3
    assert backward < 1.15


@pytest.mark.parametrize(("t30_s", "reverse"), [(0.03, True), (0.3, False)])
def test_short_decays_are_read_through_the_reversed_filter(t30_s, reverse):
    tail = noise_decay(11, t30_s, 48_000, length_s=2.0 * t30_s)
    decay = octave_decays(octave.spectrum(tail, 48_000), 0.0)[OCTAVE_BANDS_HZ.index(500.0)]
    assert decay.t30_s == t30_at_500_hz(tail, 48_000, reverse=reverse)
    assert decay.t30_s != t30_at_500_hz(tail, 48_000, reverse=not reverse)


def test_a_decay_shorter_than_the_filter_has_no_t30():
    whole = octave.spectrum(noise_decay(1, 0.008, 48_000, length_s=0.1), 48_000)
    decay = octave_decays(whole, 0.0)[OCTAVE_BANDS_HZ.index(500.0)]
    assert decay.t30_s is None
    assert decay.reason == "shorter-than-filter"


@pytest.mark.parametrize("kept_db", [20.0, 30.0, 40.0])
def test_a_response_that_ends_too_early_has_no_t30(kept_db):
    whole = octave.spectrum(noise_decay(2, 1.0, 16_000, length_s=kept_db / 60.0), 16_000)
    for center_hz, decay in zip(OCTAVE_BANDS_HZ[:6], octave_decays(whole, 0.0), strict=False):
        assert decay.t30_s is None, center_hz
        assert decay.reason.startswith(ENDS_EARLY), (center_hz, decay.reason)
    assert full_decay(whole, 0.0).t30_s is None


def test_a_response_that_falls_far_enough_has_one():
    whole = octave.spectrum(noise_decay(2, 1.0, 16_000, length_s=0.85), 16_000)
    assert full_decay(whole, 0.0).t30_s == pytest.approx(1.0, rel=0.05)


def test_two_slopes_are_curved_and_one_is_not():
    rate_hz = 48_000
    straight = noise_decay(3, 0.8, rate_hz, length_s=1.5)
    bent = noise_decay(3, 0.3, rate_hz, length_s=1.5)
    bent = bent + 0.03 * noise_decay(4, 1.5, rate_hz, length_s=1.5)
    assert not full_decay(octave.spectrum(straight, rate_hz), 0.0).curved
    assert full_decay(octave.spectrum(bent, rate_hz), 0.0).curved


def test_the_early_decay_time_starts_at_the_arrival():
    rate_hz, delay_s = 48_000, 0.02
    tail = noise_decay(6, 0.6, rate_hz, length_s=0.7)
    late = np.concatenate([np.zeros(int(delay_s * rate_hz)), tail])
    edt_s = full_decay(octave.spectrum(late, rate_hz), delay_s).edt_s
    assert edt_s == pytest.approx(0.6, rel=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_pyroomacoustics_where_its_range_is_whole(seed):
    samples = noise_decay(seed, 0.5, 16_000, length_s=0.6)
    theirs = pra.experimental.measure_rt60(samples, fs=16_000, decay_db=30)
    ours = full_decay(octave.spectrum(samples, 16_000), 0.0).t30_s
    assert ours == pytest.approx(theirs, rel=0.03)


def test_the_full_band_is_cut_at_8_khz():
    rate_hz = 48_000
    slow_top = noise_decay(7, 2.0, rate_hz, length_s=1.2)
    bins = np.fft.rfft(slow_top)
    bins[np.fft.rfftfreq(len(slow_top), 1.0 / rate_hz) < 14_000.0] = 0.0
    mixed = noise_decay(8, 0.4, rate_hz, length_s=1.2) + np.fft.irfft(bins, len(slow_top))
    assert full_decay(octave.spectrum(mixed, rate_hz), 0.0).t30_s == pytest.approx(0.4, rel=0.15)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000])
def test_bands_exist_up_to_their_share_of_nyquist(rate_hz):
    decays = octave_decays(
        octave.spectrum(noise_decay(9, 0.5, rate_hz, length_s=0.6), rate_hz), 0.0
    )
    for center_hz, decay in zip(OCTAVE_BANDS_HZ, decays, strict=True):
        beyond = center_hz * math.sqrt(2.0) > 0.95 * rate_hz / 2.0
        assert (decay.reason == "beyond-nyquist") == beyond, (rate_hz, center_hz)


def test_power_keeps_the_energy_of_each_band():
    rate_hz = 48_000
    samples = noise_decay(10, 0.3, rate_hz, length_s=0.4)
    whole = octave.spectrum(samples, rate_hz)
    bins = np.fft.rfft(samples, whole.fft_size)
    for center_hz in OCTAVE_BANDS_HZ:
        band = octave.octave_filter(center_hz, whole.fft_size, rate_hz)
        kept = np.abs(bins[: band.size // 2 + 1] * band.response) ** 2
        wanted = 2.0 * kept.sum() / whole.fft_size
        for reverse in (False, True):
            got = octave.power(whole, band, reverse=reverse).values.sum()
            assert octave.energy(whole, band) == pytest.approx(wanted, rel=1e-4), center_hz
            assert got == pytest.approx(wanted, rel=5e-3), (center_hz, reverse)


@pytest.mark.parametrize("rate_hz", [8_000, 48_000])
def test_all_decays_at_once_are_those_one_by_one(rate_hz):
    whole = octave.spectrum(noise_decay(12, 0.6, rate_hz, length_s=0.8), rate_hz)
    bands, full = all_decays(whole, 0.01)
    for got, wanted in zip(
        [*bands, full], [*octave_decays(whole, 0.01), full_decay(whole, 0.01)], strict=True
    ):
        assert got.reason == wanted.reason
        assert (got.t30_s is None) == (wanted.t30_s is None)
        if wanted.t30_s is not None:
            assert got.t30_s == pytest.approx(wanted.t30_s, rel=1e-5)
            assert got.edt_s == (wanted.edt_s and pytest.approx(wanted.edt_s, rel=1e-5))


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 48_000])
def test_filters_are_those_of_scipy(rate_hz):
    size = 98_304
    for center_hz in (c for c in OCTAVE_BANDS_HZ if octave.holds(c, rate_hz)):
        band = octave.octave_filter(center_hz, size, rate_hz)
        edges = (center_hz * math.sqrt(0.5), center_hz * math.sqrt(2.0))
        sections = butter(3, edges, "bandpass", fs=rate_hz, output="sos")
        grid = np.arange(len(band.response)) * (rate_hz / size)
        wanted = sosfreqz(sections, grid, fs=rate_hz)[1]
        np.testing.assert_allclose(band.response, wanted, atol=1e-6)
    low_pass = octave.full_band_filter(size, rate_hz)
    if low_pass is not None:
        sections = butter(8, octave.FULL_BAND_HZ, fs=rate_hz, output="sos")
        grid = np.arange(len(low_pass.response)) * (rate_hz / size)
        wanted = sosfreqz(sections, grid, fs=rate_hz)[1]
        np.testing.assert_allclose(low_pass.response, wanted, atol=1e-6)
