from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import fftconvolve, oaconvolve

from elsa_data.acoustics.convolve import Job, convolve, shape_of
from elsa_data.seeding import rng_for


def make_job(seed: int, *, sources: int, samples: int, taps: int, length: int, channels=4) -> Job:
    rng = rng_for(seed, "job", sources, samples, taps, length)
    return Job(
        dries=tuple(rng.standard_normal(samples).astype(np.float32) for _ in range(sources)),
        rirs=tuple(
            rng.standard_normal((channels, taps)).astype(np.float32) for _ in range(sources)
        ),
        onsets=tuple(int(rng.integers(0, length // 2 + 1)) for _ in range(sources)),
        length=length,
    )


def exact(job: Job, method) -> np.ndarray:
    """Return the same sum in double precision by scipy."""
    wet = np.zeros((job.rirs[0].shape[0], job.length))
    for dry, rir, onset in zip(job.dries, job.rirs, job.onsets, strict=True):
        part = method(dry[None].astype(np.float64), rir.astype(np.float64), axes=1)
        part = part[:, : job.length - onset]
        wet[:, onset : onset + part.shape[1]] += part
    return wet


def error_db(got: np.ndarray, wanted: np.ndarray) -> float:
    return 10.0 * np.log10(np.square(got - wanted).sum() / np.square(wanted).sum())


@pytest.mark.parametrize("seed", range(25))
def test_matches_scipy_on_random_shapes(seed):
    rng = rng_for(seed, "shape")
    shape = {
        "sources": int(rng.integers(1, 4)),
        "samples": int(rng.integers(1, 30_000)),
        "taps": int(rng.integers(1, 9_000)),
        "length": int(rng.integers(1, 30_000)),
        "channels": int(rng.choice([1, 2, 4, 9])),
    }
    job = make_job(seed, **shape)
    (got,) = convolve([job])
    assert got.shape == (shape["channels"], shape["length"]), shape
    assert got.dtype == np.float32, shape
    method = oaconvolve if seed % 2 else fftconvolve
    assert error_db(got, exact(job, method)) < -110.0, (shape, job.onsets, shape_of(job))


def test_a_long_clip_is_cut_into_frames_without_a_seam():
    job = replace(make_job(1, sources=1, samples=200_003, taps=4_801, length=200_003), onsets=(0,))
    assert shape_of(job).frames > 3
    (got,) = convolve([job])
    wanted = exact(job, oaconvolve)
    hop = shape_of(job).fft_size - job.rirs[0].shape[1]
    for seam in range(hop, job.length, hop):
        near = slice(seam - 50, seam + 50)
        assert error_db(got[:, near], wanted[:, near]) < -105.0, seam


def test_an_impulse_at_an_onset_gives_the_rir_there():
    rir = np.arange(1.0, 13.0, dtype=np.float32).reshape(4, 3)
    job = Job(dries=(np.array([1.0]),), rirs=(rir,), onsets=(5,), length=7)
    (got,) = convolve([job])
    wanted = np.zeros((4, 7))
    wanted[:, 5:] = rir[:, :2]
    np.testing.assert_allclose(got, wanted, atol=1e-5)


def test_a_source_that_starts_after_the_end_is_silent():
    job = Job(dries=(np.ones(9),), rirs=(np.ones((4, 3)),), onsets=(20,), length=10)
    assert not convolve([job])[0].any()


@pytest.mark.parametrize(("taps", "length"), [(4_801, 20_011), (333, 1_777), (48_003, 96_101)])
def test_one_job_alone_and_among_many_has_equal_bits(taps, length):
    jobs = [
        make_job(seed, sources=1 + seed % 3, samples=length - 7, taps=taps - seed, length=length)
        for seed in range(5 if taps > 9_000 else 64)
    ]
    together = convolve(jobs)
    for job, wet in zip(jobs, together, strict=True):
        (alone,) = convolve([job])
        assert np.array_equal(alone, wet), shape_of(job)


def test_a_lone_frame_of_a_lone_channel_has_the_bits_of_a_batch():
    jobs = [
        make_job(s, sources=1, samples=8_001, taps=8_000, length=8_011, channels=1)
        for s in range(5)
    ]
    assert shape_of(jobs[0]).fft_size >= 16_384  # from here on one transform alone is another
    for job, wet in zip(jobs, convolve(jobs), strict=True):
        assert np.array_equal(convolve([job])[0], wet)


def test_order_and_batch_limits_do_not_change_the_bits(monkeypatch):
    jobs = [make_job(s, sources=2, samples=5_003, taps=701, length=6_007) for s in range(9)]
    together = convolve(jobs)
    backwards = convolve(jobs[::-1])[::-1]
    monkeypatch.setattr("elsa_data.acoustics.convolve.BATCH_SAMPLES", {"cpu": 1})
    one_by_one = convolve(jobs)
    for first, second, third in zip(together, backwards, one_by_one, strict=True):
        assert np.array_equal(first, second)
        assert np.array_equal(first, third)


def test_the_same_sound_from_two_halves_adds_up():
    job = make_job(3, sources=1, samples=3_001, taps=501, length=3_500)
    twice = Job(dries=job.dries * 2, rirs=job.rirs * 2, onsets=job.onsets * 2, length=job.length)
    (one,), (two,) = convolve([job]), convolve([twice])
    np.testing.assert_allclose(two, 2.0 * one, rtol=1e-5, atol=1e-4)


def test_refuses_sources_that_do_not_match():
    with pytest.raises(ValueError, match=r"2 dry sounds, 1 RIRs"):
        convolve(
            [Job(dries=(np.ones(3), np.ones(3)), rirs=(np.ones((4, 2)),), onsets=(0, 0), length=3)]
        )
    with pytest.raises(ValueError, match=r"\[1, 4\] channels"):
        convolve(
            [
                Job(
                    dries=(np.ones(3), np.ones(3)),
                    rirs=(np.ones((4, 2)), np.ones((1, 2))),
                    onsets=(0, 0),
                    length=3,
                )
            ]
        )


def test_no_jobs_no_audio():
    assert convolve([]) == []


@pytest.mark.gpu
def test_cuda_agrees_with_the_cpu():
    jobs = [
        make_job(s, sources=1 + s % 2, samples=70_001, taps=9_001, length=80_003) for s in range(4)
    ]
    for cpu, cuda in zip(convolve(jobs), convolve(jobs, device="cuda"), strict=True):
        assert error_db(cuda, cpu.astype(np.float64)) < -100.0


@pytest.mark.gpu
def test_cuda_bits_do_not_depend_on_the_batch():
    jobs = [make_job(s, sources=2, samples=70_001, taps=9_001, length=80_003) for s in range(9)]
    for job, wet in zip(jobs, convolve(jobs, device="cuda"), strict=True):
        assert np.array_equal(convolve([job], device="cuda")[0], wet)
