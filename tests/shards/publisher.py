"""Publishes a folder of shards: ``python publisher.py FOLDER ORG/NAME``, to be killed.

Pauses are short and commits small, so that a kill finds it at any of many moments.
"""

import sys
from pathlib import Path

from elsa_data.shards import hub
from elsa_data.shards.directory import Directory, shard_ref
from elsa_data.shards.facts import Published
from elsa_data.shards.marks import output_of

PAGES = {"README.md": b"---\nlicense: mit\n---\n\n# A set\n", "croissant.json": b"{}\n"}


def published(folder: Path) -> list[Published]:
    shards = []
    for path in sorted((folder / "data").iterdir()):
        ref = shard_ref(path.stem)
        assert ref is not None
        output = output_of(path)
        name = f"data/{path.name}"
        shards.append(
            Published(path=name, split=ref.split, rows=1, size=output.size, sha256=output.sha256)
        )
    return shards


def main(folder: Path, repo: str) -> None:
    hub.WAITS_S = (0.05,) * 6
    hub.COMMIT_FILES = 2
    there = hub.connected(repo, revision=None, private=False, say=lambda line: None)
    hub.publish(there, Directory(str(folder)), published(folder), PAGES, private=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
