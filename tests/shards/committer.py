"""Finishes shard after shard: ``python committer.py BUILD SHARDS SAYS``, to be killed or raced.

Shard k holds the text of k many times over and nothing else, so that a torn file shows.
"""

import sys

from elsa_data.records import ShardRef
from elsa_data.shards.commit import scratch
from elsa_data.shards.directory import Directory
from elsa_data.shards.marks import finish, is_current

SIZE = 400_000


def content(index: int) -> bytes:
    return f"{index:08d}".encode() * (SIZE // 8)


def main(url: str, shards: int) -> None:
    directory = Directory(url)
    for index in range(shards):
        ref = ShardRef(split="train", index=index, count=shards)
        if is_current(directory, "render", ref, "f", {}):
            continue
        with scratch(directory, ref) as folder:
            (folder / "data").write_bytes(content(index))
            finish(
                directory,
                stage="render",
                ref=ref,
                fingerprint="f",
                inputs={},
                files={directory.shard("render", ref): folder / "data"},
                rejects=[],
                rows=index,
            )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
