"""Our convolution against scipy's `oaconvolve`, in one run, on one thread.

    python benchmarks/convolution.py [--quick] [--json]

Only ratios of one run mean anything on a shared machine: each round times both, one after the
other, and the table gives the median of the rounds' ratios.
"""

import argparse
import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch
from scipy.signal import oaconvolve

from elsa_data.acoustics.convolve import Job, convolve
from elsa_data.seeding import rng_for
from pipelines.memory import keep_memory

SAMPLE_RATE_HZ = 48_000
CLIP_S = 10.0
CHANNELS = 4


class Case(NamedTuple):
    """One row of the table."""

    sources: int
    rir_s: float


class Result(NamedTuple):
    """Medians over rounds; ``rtf`` is seconds of audio per second of CPU time."""

    case: Case
    ratio: float
    rtf: float
    scipy_rtf: float
    error_db: float


CASES = (Case(1, 0.3), Case(1, 1.0), Case(1, 2.0), Case(3, 1.0))


def make_job(case: Case) -> Job:
    """Return a 10 s clip of noise through noise RIRs."""
    rng = rng_for(1, "convolution", case.sources, round(1000 * case.rir_s))
    length, taps = round(CLIP_S * SAMPLE_RATE_HZ), round(case.rir_s * SAMPLE_RATE_HZ)
    dries = [rng.standard_normal(length).astype(np.float32) for _ in range(case.sources)]
    rirs = [rng.standard_normal((CHANNELS, taps)).astype(np.float32) for _ in range(case.sources)]
    onsets = (0,) * case.sources
    return Job(dries=tuple(dries), rirs=tuple(rirs), onsets=onsets, length=length)


def by_scipy(job: Job) -> np.ndarray:
    """Return the same sum by `oaconvolve`, all channels of a source in one call."""
    parts = [
        oaconvolve(dry[None], rir, axes=1)[:, : job.length]
        for dry, rir in zip(job.dries, job.rirs, strict=True)
    ]
    return np.sum(parts, axis=0) if len(parts) > 1 else parts[0]


def cpu_s(action: Callable[[], object]) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    action()
    return time.process_time() - start


def run(case: Case, rounds: int) -> Result:
    """Return the medians of a case."""
    job = make_job(case)
    ours, theirs = convolve([job])[0], by_scipy(job)
    error = float(np.square(ours - theirs).sum() / np.square(theirs).sum())
    times = [(cpu_s(lambda: convolve([job])), cpu_s(lambda: by_scipy(job))) for _ in range(rounds)]
    return Result(
        case,
        statistics.median(scipy_s / our_s for our_s, scipy_s in times),
        CLIP_S / statistics.median(our_s for our_s, _ in times),
        CLIP_S / statistics.median(scipy_s for _, scipy_s in times),
        10.0 * np.log10(error),
    )


def on_gpu(device: str, clips: int) -> float:
    """Return how many times faster than real time a GPU convolves clips, to and from it included.

    Its bound is the bus: four channels of float32 come back for each one that went.
    """
    batch = [make_job(Case(1, 1.0))] * clips
    taken = []
    for _ in range(4):
        start = time.perf_counter()
        convolve(batch, device=device)
        taken.append(time.perf_counter() - start)
    return CLIP_S * clips / statistics.median(taken[1:])


def main() -> None:
    """Print the table and, with ``--json``, one last line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="9 rounds in place of 41")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    keep_memory()
    results = [run(case, 9 if options.quick else 41) for case in CASES]
    print(f"{CLIP_S:g} s, {CHANNELS} channels, {SAMPLE_RATE_HZ} Hz, one thread, CPU time")
    print("sources  rir s  ours x real time  oaconvolve  ratio  difference dB")
    for r in results:
        print(
            f"{r.case.sources:7d} {r.case.rir_s:6.1f} {r.rtf:17.0f} {r.scipy_rtf:11.0f}"
            f" {r.ratio:6.2f} {r.error_db:14.0f}"
        )
    gpu = {}
    if torch.cuda.is_available():
        gpu["cuda_conv_rtf_1src"] = round(on_gpu("cuda", 16 if options.quick else 64), 1)
        print(f"on the GPU, 1 source, 1.0 s: {gpu['cuda_conv_rtf_1src']:.0f} x real time")
    if options.json:
        of = {r.case: r for r in results}
        numbers = {
            "conv_vs_oaconvolve_1src": round(of[Case(1, 1.0)].ratio, 3),
            "conv_rtf_1src": round(of[Case(1, 1.0)].rtf, 1),
            "conv_rtf_3src": round(of[Case(3, 1.0)].rtf, 1),
            "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0, 1),
        }
        print(json.dumps(numbers | gpu))


if __name__ == "__main__":
    main()
