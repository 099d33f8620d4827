"""What the launcher shows of a run: bars on a terminal, one line a shard elsewhere."""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from tqdm import tqdm

from elsa_data.captions.prices import Prices
from elsa_data.records import ShardRef
from elsa_data.shards.directory import Directory, shard_ref
from elsa_data.shards.marks import Mark, each_mark, read_mark

FEW_ROWS = 200
"""Below this many rows a share of rejects says nothing."""

LOCAL_S, REMOTE_S = 0.5, 10.0


class Watch:
    """Follows the done marks of some shards through some stages."""

    def __init__(
        self,
        directory: Directory,
        stages: Sequence[str],
        names: Sequence[str],
        prices: Prices | None = None,
    ) -> None:
        """Note what is done already: only what this run adds is shown and judged.

        With prices, what captions cost is followed too, in ``usd``: since the build began.
        """
        self._directory, self._prices = directory, prices
        self._cost = 0.0
        if prices is not None:
            self._cost = sum(_usd(mark.counts, prices) for mark in each_mark(directory, "caption"))
        self.usd = self._cost
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
        if self._bars or self._prices is not None:
            self._look_inside()

    def finished(self) -> bool:
        """Return whether this run has made every shard."""
        return not any(self._waiting.values())

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
        if self._prices is not None and mark.stage == "caption":
            self._cost += _usd(mark.counts, self._prices)
        rate = mark.rows / mark.seconds if mark.seconds else 0.0
        if bar := self._bars.get(mark.stage):
            bar.update()
            bar.set_postfix(rows=self._rows, rejects=self._rejects, rate=f"{rate:.1f}/s")
        else:
            sys.stderr.write(
                f"{mark.stage} {mark.shard}: {mark.rows} rows, {mark.rejects} rejects, "
                f"{mark.seconds:.1f} s{_sources(mark)}\n"
            )

    def _look_inside(self) -> None:
        """Take in what workers say of the shards they are at."""
        self.usd = self._cost
        for path in self._directory.files("progress"):
            try:
                said = json.loads(self._directory.fs.cat_file(self._directory.path(path)))
            except (FileNotFoundError, ValueError):
                continue
            if self._prices is not None:
                self.usd += _usd(said, self._prices)
            # What `verify` found lies here too, until the launcher takes it.
            if bar := self._bars.get(said.get("stage")):
                notes = {n: said[n] for n in ("retries", "fallbacks") if n in said}
                notes |= {"usd": f"{self.usd:.2f}"} if notes and self._prices else {}
                bar.set_postfix(rows=self._rows + said["done"], rejects=self._rejects, **notes)


def _usd(tokens: Mapping[str, Any], prices: Prices) -> float:
    return prices.usd(tokens.get("tokens_in", 0), tokens.get("tokens_out", 0))


def _sources(mark: Mark) -> str:
    """Return who wrote the captions of a shard, where a model was asked."""
    if "attempts" not in mark.counts:
        return ""
    llm, template = (mark.counts.get(f"captions:{who}", 0) for who in ("llm", "template"))
    return f", captions: {llm} by the model, {template} by the template"


def share_of(rows: int, rejects: int) -> float | None:
    """Return the share of rejects among rows and rejects, None while both are few."""
    total = rows + rejects
    return rejects / total if total >= FEW_ROWS else None


def _ref(name: str) -> ShardRef:
    ref = shard_ref(name)
    if ref is None:
        raise ValueError(f"{name!r} names no shard")
    return ref
