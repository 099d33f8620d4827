"""In which order rows are trained on: a pure function of a seed and of one integer.

The shards of a split are permuted, a window of them is read at a time, and the units inside a
window are permuted and dealt into batches. A unit is what stays together: a row, or the rows of a
group that hold the same two or more sources (permuted twins). No recording is twice in a batch but
in such a unit. The *position* counts the rows seen since the start of a run; epoch, window and
batch follow from it, whatever the number of threads.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from elsa_data.errors import ConfigError
from elsa_data.seeding import rng_for

_NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows that stay together: their numbers in a shard, and the recordings they hold."""

    shard: int
    rows: tuple[int, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A batch: for each process the (shard, row) it reads; ``end`` is the position after it."""

    epoch: int
    end: int
    refs: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Shards that are open together, for each process its own, and the batches made from them."""

    shards: tuple[tuple[int, ...], ...]
    batches: tuple[Planned, ...]


class Order:
    """The batches of a run; ``rows`` is how many an epoch has."""

    def __init__(
        self,
        units: Sequence[Sequence[Unit]],
        *,
        seed: int,
        window: int,
        batch: int,
        world: int = 1,
    ) -> None:
        """Take units by shard, and the rows of a batch in all processes together.

        Raises:
            ConfigError: there are no rows, or too little of something to share.
        """
        if min(len(units), window, batch) < world:
            raise ConfigError(
                f"{len(units)} shards, a window of {window} and a batch of {batch} for {world} "
                "processes: each process needs one of each"
            )
        self._units, self._seed, self._window = units, seed, window
        self._batch, self._world = batch, world
        self._sizes = [sum(len(unit.rows) for unit in shard) for shard in units]
        self.rows = sum(self._sizes)
        if not self.rows:
            raise ConfigError("there are no rows to train on")

    def windows(self, position: int, end: int) -> Iterator[Window]:
        """Yield windows from a position on, without the batches before it, up to ``end``."""
        while position < end:
            epoch, inside = divmod(position, self.rows)
            start = position - inside
            for shards in self._shards(epoch):
                rows = sum(self._sizes[shard] for shard in shards)
                if start + rows > position:
                    batches = self._batches(epoch, shards, start)
                    left = tuple(each for each in batches if each.end > position)
                    yield Window(tuple(self._split(shards)), left)
                start += rows
            position = start

    def _shards(self, epoch: int) -> list[list[int]]:
        """Return the shards of each window: windows of nearly equal size."""
        permuted = rng_for(self._seed, "shards", epoch).permutation(len(self._units))
        count = -(-len(permuted) // self._window)
        while count > 1 and len(permuted) // count < self._world:
            count -= 1
        return [part.tolist() for part in np.array_split(permuted, count)]

    def _split(self, shards: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """Yield each process's own shards, so that none is read twice."""
        yield from (tuple(shards[rank :: self._world]) for rank in range(self._world))

    def _batches(self, epoch: int, shards: Sequence[int], start: int) -> list[Planned]:
        units = [
            (rank, unit)
            for rank, own in enumerate(self._split(shards))
            for shard in own
            for unit in self._units[shard]
        ]
        permuted = rng_for(self._seed, "units", epoch, start).permutation(len(units))
        batches, end = [], start
        for dealt in _deal([units[at] for at in permuted], self._batch, self._world):
            end += sum(len(refs) for refs in dealt)
            # All processes leave out a batch that would leave one of them with nothing.
            if all(dealt):
                batches.append(Planned(epoch, end, dealt))
        return batches


def _deal(
    units: Sequence[tuple[int, Unit]], batch: int, world: int
) -> list[tuple[tuple[tuple[int, int], ...], ...]]:
    """Return batches of nearly equal size: each unit goes to the emptiest that it may join.

    A unit may join any batch without its recordings. There are enough batches for every unit: the
    recordings of one can be in at most ``clashes - 1`` others.
    """
    per_rank = Counter[int]()
    times = Counter[str]()
    for rank, unit in units:
        per_rank[rank] += len(unit.rows)
        times.update(set(unit.sources))
    clashes = max(1 + sum(times[name] - 1 for name in set(unit.sources)) for _, unit in units)
    count = max(-(-max(per_rank.values()) * world // batch), clashes)
    filled = np.zeros((world, count), dtype=np.int64)
    held: defaultdict[str, list[int]] = defaultdict(list)
    dealt: list[list[list[tuple[int, int]]]] = [[[] for _ in range(world)] for _ in range(count)]
    for rank, unit in units:
        room = filled[rank].copy()
        for name in unit.sources:
            room[held[name]] = _NEVER
        slot = int(room.argmin())
        filled[rank, slot] += len(unit.rows)
        dealt[slot][rank] += [(unit.shard, row) for row in unit.rows]
        for name in set(unit.sources):
            held[name].append(slot)
    return [tuple(tuple(refs) for refs in slot) for slot in dealt]
