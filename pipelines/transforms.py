"""Stages as Beam steps: the element is the name of a shard, the step makes the whole shard."""

import importlib
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Final

import apache_beam as beam

from elsa_data.acoustics.devices import claim
from elsa_data.acoustics.threads import pin_threads
from elsa_data.shards.directory import shard_ref
from elsa_data.stages.settings import Settings

FUNCTIONS: Final = {
    "probe": "probe",
    "plan": "plan",
    "simulate": "simulate",
    "caption": "caption",
    "render": "render",
    "verify": "audit",
}
"""The function of each stage; its module has the same name, and is loaded when it is run."""

COMPUTING: Final = frozenset(("simulate", "render", "verify"))
"""Stages that compute sound: a process that makes none of them does without torch."""

MIN_RAM = "2GB"
GPU_HINT = "type:nvidia-l4;count:1;install-nvidia-driver"


def make_shard(name: str, stages: Sequence[str], settings: Settings) -> Iterator[tuple[str, int]]:
    """Yield (stage, rows) for each stage a shard passes, in order."""
    ref = shard_ref(name)
    if ref is None:
        raise ValueError(f"{name!r} names no shard")
    for stage in stages:
        function = getattr(stage_module(stage), FUNCTIONS[stage])
        yield stage, function(ref, settings).rows


def stage_module(stage: str) -> ModuleType:
    """Return the module of a stage."""
    return importlib.import_module(f"elsa_data.stages.{FUNCTIONS[stage]}")


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
        if COMPUTING & set(self._stages):
            pin_threads()
            claim(self._settings.device)

    def process(self, name: str) -> Iterator[tuple[str, int]]:
        yield from make_shard(name, self._stages, self._settings)
