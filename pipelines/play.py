"""``elsa-data play OUT EXAMPLE_ID FILE.wav``: one row as a sound file for any player."""

import argparse
import sys
from pathlib import Path

from elsa_data.errors import ConfigError
from elsa_data.report.listen import FORMS, heard_as
from elsa_data.report.lookup import find_row
from elsa_data.shards.commit import commit, explained
from elsa_data.shards.directory import Directory
from pipelines.options import row_arguments


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    row_arguments(parser)
    parser.add_argument("file", metavar="FILE.wav", type=Path, help="what to write, 24-bit")
    parser.add_argument(
        "--as", dest="form", choices=FORMS, default="binaural", help="the channels [%(default)s]"
    )
    parser.add_argument("--force", action="store_true", help="overwrite the file")


def run(args: argparse.Namespace) -> int:
    """Return the exit code."""
    target: Path = args.file
    if target.suffix.lower() != ".wav":
        raise ConfigError(f"{target}: it will be a WAV file, so give a name that ends in .wav")
    if target.exists() and not args.force:
        raise ConfigError(f"{target} is there already: give another name, or --force")
    found = find_row(Directory(args.out), args.example_id)
    heard = heard_as(found.example, args.form)
    part = target.with_name(f".{target.name}.part")
    with explained(target):
        part.write_bytes(heard.wav)
    commit(part, str(target))
    levels = ", ".join("silent" if rms is None else f"{rms:.1f}" for rms in heard.rms_dbfs)
    peak = "silence" if heard.peak_dbfs is None else f"peak {heard.peak_dbfs:.1f} dBFS"
    sys.stdout.write(
        f"{target}: {found.example.duration_s:.2f} s at {found.example.sample_rate_hz} Hz, "
        f"24 bit\n  channels  {heard.holds}\n  level     {levels} dBFS RMS, {peak}, "
        f"gain {heard.gain_db:+.1f} dB\n"
    )
    return 0
