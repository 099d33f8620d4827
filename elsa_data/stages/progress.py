"""What a worker is doing, written where the launcher can see it: ``progress/`` of the build."""

import json
import time

from elsa_data.records import ShardRef
from elsa_data.shards.directory import Directory

INTERVAL_S = 1.0


class Progress:
    """Counts the elements of one shard and says so at most once a second.

    ``notes`` are further numbers of the stage's own.

    The file is a hint for the eye: it is not fsynced, may be stale, and nothing is decided by it.
    """

    def __init__(self, directory: Directory, stage: str, ref: ShardRef, total: int) -> None:
        """Start at zero of ``total`` elements."""
        self._fs, self._url = directory.fs, directory.progress(stage, ref)
        self._stage, self._total, self._done = stage, total, 0
        self._said = 0.0
        self.notes: dict[str, float] = {}

    def __enter__(self) -> "Progress":
        self.add(0)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._fs.exists(self._url):
            self._fs.rm(self._url)

    def add(self, elements: int) -> None:
        """Count elements as done."""
        self._done += elements
        now = time.monotonic()
        if now - self._said >= INTERVAL_S:
            self._said = now
            said = {"stage": self._stage, "done": self._done, "total": self._total} | self.notes
            self._fs.pipe_file(self._url, json.dumps(said).encode())
