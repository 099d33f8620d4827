"""``elsa-data verify-captions FILE``: each rewritten caption judged against its words."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from elsa_data.captions.repair import repaired
from elsa_data.captions.verify import verdict
from elsa_data.config import SLOTS, load_vocabulary
from elsa_data.errors import ConfigError, did_you_mean
from elsa_data.records import PartWords, SpatialAttributes

WANTED = (
    '{"original": text, "attributes": {"direction", "elevation", "distance", "size", "reverb": '
    'word or null}, "rewrite": text}'
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE.jsonl",
        help=f'a line each: {WANTED}; written back with "verdict" and "reason"',
    )
    parser.add_argument(
        "--vocabulary",
        default="attributes.elsa.v1",
        metavar="NAME|FILE",
        help="the words in use [%(default)s]",
    )


def run(args: argparse.Namespace) -> int:
    """Return 0 when every line was judged, whatever the verdicts."""
    vocabulary = load_vocabulary(args.vocabulary)
    try:
        for where, line in _lines(args.file):
            original, attributes, rewrite = _asked(line, where)
            reason = verdict(repaired(rewrite), (original,), attributes, vocabulary)
            line["verdict"] = "accept" if reason is None else "reject"
            line["reason"] = reason
            sys.stdout.write(json.dumps(line) + "\n")
    finally:
        # What was judged before a bad line is kept by whoever reads this.
        sys.stdout.flush()
    return 0


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (where, object) of every line that is not blank.

    Raises:
        ConfigError: the file cannot be read, or a line is no JSON object.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if raw.strip():
                    where = f"{path} line {number}"
                    yield where, _object(raw, where)
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}; name a file of JSON lines {WANTED}"
        ) from error


def _object(raw: bytes, where: str) -> dict[str, Any]:
    shown = raw.decode(errors="replace").strip()[:60]
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{where}: got {shown!r}, which is no JSON; write {WANTED}") from error
    if not isinstance(line, dict):
        raise ConfigError(f"{where}: got {shown!r}, wanted an object; write {WANTED}")
    return line


def _asked(line: dict[str, Any], where: str) -> tuple[str, SpatialAttributes, str]:
    """Return original, attributes and rewrite of a line.

    Raises:
        ConfigError: one of them is missing, or not what it should be.
    """
    for key in ("original", "attributes", "rewrite"):
        if key not in line:
            near = did_you_mean(key, line)
            raise ConfigError(f"{where}: {key!r} is missing.{near} Write {WANTED}")
    for key in ("original", "rewrite"):
        if not isinstance(line[key], str):
            raise ConfigError(f"{where}: {key} is {line[key]!r}, wanted a string; write text")
    if not line["original"].strip():
        raise ConfigError(f"{where}: original is {line['original']!r}; write the source caption")
    words = _words(line["attributes"], where)
    part = PartWords(
        direction=words["direction"], elevation=words["elevation"], distance=words["distance"]
    )
    attributes = SpatialAttributes(
        room_size=words["size"], reverberation=words["reverb"], parts=(part,)
    )
    return line["original"], attributes, line["rewrite"]


def _words(words: object, where: str) -> dict[str, str | None]:
    if not isinstance(words, dict):
        raise ConfigError(f"{where}: attributes is {words!r}, wanted an object; write {WANTED}")
    for slot in words:
        if slot not in SLOTS:
            near = did_you_mean(slot, SLOTS)
            raise ConfigError(
                f"{where}: got the attribute {slot!r}, wanted {', '.join(SLOTS)}.{near} Rename it"
            )
    for slot, (_, known) in SLOTS.items():
        if slot not in words:
            raise ConfigError(f"{where}: attribute {slot!r} is missing; null says it has no word")
        if words[slot] is not None and words[slot] not in known:
            near = did_you_mean(str(words[slot]), known)
            raise ConfigError(
                f"{where}: {slot} is {words[slot]!r}, wanted {', '.join(known)} or null.{near} "
                "Write one of them"
            )
    return words
