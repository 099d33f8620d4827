"""The companion trainer on a set of our own making: what it learns, and what it must not.

    python benchmarks/companion.py FOLDER [--seeds 3] [--quick] [--json]

Synthesises a corpus, builds it with the preset `everyday`, trains `tiny` with several seeds, once
without a spatial branch, once on shuffled captions and once without its regression losses, and
evaluates all of them on unseen recordings in unseen rooms; then on rooms of ELSA's whole range,
from which only the probe learns.
What FOLDER already has is kept. Prints the table of the README: mean and spread over the seeds.
"""

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from elsa_data.config import asset
from elsa_data.corpora.demo import write_demo
from elsa_data.seeding import rng_for

CORPUS_SEED, BUILD_SEED = 11, 7
CLIPS, WIDE_CLIPS, QUICK_CLIPS = 2160, 800, 120

VARIANTS: Final = {
    "tiny": (),
    "mono": ("model.spatial=none", "model.heads=[]", "train.weights={contrastive: 1}"),
    "shuffled": ("train.weights={contrastive: 1}",),
    "no-regression": ("train.weights={contrastive: 1}",),
}
"""What is trained, and what each changes in the config; shuffled differs in its data too.

Its heads are off: with them the space knows directions that its texts do not, and four texts that
lie anywhere in it may each happen to lie near one.
"""

LINES: Final = (
    "direction, zero-shot",
    "distance, zero-shot",
    "elevation, zero-shot",
    "size, zero-shot",
    "reverb, zero-shot",
    "localisation, mean error",
    "direction words that turn with the sound",
    "direction, 4-class MLP",
    "direction swap, in the new class",
    "direction swap, change of R@10, text to audio",
    "direction swap, change of R@10, audio to text",
    "spatial captions, text to audio, R@10",
    "spatial captions, audio to text, R@10",
    "spatial captions, text to audio, mAP@10",
    "mono captions, text to audio, R@10",
)
"""The protocols of the printed table."""


def run(*words: str) -> float:
    """Return the CPU seconds of one of our commands.

    Raises:
        CalledProcessError: it fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", *words], check=True, stdout=sys.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def corpus(folder: Path, clips: int) -> Path:
    """Return the manifest of a demo corpus whose splits are left to the preset's shares."""
    manifest = folder / "manifest.csv"
    if not manifest.is_file():
        write_demo(folder, seed=CORPUS_SEED, clips=clips)
        rows = list(csv.DictReader(manifest.open(encoding="utf-8")))
        with manifest.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows({**row, "split": ""} for row in rows)
    return manifest


def wide_preset(path: Path) -> str:
    """Return the path of ELSA's rooms at everyday's rate, clip length and shares of the splits."""
    elsa, everyday = (
        yaml.safe_load(asset("room_presets", name).read_text("utf-8"))
        for name in ("elsa", "everyday")
    )
    taken = {name: everyday[name] for name in ("sample_rate_hz", "clip_length_s", "splits")}
    path.write_text(yaml.safe_dump({**elsa, **taken, "name": "elsa-at-16-khz"}), "utf-8")
    return str(path)


def shuffle_captions(build: Path, out: Path) -> Path:
    """Return a copy of a build whose training captions were permuted among rows of one kind."""
    data = out / "data"
    if data.is_dir():
        return out
    data.mkdir(parents=True)
    files = sorted((build / "data").glob("train-*.parquet"))
    said = ("caption", "captions")
    light = pa.concat_tables([pq.read_table(file, columns=[*said, "spatial"]) for file in files])
    spatial = np.array(light["spatial"].to_pylist())
    order, rng = np.arange(len(spatial)), rng_for(BUILD_SEED, "shuffled captions")
    for kind in (True, False):
        rows = np.flatnonzero(spatial == kind)
        order[rows] = rng.permutation(rows)
    mixed, at = light.take(pa.array(order)), 0
    for file in files:
        table = pq.read_table(file)
        for name in said:
            column = table.schema.get_field_index(name)
            other = mixed[name].slice(at, len(table))
            table = table.set_column(column, table.schema.field(column), other)
        pq.write_table(table, data / file.name, row_group_size=64)
        at += len(table)
    return out


def trained(folder: Path, name: str, data: Path, seed: int, epochs: int | None) -> float | None:
    """Train a variant unless it is there; return the CPU seconds it took, None if it was."""
    out = folder / "runs" / f"{name}-{seed}"
    if (out / "README.md").is_file():
        return None
    changes = [*VARIANTS[name], *([f"train.epochs={epochs}"] if epochs else [])]
    told = [word for change in changes for word in ("--set", change)]
    return run("elsa_data.train", str(data), str(out), "--seed", str(seed), *told)


def evaluated(run_folder: Path, data: Path, out: Path, *others: str) -> list[dict[str, Any]]:
    """Return the scores of a run, evaluated unless they are there."""
    result = out / "evaluation.json"
    if not result.is_file():
        told = [word for other in others for word in ("--beside", other)]
        words = ["--controls", "--to", str(out), *told]
        run("elsa_data.evaluate", str(run_folder), str(data), *words)
    return json.loads(result.read_text("utf-8"))["scores"]


def summary(runs: list[list[dict[str, Any]]]) -> list[tuple[str, str, str, str]]:
    """Return protocol, subject, mean with spread, and reference of what all runs were asked."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for scores in runs:
        for each in scores:
            if each["protocol"] in LINES and each["value"] is not None:
                found.setdefault((each["protocol"], each["subject"]), []).append(each)
    return [
        (
            protocol,
            subject,
            _spread([e["value"] for e in each], each[0]["unit"]),
            each[0]["reference"],
        )
        for (protocol, subject), each in found.items()
    ]


def _spread(values: list[float], unit: str) -> str:
    mean = f"{statistics.mean(values):.1f} {unit}"
    return mean if len(values) == 1 else f"{mean} ({min(values):.1f} to {max(values):.1f})"


def main() -> None:
    """Print the tables and, with ``--json``, one last line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a few clips, one epoch: it runs")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    args = parser.parse_args()
    folder, seeds = args.folder, 1 if args.quick else args.seeds
    manifest = corpus(folder / "corpus", QUICK_CLIPS if args.quick else CLIPS)
    build, wide = folder / "build", folder / "wide"
    presets = {build: "everyday", wide: wide_preset(folder / "elsa-at-16-khz.yaml")}
    for out, preset in presets.items():
        words = ["--preset", preset, "--seed", str(BUILD_SEED), "--workers", "1"]
        if out == wide:
            words += ["--limit", str(QUICK_CLIPS if args.quick else WIDE_CLIPS)]
        run("pipelines", "build", str(manifest), str(out), *words)
    shuffled = shuffle_captions(build, folder / "shuffled")
    plan = [("tiny", build, seed) for seed in range(seeds)]
    plan += [
        (name, shuffled if name == "shuffled" else build, 0) for name in VARIANTS if name != "tiny"
    ]
    spent = {
        f"{name}-{seed}": trained(folder, name, data, seed, 1 if args.quick else None)
        for name, data, seed in plan
    }
    beside = [f"{name}={folder / 'runs' / f'{name}-0'}" for name in VARIANTS if name != "tiny"]
    results: dict[str, Any] = {}
    for data in presets:
        scores = []
        for seed in range(seeds):
            out = folder / f"evaluation-{data.name}-{seed}"
            others = beside if seed == 0 and data == build else []
            scores.append(evaluated(folder / "runs" / f"tiny-{seed}", data, out, *others))
        print(
            f"\n{presets[data]}\n\n| | of | mean (range over seeds) | against |\n|---|---|---|---|"
        )
        results[data.name] = summary(scores)
        for line in results[data.name]:
            print("| " + " | ".join(line) + " |")
    for name, seconds in spent.items():
        if seconds is not None:
            print(f"{name}: trained in {seconds / 60:.1f} CPU minutes")
    if args.json:
        print(json.dumps({"scores": results, "cpu_seconds": spent}))


if __name__ == "__main__":
    main()
