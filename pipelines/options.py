"""The flags of the commands, each declared once."""

import argparse
import math
import sys
from collections.abc import Callable
from typing import NoReturn

from elsa_data.captions.dialect import EFFORTS
from elsa_data.errors import did_you_mean

ENGINES = ("torch", "pyroomacoustics")


class Parser(argparse.ArgumentParser):
    """An argument parser that answers a mistake in one line, names the near spelling, exits 2."""

    def __init__(self, **options: object) -> None:
        """Take no abbreviations: a script must not break when a flag is added."""
        super().__init__(**{"allow_abbrev": False} | options)  # pyright: ignore[reportArgumentType]

    def parse_args(self, args=None, namespace=None):  # noqa: D102
        known, unknown = self.parse_known_args(args, namespace)
        if unknown:
            flags = [flag for action in _all_actions(self) for flag in action.option_strings]
            near = did_you_mean(unknown[0].partition("=")[0], flags)
            self.error(f"unknown argument {unknown[0]!r}.{near} Runner flags go after `--`.")
        return known

    def error(self, message: str) -> NoReturn:
        """Print one line and leave."""
        sys.stderr.write(f"{self.prog}: {message}\n")
        sys.exit(2)


def _all_actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    actions = []
    for action in parser._actions:
        actions.append(action)
        if isinstance(action, argparse._SubParsersAction):
            actions += [inner for each in action.choices.values() for inner in _all_actions(each)]
    return actions


def split_runner_flags(words: list[str]) -> tuple[list[str], list[str]]:
    """Return our words and, after the first ``--``, the runner's."""
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def manifest_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what a plan starts from."""
    parser.add_argument(
        "manifest",
        nargs="+",
        metavar="MANIFEST",
        help="a .csv, .jsonl or .parquet manifest, or audiocaps:DIR, clotho:DIR, freesound:DIR, "
        "datasets:ID_OR_DIR; several are joined, their splits kept disjoint",
    )
    out_argument(parser)
    parser.add_argument("--preset", default="elsa", help="a name or a YAML file [%(default)s]")
    parser.add_argument("--seed", type=whole(0), default=0, help="[%(default)s]")
    parser.add_argument("--root", help="folder that relative paths of a manifest start from")
    parser.add_argument("--limit", type=whole(1), help="use the first N valid manifest rows")
    parser.add_argument(
        "--exclude", metavar="FILE", help="clip or source ids to leave out, by line"
    )
    parser.add_argument(
        "--no-probe", dest="probe", action="store_false", help="do not decode clips before planning"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what it would make and cost, and stop"
    )


def out_argument(parser: argparse.ArgumentParser) -> None:
    """Declare the build directory."""
    parser.add_argument("out", metavar="OUT", help="the build directory: a path or an fsspec URL")


def row_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which row of which set."""
    parser.add_argument(
        "out", metavar="OUT", help="a build, or the folder or URL of a published set"
    )
    parser.add_argument(
        "example_id", metavar="EXAMPLE_ID", help="its id, or the first digits of it, 4 or more"
    )


def engine_argument(parser: argparse.ArgumentParser) -> None:
    """Declare who renders the rooms."""
    parser.add_argument("--engine", choices=ENGINES, help="who renders the rooms [torch]")


def caption_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare who speaks."""
    parser.add_argument(
        "--captions",
        choices=("template", "openai"),
        help="who writes captions: the template, or a model behind any OpenAI-compatible endpoint "
        "(OPENAI_BASE_URL and OPENAI_API_KEY in the environment) [template]",
    )
    parser.add_argument("--vocabulary", help="the words for the numbers [the preset's]")
    llm = parser.add_argument_group("with --captions openai")
    llm.add_argument("--model", metavar="NAME", help="the model that is asked")
    llm.add_argument(
        "--prompt", metavar="NAME|FILE", help="what it is asked, a name or a .md file [rewrite.v1]"
    )
    llm.add_argument(
        "--judge-model",
        metavar="NAME",
        help="another model of the endpoint, asked about sentences the rules refuse only for a "
        "word they do not know [the rules alone decide]",
    )
    llm.add_argument(
        "--attempts", type=whole(1), metavar="N", help="answers judged before the template [3]"
    )
    llm.add_argument(
        "--reasoning-effort", choices=EFFORTS, help="of models that think before they speak [none]"
    )
    llm.add_argument(
        "--max-concurrent", type=whole(1), metavar="N", help="requests at once, in all workers [64]"
    )
    llm.add_argument("--rpm", type=whole(1), metavar="N", help="requests per minute, in all")
    llm.add_argument("--tpm", type=whole(1), metavar="N", help="tokens per minute, in all")
    llm.add_argument(
        "--request-timeout", type=positive, metavar="S", help="seconds a request may take [60]"
    )
    llm.add_argument(
        "--batch",
        action="store_true",
        help="ask through the Batch API: half the price, within a day; run the same command again "
        "to go on waiting",
    )
    llm.add_argument("--price-in", type=positive, metavar="USD", help="per million tokens asked")
    llm.add_argument("--price-out", type=positive, metavar="USD", help="per million tokens said")
    llm.add_argument(
        "--max-cost", type=positive, metavar="USD", help="stop before the build costs more"
    )
    llm.add_argument(
        "--reuse", metavar="BUILD", help="take over the answers of another build, unpaid"
    )


def render_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the rows are stored as."""
    parser.add_argument("--format", choices=("parquet", "webdataset"), help="[parquet]")


def worker_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare who does the work."""
    parser.add_argument("--workers", type=whole(1), default=1, help="processes [%(default)s]")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")


def run_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare how a run is carried out; none of these changes a byte of the result."""
    worker_arguments(parser)
    parser.add_argument(
        "--max-rejects",
        type=share,
        default=0.05,
        metavar="SHARE",
        help="stop when more than this share of at least 200 rows is rejected [%(default)s]",
    )
    parser.add_argument(
        "--retry-rejects", action="store_true", help="make shards that hold rejects again"
    )
    parser.add_argument(
        "--rehash", action="store_true", help="read finished shards again before trusting them"
    )
    parser.add_argument(
        "--redo", action="store_true", help="accept other captions or another format than before"
    )
    parser.add_argument(
        "--allow-mixed-devices", action="store_true", help="let CPU and CUDA share one build"
    )
    parser.add_argument("--shard-index", type=whole(0), default=0, metavar="I")
    parser.add_argument(
        "--shard-count", type=whole(1), default=1, metavar="N", help="make every Nth shard from I"
    )


def whole(least: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from ``least`` on."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"{text!r}: wanted a whole number, {least} or more")
        return value

    return number


def positive(text: str) -> float:
    """Return a number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r}: wanted a number above 0")
    return value


def share(text: str) -> float:
    """Return a number in [0, 1]."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r}: wanted a share from 0 to 1")
    return value
