"""Batches from shards: threads decode, in an order that no thread can change."""

import math
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from elsa_data.conventions import FOA_CHANNELS
from elsa_data.errors import BuildError, ConfigError
from elsa_data.seeding import rng_for
from elsa_data.shards.directory import Directory, data_files
from elsa_data.train.hearing import Features
from elsa_data.train.memory import Memory
from elsa_data.train.order import Order, Planned, Unit, Window
from elsa_data.train.rows import AUDIO, FULL, LIGHT, Row, read_rows, sources_of
from elsa_data.train.settings import Data
from elsa_data.train.sound import decode, sound_of
from elsa_data.train.targets import targets_of

AHEAD: Final = 4
"""Batches that are decoded before they are asked for."""

TOGETHER: Final = 8
"""Rows a thread decodes before it tells of them: to wake another thread for each is dear."""

STEP: Final = np.dtype(np.int16)
"""What a shard stores of a sample."""

Hear = Callable[[Tensor], Features]
Ref = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows side by side.

    Attributes:
        inputs: ``audio`` (batch, 4, samples) as 16-bit steps, which `sound_of` turns into sound
            where it is needed; or the features that were kept of it.
        texts: a caption of each row.
        targets: (batch, components) each, NaN where there is none.
        rows: everything else that `FULL` names.
        end: the position after this batch.
    """

    inputs: dict[str, Tensor]
    texts: list[str]
    targets: dict[str, Tensor]
    rows: list[Row]
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The light facts of a split: its shards, their units, and every caption once."""

    urls: tuple[str, ...]
    units: tuple[tuple[Unit, ...], ...]
    captions: tuple[str, ...]


def read_index(directory: Directory, split: str, data: Data, *, spatial_only: bool) -> Index:
    """Return the index of a split. Every shard is opened once, its sound left alone.

    Raises:
        ConfigError: the data set has no such split.
    """
    files = data_files(directory)
    if split not in files:
        known = ", ".join(sorted(files)) or "no shards in data/"
        raise ConfigError(f"{directory.url}: no split {split!r}; it has {known}")
    captions: dict[str, None] = {}
    units = []
    fs = directory.fs
    for shard, url in enumerate(files[split]):
        kept: dict[Any, list[int]] = {}
        sources: dict[Any, tuple[str, ...]] = {}
        for number, row in enumerate(read_rows(url, fs, LIGHT)):
            if not row["spatial"] and (spatial_only or data.mono == "leave_out"):
                continue
            held = sources_of(row)
            key = (row["group_id"], held) if len(held) > 1 else number
            kept.setdefault(key, []).append(number)
            sources[key] = held
            captions |= dict.fromkeys(row["captions"])
        units.append(tuple(Unit(shard, tuple(rows), sources[key]) for key, rows in kept.items()))
    return Index(urls=tuple(files[split]), units=tuple(units), captions=tuple(captions))


class Reader:
    """Reads the batches of an order, those of one process.

    ``hear`` is given where features are to be kept: it is called for one row at a time, so that
    what is kept of a row does not hang on its neighbours.
    """

    def __init__(
        self,
        directory: Directory,
        urls: Sequence[str],
        data: Data,
        *,
        seed: int,
        rank: int = 0,
        hear: Hear | None = None,
    ) -> None:
        """Open nothing yet."""
        self._fs, self._urls, self._data = directory.fs, urls, data
        self._seed, self._rank, self._hear = seed, rank, hear
        self._kept: dict[Ref, tuple[Row, Features]] = {}
        self._stored, self._decoded = Memory(), Memory()

    def batches(self, order: Order, position: int, end: int) -> Iterator[Batch]:
        """Yield batches from a position on, up to ``end``; the same for any number of threads."""
        windows = order.windows(position, end)
        with ThreadPoolExecutor(self._data.workers) as pool, ThreadPoolExecutor(1) as loader:
            jobs = self._jobs(windows, pool, loader)
            waiting: deque[tuple[Planned, Tensor, list[Future]]] = deque()
            try:
                for job in jobs:
                    waiting.append(job)
                    if len(waiting) > AHEAD:
                        yield self._joined(*waiting.popleft())
                while waiting:
                    yield self._joined(*waiting.popleft())
            finally:
                for future in chain.from_iterable(futures for _, _, futures in waiting):
                    future.cancel()

    def _jobs(
        self, windows: Iterator[Window], pool: ThreadPoolExecutor, loader: ThreadPoolExecutor
    ) -> Iterator[tuple[Planned, Tensor, list[Future]]]:
        """Yield each batch with its rows being decoded; the next window loads meanwhile."""
        # What is kept is read once; loaded ahead of time it would be read twice.
        depth = 1 if self._hear else 2
        ahead = deque(loader.submit(self._load, windows) for _ in range(depth))
        while (loaded := ahead.popleft().result()) is not None:
            window, rows = loaded
            for planned in window.batches:
                refs = planned.refs[self._rank]
                audio = self._lent(0 if self._hear else len(refs))
                outs = audio if len(audio) else [audio] * len(refs)
                asked = [
                    (r, rows.get(r), planned.epoch, o) for r, o in zip(refs, outs, strict=True)
                ]
                jobs = [
                    pool.submit(lambda part: [self._one(*each) for each in part], part)
                    for part in (asked[at : at + TOGETHER] for at in range(0, len(asked), TOGETHER))
                ]
                yield planned, audio.transpose(1, 2), jobs
            ahead.append(loader.submit(self._load, windows))

    def _load(self, windows: Iterator[Window]) -> tuple[Window, dict[Ref, Row]] | None:
        """Return the next window and those of its rows that this process reads; None at the end."""
        if (window := next(windows, None)) is None:
            return None
        wanted = {ref for planned in window.batches for ref in planned.refs[self._rank]}
        wanted -= self._kept.keys()
        rows: dict[Ref, Row] = {}
        for shard in window.shards[self._rank]:
            if own := {row for at, row in wanted if at == shard}:
                rows |= {(shard, number): row for number, row in self._read(shard, own)}
        if not rows:
            self._stored = Memory()  # What is kept is not read again.
        return window, rows

    def _read(self, shard: int, own: Collection[int]) -> Iterator[tuple[int, Row]]:
        """Yield rows of a shard by number, their sounds side by side in memory of ours."""
        url = self._urls[shard]
        size: Any = self._fs.size(url)
        room = self._stored.lend(size)
        for number, row in enumerate(read_rows(url, self._fs, FULL)):
            if number in own:
                sound = np.frombuffer(row[AUDIO], np.uint8)
                # A file that others have compressed may hold more than its size.
                if len(sound) <= len(room):
                    row[AUDIO], room = room[: len(sound)], room[len(sound) :]
                    row[AUDIO][:] = sound
                yield number, row

    def _one(self, ref: Ref, row: Row | None, epoch: int, out: Tensor) -> tuple[Row, Features]:
        """Return a row without its sound, and what is kept of that; or put the sound in ``out``."""
        if (kept := self._kept.get(ref)) is not None:
            return kept
        if row is None:
            raise BuildError(f"{self._urls[ref[0]]}: row {ref[1]} is not there any more")
        share = 0.0
        if self._data.crop == "random":
            share = float(rng_for(self._seed, "crop", epoch, row["example_id"]).random())
        plain = {name: value for name, value in row.items() if name != AUDIO}
        if self._hear is None:
            decode(row, share, self._data, out.numpy())
            return plain, {}
        alone = np.empty(self._shape(1), dtype=STEP)
        decode(row, share, self._data, alone[0])
        heard = self._hear(sound_of(torch.from_numpy(alone).transpose(1, 2)))
        self._kept[ref] = plain, {name: value[0].half() for name, value in heard.items()}
        return self._kept[ref]

    def _lent(self, rows: int) -> Tensor:
        """Return memory of (rows, samples, channels) for a batch."""
        shape = self._shape(rows)
        steps = self._decoded.lend(math.prod(shape) * STEP.itemsize)
        return torch.from_numpy(steps.view(STEP).reshape(shape))

    def _shape(self, rows: int) -> tuple[int, int, int]:
        """Return (rows, samples, channels): interleaved, as the decoder writes."""
        return rows, round(self._data.crop_s * self._data.sample_rate_hz), len(FOA_CHANNELS)

    def _joined(self, planned: Planned, audio: Tensor, futures: Sequence[Future]) -> Batch:
        made = [row for future in futures for row in future.result()]
        rows = [row for row, _ in made]
        targets = [targets_of(row) for row in rows]
        return Batch(
            inputs={name: torch.stack([h[name] for _, h in made]).float() for name in made[0][1]}
            or {"audio": audio},
            texts=[self._caption(row, planned.epoch) for row in rows],
            targets={
                name: torch.from_numpy(np.stack([found[name] for found in targets]))
                for name in targets[0]
            },
            rows=rows,
            end=planned.end,
        )

    def _caption(self, row: Row, epoch: int) -> str:
        captions = row["captions"]
        if len(captions) == 1:
            return captions[0]
        rng = rng_for(self._seed, "caption", epoch, row["example_id"])
        return captions[int(rng.integers(len(captions)))]
