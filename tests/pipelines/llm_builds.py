"""Whole builds with captions from a language model, and what tests ask of them."""

import json
from pathlib import Path

from elsa_data.examples import Example
from elsa_data.shards.data import read_data
from elsa_data.shards.directory import Directory
from elsa_data.shards.marks import read_marks
from pipelines.builds import shards
from tests.conftest import SEED
from tests.pipelines.test_build import settings_of

MODEL = "test-model"
TINY = ("--preset", "tiny", "--seed", SEED)
LLM = (*TINY, "--captions", "openai", "--model", MODEL)


def examples(build: Path) -> list[Example]:
    directory = Directory(str(build))
    return [each for ref in shards(settings_of(build)) for each in read_data(directory, ref)]


def answers(build: Path) -> list[dict]:
    files = sorted(build.glob("answers/*/*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def counts(build: Path) -> dict[str, int]:
    total: dict[str, int] = {}
    for mark in read_marks(Directory(str(build)), "caption"):
        for name, number in mark.counts.items():
            total[name] = total.get(name, 0) + number
    return total


def holds(folder: Path, text: str) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if text.encode() in path.read_bytes()]
