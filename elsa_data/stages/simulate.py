"""Groups to room impulse responses: rendered, measured, and rejected where they are not true."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from elsa_data.acoustics import engine, reference
from elsa_data.acoustics.measure import EARLY_WINDOW_S, Rendered, measure, measure_all
from elsa_data.errors import ElementError
from elsa_data.records import Group, Reject, Rir, RirMeasures, ShardRef, ShardReport
from elsa_data.shards.marks import Mark
from elsa_data.shards.rirs import RirRow, write_rirs
from elsa_data.shards.tables import read_records
from elsa_data.stages.batches import batches
from elsa_data.stages.once import Made, once
from elsa_data.stages.progress import Progress
from elsa_data.stages.rejects import example_reject
from elsa_data.stages.settings import Settings

ENGINES: Mapping[str, ModuleType] = {"torch": engine, "pyroomacoustics": reference}
BATCH = 64

Measured = tuple[Rir, RirMeasures]


def simulate(ref: ShardRef, settings: Settings) -> ShardReport:
    """Return the report of one shard: an RIR and its measures per placement, or rejects."""

    def make(scratch: Path, marks: Mapping[str, Mark]) -> Made:
        directory = settings.directory
        rejects: list[Reject] = []
        path = scratch / "rirs.parquet"
        with Progress(directory, "simulate", ref, marks["plan"].rows) as progress:
            groups = read_records(directory.shard("plan", ref), directory.fs, Group)
            rows = write_rirs(_measured(groups, ref, settings, rejects, progress), path)
        return Made(
            files={directory.shard("simulate", ref): path},
            rows=rows,
            rejects=rejects,
            device=settings.device,
        )

    inputs = [("plan", ref)]
    return once(settings, "simulate", ref, inputs, settings.fingerprints()["simulate"], make)


def _measured(
    groups: Iterator[Group],
    ref: ShardRef,
    settings: Settings,
    rejects: list[Reject],
    progress: Progress,
) -> Iterator[Measured]:
    for batch in batches(groups, BATCH):
        try:
            yield from measured(batch, settings.engine, settings.device)
        except ElementError:
            # One of them cannot be made: alone, each either succeeds or says why.
            for group in batch:
                try:
                    yield from measured([group], settings.engine, settings.device)
                except ElementError as error:
                    lost = (example for example in group.examples if example.spatial)
                    rejects += [example_reject(example, "simulate", ref, error) for example in lost]
        progress.add(len(batch))


def measured(groups: Sequence[Group], engine_name: str, device: str) -> list[Measured]:
    """Return every RIR of some groups with its measures, in the order of their placements.

    Raises:
        ElementError: one of them cannot be rendered, or is not what was asked for.
    """
    backend = ENGINES[engine_name]
    whole = backend.simulate_rirs(groups, device=device)
    direct = backend.simulate_early(groups, window_s=0.0, device=device)
    early = backend.simulate_early(groups, window_s=EARLY_WINDOW_S, device=device)
    owners = [group for group in groups for _ in group.scene.placements]
    rendered = list(map(Rendered, whole, direct, early, owners))
    return list(zip(whole, measure_all(rendered), strict=True))


def measured_again(
    group: Group, rows: Sequence[RirRow], settings: Settings
) -> list[RirMeasures | str]:
    """Return the measures of stored RIRs of a group, taken again, or why they cannot be.

    The direct sound and the early window are rendered anew; the RIR is the one that is stored.
    """
    backend = ENGINES[settings.engine]
    direct = backend.simulate_early([group], window_s=0.0, device=settings.device)
    early = backend.simulate_early([group], window_s=EARLY_WINDOW_S, device=settings.device)
    windows = {d.placement_id: (d, e) for d, e in zip(direct, early, strict=True)}
    again: list[RirMeasures | str] = []
    for row in rows:
        try:
            again.append(measure(row.rir, *windows[row.rir.placement_id], group))
        except ElementError as error:
            again.append(f"its RIR does not hold: {error}")
    return again
