"""How much of a training step is spent waiting for data.

    python benchmarks/train.py [--quick] [--json] [--config tiny] [--device auto]

Trains the model of a config for three epochs on rows of 10 s as `benchmarks/loader.py` writes them,
twice: with features kept after the first epoch, as `tiny` has it, and with crops decoded anew each
time. Waiting is the wall time in which the loop had no batch, over all of it, as `log.jsonl` tells
it every ten steps; the figure is its median over lines. On a CPU, threads that decode share the
cores with the model, so that what they take is no waiting but a slower step.
"""

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from loader import RATE_HZ, row, write_set

from elsa_data.train.export import Run
from elsa_data.train.loop import train
from elsa_data.train.processes import Processes, join_processes
from elsa_data.train.settings import load_settings
from elsa_data.train.watch import EVERY, LOG

EPOCHS, LINES = 3, 2
"""Lines of the log in an epoch: as many batches as that takes."""

CASES = {"kept": ("start", True), "decoded": ("random", False)}


def lines_of(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of a log that tell a pace."""
    lines = [json.loads(line) for line in (folder / LOG).read_text().splitlines()]
    return [line for line in lines if "waiting" in line]


def measured(
    data: Path, folder: Path, config: str, rows: int, case: str, processes: Processes
) -> dict[str, float]:
    """Return the share of waiting in the first epoch and in later ones, and the later pace."""
    crop, keep = CASES[case]
    batch = rows // (EVERY * LINES)
    changes = [f"data.crop={crop}", f"data.keep={str(keep).lower()}", f"train.batch={batch}"]
    rate = [f"data.sample_rate_hz={RATE_HZ}", f"train.epochs={EPOCHS}"]
    settings = load_settings(config, [*changes, *rate])
    run = Run(settings=settings, stage="joint", seed=1, data=str(data))
    train(run, folder / case, processes)
    lines = lines_of(folder / case)
    later = [line for line in lines if line["step"] > EVERY * LINES]
    return {
        f"{case}_waiting_first": lines[0]["waiting"],
        f"{case}_waiting_later": statistics.median(line["waiting"] for line in later),
        f"{case}_rows_per_s": statistics.median(line["rows_per_second"] for line in later),
        f"{case}_step_ms": statistics.median(1000 * line["seconds"] / EVERY for line in later),
    }


def main() -> None:
    """Print the table and, with ``--json``, one last line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="160 rows; else 640")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--config", default="tiny", help="whose model is trained [tiny]")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    args = parser.parse_args()
    processes = join_processes(args.device)
    rows = 160 if args.quick else 640
    result: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_set(folder / "set", [row(number) for number in range(rows)], 4, "parquet")
        for case in CASES:
            told = (folder / "set", folder, args.config, rows, case, processes)
            result |= measured(*told)
    print(f"{rows} rows, {args.config} on {processes.device}, {EPOCHS} epochs\n")
    print("| | waiting, first epoch | waiting, later | rows/s | step ms |\n|---|---|---|---|---|")
    for case in CASES:
        first, later, pace, step = (
            result[f"{case}_{name}"]
            for name in ("waiting_first", "waiting_later", "rows_per_s", "step_ms")
        )
        print(f"| {case} | {first:.1%} | {later:.1%} | {pace:.0f} | {step:.0f} |")
    if args.json:
        print(json.dumps({name: round(value, 4) for name, value in result.items()}))


if __name__ == "__main__":
    main()
