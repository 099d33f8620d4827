"""``elsa-data demo OUT``: a synthesised corpus, built, verified, shown; no network, no key."""

import argparse
import sys
from pathlib import Path

from elsa_data.corpora.demo import write_demo
from elsa_data.errors import ConfigError
from elsa_data.shards.directory import local_path
from pipelines import build, report, verify
from pipelines.options import Parser, whole

CLIPS, SEED = 64, 7
SHOWN = 18
"""Rows of the report: enough to look at, and encoded in a few seconds."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "out", metavar="OUT", help="a new folder; gets OUT/corpus, OUT/build and OUT/build-report"
    )
    parser.add_argument("--clips", type=whole(16), default=CLIPS, help="[%(default)s]")
    parser.add_argument("--seed", type=whole(0), default=SEED, help="[%(default)s]")
    parser.add_argument("--format", choices=("parquet", "webdataset"), default="parquet")
    parser.add_argument("--workers", type=whole(1), default=2, help="processes [%(default)s]")


def run(args: argparse.Namespace) -> int:
    """Return the exit code."""
    if (folder := local_path(args.out)) is None:
        raise ConfigError(f"{args.out}: the demo writes a corpus too, so give a local folder")
    manifest = write_demo(Path(folder) / "corpus", seed=args.seed, clips=args.clips)
    sys.stdout.write(f"A corpus of {args.clips} synthesised clips: {manifest}\n")
    out = str(Path(folder) / "build")
    common = ["--workers", str(args.workers)]
    words = [str(manifest), out, "--preset", "tiny", "--seed", str(args.seed)]
    if code := _command(build, "build", [*words, "--format", args.format, *common]):
        return code
    if code := _command(verify, "verify", [out, *common]):
        return code
    return _command(report, "report", [out, "--sample", str(SHOWN)])


def _command(module, name: str, words: list[str]) -> int:
    sys.stdout.write(f"\n$ elsa-data {name} {' '.join(words)}\n")
    sys.stdout.flush()
    parser = Parser(prog=f"elsa-data {name}")
    module.configure(parser)
    args = parser.parse_args(words)
    args.runner_flags = []
    return module.run(args)
