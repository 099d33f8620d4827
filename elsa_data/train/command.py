"""What a person can ask of a training run."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from elsa_data.train.elsa import ElsaConfig
from elsa_data.train.export import PUBLISHED, Run
from elsa_data.train.hub import push
from elsa_data.train.launch import Parser
from elsa_data.train.loop import train
from elsa_data.train.processes import join_processes, leave_processes
from elsa_data.train.regressor import RegressorConfig
from elsa_data.train.settings import CONFIGS, Settings, load_settings
from elsa_data.train.sizes import parameter_table
from elsa_data.train.targets import TARGETS
from elsa_data.train.towers import count_parameters

STAGES = ("joint", "spatial")


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
    shipped = ", ".join(sorted(path.stem for path in CONFIGS.glob("*.yaml")))
    command = Parser(
        prog="elsa-train",
        allow_abbrev=False,
        description="Train a model on a data set. Several processes: `torchrun --nproc-per-node N "
        "-m elsa_data.train DATA RUN`.",
    )
    add = command.add_argument
    add("data", metavar="DATA", nargs="?", help="a build directory or hf://datasets/ORG/NAME")
    add("run", metavar="RUN", nargs="?", type=Path, help="a new folder")
    add("--count", action="store_true", help="print the parameters of a model, part by part")
    add("--config", default="tiny", metavar="NAME", help=f"{shipped}, or a YAML file [tiny]")
    add("--stage", choices=STAGES, default="joint", help="spatial: its branch alone [joint]")
    add("--spatial-from", metavar="RUN", help="start with the spatial branch of this run")
    add("--semantic", metavar="NAME", help="a CLAP of the Hub: --set model.semantic=NAME")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="such as train.epochs=3")
    add("--seed", type=int, default=0, help="[0]")
    add("--device", choices=("auto", "cpu", "cuda"), default="auto")
    add("--resume", action="store_true", help="go on from the last checkpoint of RUN")
    add("--push-to-hub", metavar="ORG/NAME", help="send the finished model there")
    return command


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    command = parser()
    args = command.parse_args(argv)
    if args.run is None and not args.count:
        command.error("wanted DATA and RUN")
    if args.seed < 0:
        command.error(f"--seed {args.seed}: wanted 0 or more")
    return args


def _run(args: argparse.Namespace) -> int:
    changes = [*args.set, *([f"model.semantic={args.semantic}"] if args.semantic else [])]
    settings = load_settings(args.config, changes)
    if args.stage == "spatial":
        settings = spatial_stage(settings)
    if args.count:
        _say(parameter_table(settings))
        return 0
    processes = join_processes(args.device)
    run = Run(
        settings=settings,
        stage=args.stage,
        seed=args.seed,
        data=args.data,
        world=processes.world,
        spatial_from=args.spatial_from,
    )
    model = train(run, args.run, processes, resume=args.resume, say=_say)
    if processes.rank == 0:
        _say(f"Trained {count_parameters(model):,} parameters: {args.run}")
        if args.push_to_hub:
            _say(f"Sent to {push(args.run, args.push_to_hub, PUBLISHED)}")
    return 0


def spatial_stage(settings: Settings) -> Settings:
    """Return the settings that pre-train the spatial branch of a model on every target.

    Source: Devnani et al., arXiv:2409.11369, 2024, who pre-train theirs on azimuth, elevation,
    distance, volume, DRR and T30.
    """
    model = settings.model
    if isinstance(model, ElsaConfig):
        model = RegressorConfig(
            spatial=model.spatial, dropout=model.dropout, heads=tuple(TARGETS), mel=model.mel
        )
    return replace(
        settings,
        data=replace(settings.data, mono="leave_out"),
        train=replace(settings.train, weights=dict.fromkeys(model.heads, 1.0)),
        model=model,
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
