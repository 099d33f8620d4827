"""Our room impulse responses against pyroomacoustics, in one run, on one thread.

    python benchmarks/rir.py [--quick] [--json]

First-order ambisonics at 48 kHz, eight bands, air. Only ratios of one run mean anything on a shared
machine: each room is timed by both, one after the other, in CPU time, and the table gives medians.
pyroomacoustics is run as its users run it: cut at order 17, and to the order its full T60 needs.
"""

import argparse
import json
import math
import os
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pyroomacoustics as pra
import torch

from elsa_data import rooms
from elsa_data.acoustics import decays, engine, images, jobs, nufft, octave
from elsa_data.conventions import MID_BANDS_HZ, OCTAVE_BANDS_HZ
from elsa_data.errors import PlacementError
from elsa_data.geometry import Vector, rotate_yaw
from elsa_data.records import Group, Placement, Receiver, Room, Scene
from elsa_data.seeding import rng_for

RATE_HZ = 48_000
FIGURE_EIGHTS: tuple[Vector, ...] = ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0))
PRA_WALLS = ("west", "east", "south", "north", "floor", "ceiling")
BATCH = 4


def draw(seed: int, t30_s: tuple[float, float], area_m2: tuple[float, float], places: int = 1):
    """Return a group by a seed: uneven walls, log-uniform area and T30, some placements."""
    rng = rng_for(seed, "benchmark-rir")
    while True:
        area, ratio = np.exp(rng.uniform(*np.log(area_m2))), rng.uniform(1.0, 1.8)
        height = rng.uniform(2.4, min(6.0, 2.4 + 0.25 * math.sqrt(area)))
        size_m = (float(np.sqrt(area * ratio)), float(np.sqrt(area / ratio)), float(height))
        walls = rng.uniform(0.05, 0.6, (6, 1)) * rng.uniform(0.7, 1.3, (6, 8))
        scattering = np.tile(rng.uniform(0.1, 0.5) * np.linspace(0.4, 1.0, 8), (6, 1))
        target_s = float(np.exp(rng.uniform(*np.log(t30_s))))
        try:
            absorption = rooms.solve_absorption(size_m, walls, scattering, target_s)
        except PlacementError:
            continue
        spots = [tuple(float(rng.uniform(0.4, side - 0.4)) for side in size_m) for _ in range(9)]
        far = [spot for spot in spots[1:] if math.dist(spot, spots[0]) > 0.5]
        if len(far) >= places:
            break
    room = Room(
        size_m=size_m,
        absorption=absorption,
        scattering=tuple(tuple(float(s) for s in row) for row in scattering),
        target_t30_s=target_s,
    )
    placements = tuple(
        Placement(placement_id=f"p{k}", position_m=spot) for k, spot in enumerate(far[:places])
    )
    receiver = Receiver(kind="foa", position_m=spots[0], yaw_deg=float(rng.uniform(-180, 180)))
    return Group(
        group_id=f"room-{seed}",
        shard=0,
        split="train",
        seed=seed,
        sample_rate_hz=RATE_HZ,
        scene=Scene(room=room, receiver=receiver, placements=placements),
        clips=(),
        examples=(),
    )


def by_pra(group: Group, order: int) -> None:
    """Render the group's RIR with pyroomacoustics, images up to an order."""
    room, receiver = group.scene.room, group.scene.receiver
    bands = {"center_freqs": list(OCTAVE_BANDS_HZ[:7])}
    box = pra.ShoeBox(
        room.size_m,
        fs=RATE_HZ,
        max_order=order,
        air_absorption=True,
        materials={
            wall: pra.Material({"coeffs": list(absorption[:7]), **bands})
            for wall, absorption in zip(PRA_WALLS, room.absorption, strict=True)
        },
    )
    box.add_microphone(receiver.position_m)
    for axis in FIGURE_EIGHTS:
        towards = np.array(rotate_yaw(axis, receiver.yaw_deg))
        box.add_microphone(receiver.position_m, directivity=pra.directivities.FigureEight(towards))
    box.add_source(group.scene.placements[0].position_m)
    box.compute_rir()


def order_for_t60(group: Group) -> int:
    """Return the order at which an L1 ball of images holds all that arrive within the T60."""
    size_m = np.array(group.scene.room.size_m)
    reach_m = 343.0 * (group.scene.room.target_t30_s or 0.0)
    return math.ceil(reach_m * math.sqrt(float(np.square(1.0 / size_m).sum())))


def cpu_s(action: Callable[[], object]) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    action()
    return time.process_time() - start


def speed(groups: list[Group], order_of: Callable[[Group], int]) -> tuple[float, float]:
    """Return the median ratio to pyroomacoustics and our median seconds an RIR."""
    ratios, ours = [], []
    for group in groups:
        batch = [replace(group, seed=seed) for seed in range(BATCH)]
        engine.simulate_rirs(batch)  # the tables of this size, made once in a build
        our_s = statistics.median(cpu_s(lambda b=batch: engine.simulate_rirs(b)) for _ in range(3))
        our_s /= BATCH
        ratios.append(cpu_s(lambda g=group: by_pra(g, order_of(g))) / our_s)
        ours.append(our_s)
    return statistics.median(ratios), statistics.median(ours)


def t30_errors(count: int, seeds: int, places: int) -> list[float]:
    """Return |rendered / requested - 1| of T30,mid, a mean over seeds and places, per room."""
    mid = [OCTAVE_BANDS_HZ.index(center_hz) for center_hz in MID_BANDS_HZ]
    errors = []
    for number in range(count):
        group = draw(number, (0.2, 2.5), (13.0, 277.0), places)
        rendered = []
        for rir in engine.simulate_rirs([replace(group, seed=seed) for seed in range(seeds)]):
            bands = decays.octave_decays(octave.spectrum(rir.samples[0], RATE_HZ), 0.0)
            values = [bands[k].t30_s for k in mid]
            if None not in values:
                rendered.append(sum(v or 0.0 for v in values) / len(values))
        errors.append(abs(statistics.fmean(rendered) / (group.scene.room.target_t30_s or 1.0) - 1))
    return errors


def image_sum_error_db(group: Group) -> float:
    """Return the error of our sum over a room's images against exponentials, to 0.45 fs."""
    boxes = jobs.boxes_of(jobs.early_jobs([group], 0.04), "cpu")
    found = images.image_sources(boxes)
    times = found.distance_m * boxes.samples_per_m[:, None] + 64.0
    rows = torch.exp(found.log_gain)
    got = nufft.spectrum(times, rows, 4608)[0].numpy()
    bins = np.arange(4608 // 2 + 1)
    exact = np.exp(-2j * np.pi * bins[:, None] * times[0].numpy() / 4608) @ rows[0].double().numpy()
    inside = bins <= 0.45 * 4608
    wrong = np.square(np.abs(got - exact))[inside].sum() / np.square(np.abs(exact))[inside].sum()
    return 10.0 * math.log10(float(wrong))


def on_gpu(device: str, count: int) -> dict[str, float]:
    """Return what a GPU makes of responses of 2 s, each of a room of its own, kept on the device.

    The roofline is memory: each channel reads eight bands of noise and writes its samples, at the
    speed at which the device copies an array in the same run.
    """
    groups = [draw(300 + k, (1.9, 2.1), (40.0, 120.0)) for k in range(count)]
    alike = defaultdict(list)
    for job in jobs.whole_jobs(groups):
        alike[job.key].append(job)
    batches = [batch for batch in alike.values() if len(batch) >= count // 8]

    def render(batch: Sequence[jobs.Job]) -> torch.Tensor:
        return engine.whole_sound(batch, engine.early_sound(batch, device), device)

    seconds = gpu_s(lambda: [render(batch) for batch in batches])
    made = sum(len(batch) for batch in batches)
    least = sum(4 * 4 * 9 * job.taps for batch in batches for job in batch)
    block = torch.empty(1 << 28, device=device)
    copied_per_s = 2 * 4 * block.numel() / gpu_s(block.clone)
    few = groups[:16]
    errors = [
        np.square(cuda.samples - cpu.samples).sum() / np.square(cpu.samples).sum()
        for cpu, cuda in zip(
            engine.simulate_rirs(few), engine.simulate_rirs(few, device=device), strict=True
        )
    ]
    return {
        "cuda_rir_per_s": round(made / seconds, 1),
        "cuda_share_of_roofline": round(least / seconds / copied_per_s, 4),
        "cuda_vs_cpu_db": round(10.0 * math.log10(max(errors) + 1e-30), 1),
    }


def gpu_s(action: Callable[[], object]) -> float:
    """Return the median seconds of a call on a GPU, by the clock, its work done."""
    taken = []
    for _ in range(6):
        start = time.perf_counter()
        action()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def main() -> None:
    """Print the figures and, with ``--json``, one last line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rooms: within a minute")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    torch.set_num_threads(1)
    pra.constants.set("num_threads", 1)
    few = options.quick
    cut = [draw(100 + k, (0.2, 2.0), (13.0, 277.0)) for k in range(9 if few else 31)]
    whole = [draw(200 + k, (0.3, 0.5), (20.0, 60.0)) for k in range(3 if few else 9)]
    cut_ratio, our_s = speed(cut, lambda _: 17)
    whole_ratio, _ = speed(whole, order_for_t60)
    errors = t30_errors(*((8, 4, 2) if few else (50, 8, 3)))
    numbers = {
        "rir_vs_pra_order17": round(cut_ratio, 2),
        "rir_vs_pra_full_t60": round(whole_ratio, 1),
        "rir_per_s": round(1.0 / our_s, 1),
        "t30_error_mean_pct": round(100.0 * statistics.fmean(errors), 2),
        "t30_error_p95_pct": round(100.0 * float(np.percentile(errors, 95)), 2),
        "image_sum_error_db": round(image_sum_error_db(cut[0]), 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0, 1),
    }
    if torch.cuda.is_available():
        numbers |= on_gpu("cuda", 256 if few else 2048)
    print(f"first-order ambisonics, {RATE_HZ} Hz, 8 bands, air, one thread, CPU time")
    for name, number in numbers.items():
        print(f"{name:24s} {number:10g}")
    if options.json:
        print(json.dumps(numbers))


if __name__ == "__main__":
    main()
