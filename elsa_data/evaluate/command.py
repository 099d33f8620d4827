"""What a person can ask of an evaluation."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from elsa_data.errors import ConfigError
from elsa_data.evaluate.captioning import captioning
from elsa_data.evaluate.controls import control_ears
from elsa_data.evaluate.embed import Ear, Listened, ModelEar, listen, random_ear
from elsa_data.evaluate.evaluation import INTENSITY, RANDOM, Heard, evaluate, facts
from elsa_data.evaluate.intensity import intensity_ear
from elsa_data.evaluate.papers import FIGURES, SOURCE
from elsa_data.evaluate.pictures import ERRORS, SPACE, draw_errors, draw_space
from elsa_data.evaluate.real.catalogue import SETS, RealSet, open_set
from elsa_data.evaluate.real.evaluation import borrowed, told_apart
from elsa_data.evaluate.scores import MODEL, Score
from elsa_data.evaluate.sets import Sound, shard_sounds
from elsa_data.evaluate.table import in_order, table
from elsa_data.evaluate.texts import DEFAULT, Texts, load_texts, prototypes
from elsa_data.evaluate.zeroshot import true_words
from elsa_data.shards.directory import Directory
from elsa_data.train.elsa import Elsa
from elsa_data.train.export import PUBLISHED, Run, load_run, read_run, replace_file
from elsa_data.train.hub import fetch
from elsa_data.train.launch import Parser
from elsa_data.train.processes import join_processes, leave_processes

RESULT = "evaluation.json"
PROBE_ROWS = 20_000
SHOWN = 20
"""Captions that are kept, each beside a true one."""


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0 when all is done.

    Raises:
        ConfigError: it was asked wrongly.
        BuildError: a shard or the disk fails.
    """
    try:
        return _run(_arguments(argv))
    finally:
        leave_processes()


def parser() -> Parser:
    """Return the parser of the command line."""
    command = Parser(
        prog="elsa-eval", allow_abbrev=False, description="Evaluate a trained model on a data set."
    )
    add = command.add_argument
    add("run", metavar="RUN", help="a folder that elsa-train made, or a model of the Hub")
    add("data", metavar="DATA", nargs="?", help="a build directory or hf://datasets/ORG/NAME")
    add("--real", choices=tuple(SETS), help="evaluate on this recorded set; probes learn from DATA")
    add("--path", metavar="FOLDER", type=Path, help="where you keep the recorded set")
    add("--controls", action="store_true", help="take things from the model and see what it knows")
    add("--beside", action="append", default=[], metavar="NAME=RUN", help="another run, same table")
    add("--to", metavar="FOLDER", type=Path, help=f"for {RESULT} and pictures [RUN]")
    add("--split", default="test", help="what is evaluated; probes learn from train [test]")
    add("--limit", type=int, metavar="N", help="no more rows of the split than this")
    add("--probe-rows", type=int, default=PROBE_ROWS, metavar="N", help="of train [%(default)s]")
    add(
        "--texts", default=DEFAULT, metavar="NAME", help="prompts/NAME.yaml or a file [%(default)s]"
    )
    add("--captioning", action="store_true", help="learn to write captions, and judge them")
    add("--umap", action="store_true", help=f"draw the space too: {SPACE}")
    add("--seed", type=int, default=0, help="of probes and shuffles [0]")
    add("--device", choices=("auto", "cpu", "cuda"), default="auto")
    return command


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    command = parser()
    args = command.parse_args(argv)
    for name, least in (("seed", 0), ("limit", 1), ("probe_rows", 1)):
        value = getattr(args, name)
        if value is not None and value < least:
            command.error(f"--{name.replace('_', '-')} {value}: wanted {least} or more")
    if (args.real is None) != (args.path is None):
        command.error("--real and --path: wanted both, the name of a recorded set and its folder")
    if args.data is None and args.real is None:
        command.error("wanted DATA, or --real and --path")
    for told in args.beside:
        if not all(told.partition("=")[::2]):
            command.error(f"--beside {told}: wanted NAME=RUN")
    return args


def _run(args: argparse.Namespace) -> int:
    texts = load_texts(args.texts)
    recorded = open_set(args.real, args.path) if args.real else None
    device = str(join_processes(args.device).device)
    torch.set_num_threads(1)
    run, assets, ear = open_run(args.run, device)
    others = dict(told.split("=", 1) for told in args.beside)
    ears = {MODEL: ear, **{name: open_run(other, device)[2] for name, other in others.items()}}
    ears[RANDOM] = random_ear(run, assets, device)
    heard = _listen(args, run, ears, recorded)
    scores, parts = evaluate(heard, texts, with_controls=args.controls)
    if recorded is not None:
        scores = told_apart(scores, list(heard.models))
        if args.data is not None:
            shards = _shards(args, run, "train", args.probe_rows)
            scores += borrowed(heard, _spatial(listen(ears, shards)))
    written: dict[str, str] = {}
    if args.captioning:
        lines, written = _captioning(heard)
        scores += lines
    told = {
        "run": str(args.run),
        "data": None if args.data is None else str(args.data),
        "real": recorded and {"set": recorded.name, "audit": str(recorded.found)},
        "split": args.split,
        "seed": run.seed,
        "test": facts(heard.test.metas),
        "scores": [asdict(score) for score in in_order(scores)],
        "breakdown": parts,
        "captions": written,
        "papers": {"source": SOURCE, "figures": FIGURES},
    }
    folder = args.to or (Path(args.run) if Path(args.run).is_dir() else Path())
    _write(folder / RESULT, told)
    if parts:
        draw_errors(folder / ERRORS, parts)
    if args.umap:
        _draw_space(folder / SPACE, heard, texts)
    sys.stdout.write(_told(told, scores, folder))
    return 0


def open_run(name: str, device: str) -> tuple[Run, dict[str, str], ModelEar]:
    """Return a run, its assets, and its model as an ear.

    Raises:
        ConfigError: there is no such run.
    """
    folder = Path(name) if Path(name).is_dir() else fetch(name, PUBLISHED)
    run, assets = read_run(folder)
    return run, assets, ModelEar(model=load_run(folder, device), crop_s=run.settings.data.crop_s)


def _listen(
    args: argparse.Namespace, run: Run, ears: Mapping[str, ModelEar], recorded: RealSet | None
) -> Heard:
    def sounds(split: str, limit: int | None) -> Iterator[Sound]:
        if recorded is not None:
            return islice(recorded.sounds(split), limit)
        return _shards(args, run, split, limit)

    train = listen(ears, sounds("train", args.probe_rows))
    more: dict[str, Ear] = {INTENSITY: intensity_ear}
    if args.controls and isinstance(ears[MODEL].model, Elsa):
        more |= control_ears(ears[MODEL], args.seed)
    test = listen({**ears, **more}, sounds(args.split, args.limit))
    if not test.metas:
        raise ConfigError(f"{args.path or args.data}: the split {args.split!r} has no rows")
    return Heard(
        models={name: ear.model for name, ear in ears.items()},
        train=_spatial(train),
        test=_spatial(test),
        mono=test.pick(lambda meta: not meta.spatial),
        seed=args.seed,
    )


def _shards(args: argparse.Namespace, run: Run, split: str, limit: int | None) -> Iterator[Sound]:
    return shard_sounds(Directory(args.data), split, run.settings.data, limit=limit)


def _spatial(found: Listened) -> Listened:
    return found.pick(lambda meta: meta.spatial)


def _captioning(heard: Heard) -> tuple[list[Score], dict[str, str]]:
    model, test = heard.models[MODEL], heard.test.pick(lambda meta: meta.small)
    if not isinstance(model, Elsa) or not all(m.captions for m in test.metas + heard.train.metas):
        raise ConfigError("--captioning: the run reads no text, or sounds have no captions")
    lines, written = captioning(
        (heard.train.metas, heard.train.heard[MODEL]["audio"]),
        (test.metas, test.heard[MODEL]["audio"]),
        model.words,
        model.assets,
        seed=heard.seed,
    )
    shown = zip(test.metas[:SHOWN], written[:SHOWN], strict=True)
    return lines, {meta.captions[0]: said for meta, said in shown}


def _draw_space(path: Path, heard: Heard, texts: Texts) -> None:
    words = prototypes(heard.models[MODEL], texts)["direction"]
    told = heard.test.pick(lambda meta: "direction" in meta.words)
    numbers = true_words(told.metas, "direction", list(words)).tolist()
    draw_space(path, told.heard[MODEL]["audio"], numbers, list(words), np.stack([*words.values()]))


def _write(path: Path, told: Mapping[str, Any]) -> None:
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    replace_file(path, lambda file: file.write_text(text, "utf-8"))


def _told(told: Mapping[str, Any], scores: Sequence[Score], folder: Path) -> str:
    test, real = told["test"], told["real"]
    lines = [
        f"{told['run']} on {told['split']} of {(real or {}).get('set', told['data'])}: "
        f"{test['sounds']:,} spatial sounds, {test['clips']:,} clips, {test['rooms']:,} rooms",
        *([real["audit"]] if real else []),
    ]
    for name, unit in (("t30_s", "s"), ("drr_db", "dB")):
        if (found := test[f"{name}_quartiles"]) is not None:
            told_as = {"t30_s": "T30", "drr_db": "direct to reverberant"}[name]
            lines.append(f"quartiles of {told_as}: {', '.join(f'{v:.2f}' for v in found)} {unit}")
    return "\n".join([*lines, "", table(scores), "", f"Written: {folder / RESULT}", ""])
