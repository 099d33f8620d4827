"""Stages as Beam steps: the element is the name of a shard, the step makes the whole shard."""

from collections.abc import Callable, Iterator, Sequence

import apache_beam as beam

from elsa_data.acoustics.devices import claim
from elsa_data.acoustics.threads import pin_threads
from elsa_data.records import ShardRef, ShardReport
from elsa_data.shards.directory import shard_ref
from elsa_data.stages.audit import audit
from elsa_data.stages.caption import caption
from elsa_data.stages.plan import plan
from elsa_data.stages.probe import probe
from elsa_data.stages.render import render
from elsa_data.stages.settings import Settings
from elsa_data.stages.simulate import simulate

STAGE_FUNCTIONS: dict[str, Callable[[ShardRef, Settings], ShardReport]] = {
    "probe": probe,
    "plan": plan,
    "simulate": simulate,
    "caption": caption,
    "render": render,
    "verify": audit,
}
MIN_RAM = "2GB"
GPU_HINT = "type:nvidia-l4;count:1;install-nvidia-driver"


def make_shard(name: str, stages: Sequence[str], settings: Settings) -> Iterator[tuple[str, int]]:
    """Yield (stage, rows) for each stage a shard passes, in order."""
    ref = shard_ref(name)
    if ref is None:
        raise ValueError(f"{name!r} names no shard")
    for stage in stages:
        yield stage, STAGE_FUNCTIONS[stage](ref, settings).rows


class MakeShards(beam.PTransform):
    """Makes every named shard through some stages, each shard on one worker at a time."""

    def __init__(
        self, names: Sequence[str], stages: Sequence[str], settings: Settings, *, hinted: bool
    ) -> None:
        """Take the names of the shards, which are all that is ever shuffled.

        ``hinted`` says what a worker needs, for runners that choose machines; on this one a hint
        would only start a second set of workers.
        """
        super().__init__()
        self._names, self._stages, self._settings = names, stages, settings
        self._hinted = hinted

    def expand(self, pbegin):  # noqa: D102
        hints = {"min_ram": MIN_RAM} if self._hinted else {}
        if self._hinted and self._settings.device == "cuda":
            hints["accelerator"] = GPU_HINT
        return (
            pbegin
            | "Name shards" >> beam.Create(list(self._names), reshuffle=False)
            | "Spread" >> beam.Reshuffle()
            | "Make"
            >> beam.ParDo(_MakeShard(self._stages, self._settings)).with_resource_hints(**hints)
        )


class _MakeShard(beam.DoFn):
    def __init__(self, stages: Sequence[str], settings: Settings) -> None:
        self._stages, self._settings = tuple(stages), settings

    def setup(self) -> None:
        pin_threads()
        claim(self._settings.device)

    def process(self, name: str) -> Iterator[tuple[str, int]]:
        yield from make_shard(name, self._stages, self._settings)
