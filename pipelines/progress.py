"""What the launcher shows of a run: bars on a terminal, one line a shard elsewhere."""

import json
import sys
import time
from collections.abc import Sequence
from types import TracebackType

from tqdm import tqdm

from elsa_data.records import ShardRef
from elsa_data.shards.directory import Directory, shard_ref
from elsa_data.shards.marks import Mark, read_mark

FEW_ROWS = 200
"""Below this many rows a share of rejects says nothing."""

LOCAL_S, REMOTE_S = 0.5, 10.0


class Watch:
    """Follows the done marks of some shards through some stages."""

    def __init__(self, directory: Directory, stages: Sequence[str], names: Sequence[str]) -> None:
        """Note what is done already: only what this run adds is shown and judged."""
        self._directory = directory
        self._waiting = {stage: set(names) for stage in stages}
        self._before = {stage: self._stamps(stage) for stage in stages}
        self._stages, self._names = stages, names
        self._rows = self._rejects = 0
        self._interval_s = LOCAL_S if directory.local else REMOTE_S
        self._polled_s = 0.0
        self._bars: dict[str, tqdm] = {}

    def __enter__(self) -> "Watch":
        if sys.stderr.isatty():
            for stage in self._stages:
                self._bars[stage] = tqdm(total=len(self._names), desc=stage, unit="shard")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for bar in self._bars.values():
            bar.close()

    def poll(self, *, last: bool = False) -> None:
        """Look for new marks, at most every half second (10 s where looking costs requests).

        The ``last`` look is taken whenever it comes: it sees what ended the run.
        """
        if not last and time.monotonic() - self._polled_s < self._interval_s:
            return
        self._polled_s = time.monotonic()
        for stage in self._stages:
            stamps = self._stamps(stage)
            for name in sorted(self._waiting[stage]):
                if name in stamps and stamps[name] != self._before[stage].get(name):
                    mark = read_mark(self._directory, stage, _ref(name))
                    if mark is not None:
                        self._waiting[stage].remove(name)
                        self._count(mark)
        self._show_rows()

    def rejected_share(self) -> float | None:
        """Return the share of rejects among the rows of this run, None while they are few."""
        return share_of(self._rows, self._rejects)

    def _stamps(self, stage: str) -> dict[str, object]:
        """Return when each done mark of a stage was written, by the name of its shard."""
        fs = self._directory.fs
        try:
            found = fs.ls(self._directory.path("done", stage), detail=True)
        except FileNotFoundError:
            return {}
        return {
            file["name"].rpartition("/")[2].removesuffix(".json"): file.get("mtime")
            or file.get("ETag")
            or file.get("created")
            for file in found
        }

    def _count(self, mark: Mark) -> None:
        self._rows += mark.rows
        self._rejects += mark.rejects
        rate = mark.rows / mark.seconds if mark.seconds else 0.0
        if bar := self._bars.get(mark.stage):
            bar.update()
            bar.set_postfix(rows=self._rows, rejects=self._rejects, rate=f"{rate:.1f}/s")
        else:
            sys.stderr.write(
                f"{mark.stage} {mark.shard}: {mark.rows} rows, {mark.rejects} rejects, "
                f"{mark.seconds:.1f} s\n"
            )

    def _show_rows(self) -> None:
        if not self._bars:
            return
        for path in self._directory.files("progress"):
            try:
                said = json.loads(self._directory.fs.cat_file(self._directory.path(path)))
            except (FileNotFoundError, ValueError):
                continue
            # What `verify` found lies here too, until the launcher takes it.
            if bar := self._bars.get(said.get("stage")):
                bar.set_postfix(rows=self._rows + said["done"], rejects=self._rejects)


def share_of(rows: int, rejects: int) -> float | None:
    """Return the share of rejects among rows and rejects, None while both are few."""
    total = rows + rejects
    return rejects / total if total >= FEW_ROWS else None


def _ref(name: str) -> ShardRef:
    ref = shard_ref(name)
    if ref is None:
        raise ValueError(f"{name!r} names no shard")
    return ref
