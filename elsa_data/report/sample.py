"""Which rows are shown: drawn by seed, the same whatever the order of shards or rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from elsa_data.conventions import SPLITS
from elsa_data.records import ShardRef
from elsa_data.seeding import digest

MONO_SHARE: Final = 0.2
"""A mono row is drawn this many times as seldom as a spatial one: there is less to see in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One row that may be shown, and where it is."""

    rank: bytes
    example_id: str
    shard: ShardRef
    spatial: bool


@dataclass(slots=True)
class Draw:
    """Rows drawn so far: of each split as many as of the others, where it has them."""

    seed: int
    wanted: int
    _drawn: dict[tuple[str, bool], list[Pick]] = field(default_factory=dict)

    def add(self, rows: Iterable[Mapping[str, Any]], shard: ShardRef) -> None:
        """Consider some rows of a shard."""
        for row in rows:
            pick = Pick(
                rank=digest(self.seed, "report", row["example_id"]),
                example_id=row["example_id"],
                shard=shard,
                spatial=row["spatial"],
            )
            self._drawn.setdefault((row["split"], pick.spatial), []).append(pick)
        for kept in self._drawn.values():
            kept.sort(key=lambda pick: pick.rank)
            del kept[self.wanted :]

    def picks(self) -> list[Pick]:
        """Return the rows to be shown, split by split, in the order they were drawn in."""
        queued = [
            ((place + 0.5) / (1.0 if spatial else MONO_SHARE), pick.rank, pick)
            for (_, spatial), kept in self._drawn.items()
            for place, pick in enumerate(kept)
        ]
        chosen = [pick for *_, pick in sorted(queued, key=lambda item: item[:2])][: self.wanted]
        order = {split: index for index, split in enumerate(SPLITS)}
        return sorted(
            chosen,
            key=lambda pick: (order.get(pick.shard.split, len(order)), not pick.spatial, pick.rank),
        )
