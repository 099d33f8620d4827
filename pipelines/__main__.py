"""The command line: ``elsa-data COMMAND ...``, the same as ``python -m pipelines COMMAND ...``."""

import importlib
import logging
import os
import signal
import sys
from importlib.metadata import version
from types import ModuleType
from typing import NoReturn

from elsa_data.errors import BuildError, ConfigError, StoppedError
from pipelines.memory import keep_memory, without_pandas
from pipelines.options import Parser, split_runner_flags

COMMANDS = {
    "demo": "make a small verified data set from a synthesised corpus; no network, no key",
    "build": "make a data set: plan, simulate, caption and render a manifest",
    "plan": "probe the clips and draw every room, position and caption",
    "simulate": "render and measure the room impulse responses of a plan",
    "caption": "put the scenes of a build into words",
    "render": "convolve, encode and write the shards of a build",
    "status": "show how far a build is",
    "verify": "prove every row of a build",
    "report": "make a page that shows a build or a published set: sounds, rooms, words, numbers",
    "inspect": "show one row in the terminal: captions, numbers, and its room from above",
    "play": "write the sound of one row as WAV: AmbiX, FuMa, stereo, binaural or W",
    "publish": "verify a build and put it on the Hugging Face Hub, with its card",
    "export": "write a build as DCASE SELD, LAION-CLAP or plain WAV files",
    "verify-captions": "judge rewritten captions against their words, line by line",
}
SHARDS_ALONE = frozenset(("simulate", "caption", "render"))
"""Commands that go from shard to shard and read no corpus."""

EXTRA_OF = {
    "apache_beam": "build", "torch": "build", "soxr": "build", "tqdm": "build",
    "pyroomacoustics": "build", "psutil": "build", "datasets": "build", "librosa": "build",
    "lemminflect": "build", "snowballstemmer": "build",
    "s3fs": "s3", "openai": "llm", "aiohttp": "llm",
    "huggingface_hub": "hub", "scipy": "report",
}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Return the exit code: 0 done, 1 failed, 2 asked wrongly."""
    # Before any numeric library loads: workers are processes, and bits must not hang on threads.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PRA_NUM_THREADS"):
        os.environ[name] = "1"
    keep_memory()
    # Libraries that log while they load speak to a person only when something is wrong.
    logging.basicConfig(level=logging.ERROR)
    # Asked to end from outside, a command ends as after Ctrl-C: in order, its lock given back.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    words, runner_flags = split_runner_flags(sys.argv[1:] if argv is None else argv)
    if argv is None and SHARDS_ALONE.intersection(words[:1]):
        without_pandas()  # the process is the command's own
    try:
        return _dispatch(words, runner_flags)
    except ConfigError as error:
        return _say(error, 2)
    except StoppedError as error:
        _leave(error)
    except BuildError as error:
        return _say(error, 1)
    except KeyboardInterrupt:
        _leave("interrupted; what is finished is kept: run the same command again")
    except ModuleNotFoundError as error:
        extra = EXTRA_OF.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        return _say(f"{error.name} is not installed: pip install 'elsa-data[{extra}]'", 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _dispatch(words: list[str], runner_flags: list[str]) -> int:
    parser = Parser(
        prog="elsa-data",
        description="Make spatial audio-caption data sets.",
        epilog="Flags of the Beam runner go after `--`. `elsa-data COMMAND --help` says more.",
    )
    parser.add_argument("--version", action="version", version=f"elsa-data {version('elsa-data')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    asked = next((word for word in words if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        own = commands.add_parser(name, help=summary, description=summary)
        if name == asked:
            _module(name).configure(own)
    args = parser.parse_args(words)
    args.runner_flags = runner_flags
    return _module(args.command).run(args)


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"pipelines.{command.replace('-', '_')}")


def _say(message: object, code: int) -> int:
    sys.stderr.write(f"elsa-data: {' '.join(str(message).split())}\n")
    return code


def _leave(message: object) -> NoReturn:
    """Say why and end at once: a normal end would wait for the threads of the pipeline."""
    _say(message, 1)
    sys.stdout.flush()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
