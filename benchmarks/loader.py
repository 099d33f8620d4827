"""The trainer's reader against decoding alone, and against webdataset, on the same shards.

    python benchmarks/loader.py [--rate 16000] [--quick] [--json]

Rows are 10 s in 4 channels, as FLAC of 16 bits, 256 to a shard. Decoding alone is soundfile on
bytes that are in memory already: no shard, no caption, no target, no batch. webdataset reads the
tars, decodes with the same call and parses the JSON, and makes no batches either. All are timed in
CPU seconds of the whole process, with one thread that decodes, in turn within each round; a ratio
is the median over rounds. Each round is an epoch in an order of its own. The index is read once,
untimed.
"""

import argparse
import io
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np
import soundfile
import torch
import webdataset

from elsa_data.ambisonics import encode as gains_of
from elsa_data.examples import Example, ExamplePart
from elsa_data.geometry import unit_vector
from elsa_data.records import ShardRef
from elsa_data.seeding import rng_for
from elsa_data.shards import flac
from elsa_data.shards.data import EXTENSION, write_data
from elsa_data.shards.directory import Directory
from elsa_data.train.order import Order
from elsa_data.train.reader import Reader, read_index
from elsa_data.train.rows import AUDIO, read_rows
from elsa_data.train.settings import Data

RATE_HZ, CLIP_S, BATCH = 16_000, 10.0, 32
SHARD_ROWS = 256
FORMS = ("parquet", "webdataset")

DATA = Data(
    sample_rate_hz=RATE_HZ,
    crop_s=CLIP_S,
    crop="start",
    mono="w_only",
    window=4,
    keep=False,
    workers=1,
)


def row(number: int, rate_hz: int = RATE_HZ) -> Example:
    """Return a row of coloured noise that swells, from one direction."""
    rng = rng_for(7, "loader", number)
    samples = round(rate_hz * CLIP_S)
    shape = 1 / np.maximum(np.fft.rfftfreq(samples, 1 / rate_hz), 50.0)
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(samples)) * shape, samples)
    swell = 0.02 + np.clip(np.sin(rng.uniform(2, 12) * np.arange(samples) / rate_hz), 0, 1)
    sound = 0.3 * swell * noise / np.abs(noise).max()
    azimuth = float(rng.uniform(-180, 180))
    wet = gains_of(unit_vector(azimuth, 0.0))[:, None] * sound
    wet += 0.001 * rng.standard_normal(wet.shape)
    part = ExamplePart(
        clip_id=str(number),
        source_id=str(number),
        corpus="noise",
        licence="CC0-1.0",
        attribution="",
        labels=("Noise",),
        clip_sha256=None,
        onset_s=0.0,
        active_s=CLIP_S,
        repeats=1,
        crop_start_s=0.0,
        crop_share=1.0,
        source_level_dbfs_1m=-30.0,
        dry_gain_db=0.0,
        placement_id="p0",
        azimuth_deg=azimuth,
        elevation_deg=0.0,
        distance_m=1.5,
        direction="front",
        t30_s=(0.4,) * 8,
        t30_mid_s=0.4,
        drr_db=3.0,
    )
    return Example(
        schema_version=1,
        example_id=f"{number:016x}",
        group_id=f"{number:016x}",
        split="train",
        seed=7,
        audio=flac.encode(np.clip(wet, -1, 1), rate_hz),
        spatial=True,
        small=False,
        sample_rate_hz=rate_hz,
        channels=4,
        duration_s=CLIP_S,
        caption=f"Noise number {number} from the front",
        captions=(f"Noise number {number} from the front",),
        original_captions=(f"Noise number {number}",),
        caption_sources=("template",),
        caption_models=(None,),
        caption_attempts=(1,),
        prompt_sha256=None,
        gain_db=0.0,
        wet_level_dbfs=-20.0,
        parts=(part,),
        size_m=(6.0, 5.0, 3.0),
        floor_area_m2=30.0,
        volume_m3=90.0,
    )


def write_set(folder: Path, rows: Sequence[Example], shards: int, form: str) -> Directory:
    """Return a data set of these rows."""
    directory = Directory(str(folder))
    (folder / "data").mkdir(parents=True)
    for index in range(shards):
        ref = ShardRef(split="train", index=index, count=shards)
        write_data(form, rows[index::shards], Path(directory.shard("render", ref, EXTENSION[form])))
    return directory


def decoding(sounds: Sequence[Any]) -> int:
    """Decode buffers in memory, and nothing else; return how many."""
    for sound in sounds:
        soundfile.read(io.BytesIO(sound), dtype="int16")
    return len(sounds)


def reading(directory: Directory, rate_hz: int = RATE_HZ) -> Callable[[int], int]:
    """Return what reads an epoch, given its number, as training does, and counts its rows."""
    data = replace(DATA, sample_rate_hz=rate_hz)
    index = read_index(directory, "train", data, spatial_only=False)
    order = Order(index.units, seed=1, window=data.window, batch=BATCH)
    reader = Reader(directory, index.urls, data, seed=1)

    def read(epoch: int) -> int:
        start = epoch * order.rows
        return sum(len(b.rows) for b in reader.batches(order, start, start + order.rows))

    return read


def by_webdataset(urls: Sequence[str]) -> int:
    """Read tars as webdataset does, with the same decoding; return how many rows."""

    def sound(data: bytes) -> np.ndarray:
        return soundfile.read(io.BytesIO(data), dtype="int16")[0]

    found = webdataset.WebDataset(list(urls), shardshuffle=False, empty_check=False)
    return sum(1 for _ in found.map_dict(flac=sound, json=json.loads).to_tuple("flac", "json"))


def pace(work: Callable[[int], int], epoch: int) -> float:
    """Return rows per CPU second of the whole process."""
    start = time.process_time()
    rows = work(epoch)
    return rows / (time.process_time() - start)


def measured(folder: Path, rate_hz: int, rows: int, rounds: int) -> dict[str, float]:
    """Return medians of paces and of their ratios."""
    examples = [row(number, rate_hz) for number in range(rows)]
    sets = {form: write_set(folder / form, examples, rows // SHARD_ROWS, form) for form in FORMS}
    tars = sorted(str(path) for path in (folder / "webdataset" / "data").iterdir())
    sounds = [
        bytes(found[AUDIO])
        for tar in tars
        for found in read_rows(tar, sets["webdataset"].fs, (AUDIO, "example_id"))
    ]
    works: dict[str, Callable[[int], int]] = {
        "decoding": lambda _: decoding(sounds),
        "webdataset": lambda _: by_webdataset(tars),
        "ours_parquet": reading(sets["parquet"], rate_hz),
        "ours_tar": reading(sets["webdataset"], rate_hz),
    }
    paces: dict[str, list[float]] = {name: [] for name in works}
    for at in range(rounds + 1):
        for name, work in works.items():
            found = pace(work, at)
            if at:  # The first round pays for what is loaded once.
                paces[name].append(found)

    def ratio(first: str, second: str) -> float:
        return statistics.median(a / b for a, b in zip(paces[first], paces[second], strict=True))

    return {f"{name}_rows_per_s": statistics.median(found) for name, found in paces.items()} | {
        "parquet_vs_decoding": ratio("ours_parquet", "decoding"),
        "tar_vs_decoding": ratio("ours_tar", "decoding"),
        "tar_vs_webdataset": ratio("ours_tar", "webdataset"),
    }


def main() -> None:
    """Print the table and, with ``--json``, one last line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--rate", type=int, default=RATE_HZ, help="of the rows, in Hz [%(default)s]"
    )
    parser.add_argument("--quick", action="store_true", help="2 shards, 5 rounds; else 4, 9")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    args = parser.parse_args()
    torch.set_num_threads(1)
    shards, rounds = (2, 5) if args.quick else (4, 9)
    with tempfile.TemporaryDirectory() as folder:
        result = measured(Path(folder), args.rate, shards * SHARD_ROWS, rounds)
    print(f"{shards} shards of {SHARD_ROWS} rows of {CLIP_S:.0f} s, 4 channels, {args.rate} Hz")
    print(f"CPU time, {rounds} rounds\n")
    print("| | rows/s a core |\n|---|---|")
    for name in ("decoding", "ours_parquet", "ours_tar", "webdataset"):
        print(f"| {name.replace('_', ', ')} | {result[f'{name}_rows_per_s']:.0f} |")
    print(
        f"\nParquet runs at {result['parquet_vs_decoding']:.0%} of decoding, tar at "
        f"{result['tar_vs_decoding']:.0%} and at {result['tar_vs_webdataset']:.0%} of webdataset."
    )
    if args.json:
        print(json.dumps({name: round(value, 4) for name, value in result.items()}))


if __name__ == "__main__":
    main()
