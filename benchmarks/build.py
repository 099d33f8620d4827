"""A whole build against the codec bound: what decoding and encoding alone would take.

    python benchmarks/build.py [--quick] [--json]

The bound decodes every dry clip (mono FLAC, 48 kHz, 10 s) and FLAC-encodes every finished row, and
does nothing else. The build simulates, captions and renders the same rows, a room of `elsa.yaml`
for each clip. Both are timed in CPU time, on one thread each, in one run; start-up and planning are
left out. The share is the bound's time over the build's. Shards hold 64 clips: those of a small
build are smaller, to keep workers busy, those of a large one hold some 300.
"""

import argparse
import csv
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import soundfile

from elsa_data.acoustics.threads import pin_threads
from elsa_data.config import load_preset, load_vocabulary
from elsa_data.records import ShardRef
from elsa_data.seeding import rng_for
from elsa_data.shards.data import read_data
from elsa_data.shards.flac import decode, encode
from elsa_data.stages import assign as assignment
from elsa_data.stages.assign import ASSIGNMENT, shard_refs
from elsa_data.stages.caption import caption
from elsa_data.stages.once import required_mark
from elsa_data.stages.plan import plan
from elsa_data.stages.probe import chunks, probe
from elsa_data.stages.read import commit_manifest, read_manifests
from elsa_data.stages.render import render
from elsa_data.stages.settings import Settings
from elsa_data.stages.simulate import simulate
from pipelines.memory import keep_memory

RATE_HZ, CLIP_S = 48_000, 10.0
SHARD_CLIPS = 64

STAGES = {"simulate": simulate, "caption": caption, "render": render}


def write_corpus(folder: Path, clips: int) -> Path:
    """Write mono FLAC clips: bursts of coloured noise over a faint floor; return their manifest."""
    samples = round(RATE_HZ * CLIP_S)
    times = np.arange(samples) / RATE_HZ
    manifest = folder / "manifest.csv"
    with manifest.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["clip_id", "path", "caption", "split"])
        for index in range(clips):
            rng = rng_for(5, "benchmark", index)
            shape = 1 / np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 50.0)
            noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(samples)) * shape, samples)
            swell = 0.02 + np.clip(np.sin(2 * np.pi * rng.uniform(0.3, 2.0) * times), 0, 1)
            sound = noise * swell
            path = folder / f"{index}.flac"
            soundfile.write(path, 0.5 * sound / np.abs(sound).max(), RATE_HZ, subtype="PCM_16")
            rows.writerow([f"{index}", path.name, f"A machine hums, take {index}", "train"])
    return manifest


def planned(folder: Path, clips: int, shards: int) -> tuple[Settings, list[ShardRef]]:
    """Return a planned build: one room a clip, no mono originals."""
    corpus = write_corpus(folder, clips * shards)
    manifest = read_manifests([str(corpus)], folder / "manifest.parquet")
    preset = replace(load_preset("elsa"), augmentations=1, mono_originals=False)
    settings = Settings(
        url=str(folder / "build"),
        seed=11,
        preset=preset,
        vocabulary=load_vocabulary(preset.vocabulary),
        manifest_sha256=manifest.sha256,
    )
    commit_manifest(settings, manifest)
    parts = chunks(manifest.clips)
    for ref in parts:
        probe(ref, settings)
    assignment.MIN_SHARDS = shards
    assignment.assign(settings, parts, ())
    refs = shard_refs(required_mark(settings, "assign", ASSIGNMENT).counts)
    for ref in refs:
        plan(ref, settings)
    return settings, refs


def timed(work: Callable[[], object]) -> float:
    """Return the CPU seconds of all threads that a call took."""
    started = time.process_time()
    work()
    return time.process_time() - started


def codec_bound(folder: Path, settings: Settings, refs: Sequence[ShardRef]) -> tuple[float, float]:
    """Return the CPU seconds of decoding every dry clip and of encoding every finished row."""
    files = sorted(folder.glob("*.flac"))
    decoding = encoding = 0.0
    for ref in refs:
        # One by one: a shard of decoded rows would drive out what the stages keep in memory.
        for file, example in zip(files, read_data(settings.directory, ref), strict=False):
            audio, rate = decode(example.audio)
            decoding += timed(partial(soundfile.read, file, dtype="float32"))
            encoding += timed(partial(encode, audio, rate))
    return decoding, encoding


def measured(folder: Path, clips: int, shards: int) -> dict[str, float]:
    """Return seconds a clip by stage, of the codec alone, and the share of its bound."""
    settings, refs = planned(folder, clips, shards)
    first, rest = refs[:1], refs[1:]
    for stage in STAGES.values():
        stage(first[0], settings)  # plans of FFTs, tables and filters are made once a process
    shares, seconds = [], dict.fromkeys((*STAGES, "decode", "encode"), 0.0)
    rows = 0
    for ref in rest:
        spent = {name: timed(partial(stage, ref, settings)) for name, stage in STAGES.items()}
        spent["decode"], spent["encode"] = codec_bound(folder, settings, [ref])
        made = required_mark(settings, "render", ref).rows
        if not made:
            continue
        shares.append((spent["decode"] + spent["encode"]) / sum(spent[name] for name in STAGES))
        rows += made
        for name, value in spent.items():
            seconds[name] += value
    result = {f"{name}_ms": 1000 * value / rows for name, value in seconds.items()}
    result["build_vs_codec_bound"] = statistics.median(shares)
    result["rows"] = rows
    result["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result


def main() -> None:
    """Print the table and, with ``--json``, one last line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="64 rows instead of 256")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    args = parser.parse_args()
    keep_memory()
    pin_threads()
    with tempfile.TemporaryDirectory() as folder:
        result = measured(Path(folder), SHARD_CLIPS, 2 if args.quick else 5)
    print(f"{result['rows']:.0f} clips of {CLIP_S:.0f} s, CPU milliseconds a clip\n")
    print("| stage | ms |\n|---|---|")
    for name in (*STAGES, "decode", "encode"):
        note = " (the bound)" if name in ("decode", "encode") else ""
        print(f"| {name}{note} | {result[f'{name}_ms']:.1f} |")
    share = result["build_vs_codec_bound"]
    print(f"\nThe build runs at {share:.0%} of the codec bound (median over shards).")
    if args.json:
        print(json.dumps({name: round(value, 4) for name, value in result.items()}))


if __name__ == "__main__":
    main()
