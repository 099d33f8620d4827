"""Shards of rows for the tests of what reads them."""

from collections.abc import Sequence
from pathlib import Path

from elsa_data.examples import Example
from elsa_data.records import ShardRef
from elsa_data.shards.data import EXTENSION, write_data
from elsa_data.shards.directory import Directory


def write_set(folder: Path, shards: Sequence[Sequence[Example]], format_name: str) -> Directory:
    """Write each list of rows as one shard of train; return the set."""
    (folder / "data").mkdir(parents=True)
    for index, rows in enumerate(shards):
        ref = ShardRef(split="train", index=index, count=len(shards))
        write_data(format_name, rows, folder / "data" / f"{ref}.{EXTENSION[format_name]}")
    return Directory(str(folder))
