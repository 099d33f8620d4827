"""What a repository lacks of a data set, told from the hashes of what it holds."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from elsa_data.shards.directory import EXTENSIONS, shard_ref
from elsa_data.shards.facts import Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What is missing, how many shards are as they should be, and which belong to it no longer."""

    missing: Sequence[Published]
    kept: int
    pages: Mapping[str, bytes]
    stale: Sequence[str]


def difference(
    there: Mapping[str, str], shards: Sequence[Published], pages: Mapping[str, bytes]
) -> Difference:
    """Return how a repository differs from what it should hold.

    Args:
        there: every file of it: sha256 of a large one, git's id of another.
        shards: what it should hold in ``data/``, and nothing else there.
        pages: the text files beside them.
    """
    wanted = {shard.path for shard in shards}
    missing = [shard for shard in shards if there.get(shard.path) != shard.sha256]
    return Difference(
        missing=missing,
        kept=len(shards) - len(missing),
        pages={path: text for path, text in pages.items() if there.get(path) != blob_id(text)},
        stale=sorted(path for path in there if _is_shard(path) and path not in wanted),
    )


def blob_id(content: bytes) -> str:
    """Return git's id of a file, which is what the Hub knows a small one by."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _is_shard(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    stem, _, ext = name.partition(".")
    return folder == "data" and ext in EXTENSIONS["data"] and shard_ref(stem) is not None
