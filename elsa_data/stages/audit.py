"""One shard proven: marks, hashes, accounts, and every row rebuilt from what it was made of."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from elsa_data.acoustics.direction import intensity_direction
from elsa_data.errors import ElementError
from elsa_data.examples import Example
from elsa_data.geometry import Vector, unit_vector
from elsa_data.records import Captioned, ExampleSpec, Group, ShardRef, ShardReport
from elsa_data.seeding import digest
from elsa_data.shards.data import read_data
from elsa_data.shards.directory import Directory
from elsa_data.shards.flac import decode
from elsa_data.shards.marks import Mark, digest_of, is_current, read_mark
from elsa_data.shards.rirs import RirRow, read_rirs
from elsa_data.shards.tables import read_records
from elsa_data.stages.judged import judged_again
from elsa_data.stages.mixing import dries_of
from elsa_data.stages.proofs import (
    check_audio,
    check_captions,
    check_rir,
    check_row,
    check_sound,
)
from elsa_data.stages.rows import aligned
from elsa_data.stages.settings import STAGES, Settings
from elsa_data.stages.simulate import measured_again

MAX_FINDINGS = 20
"""Findings kept a shard: who has twenty has a cause, not twenty accidents."""

INPUTS: Mapping[str, tuple[str, ...]] = {
    "simulate": ("plan",),
    "caption": ("plan", "simulate"),
    "render": ("plan", "simulate", "caption"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardAudit:
    """What was found in a shard, and what only the whole build can be judged by.

    Attributes:
        findings: sentences, each naming the row.
        proofs: how often each proof was made.
        example_ids: every id, to be unique in the build.
        links: hashes of source, sound and fingerprint of each clip, to stay in one split.
        places: hashes of each room and position, to stay in one split.
        small: ids of the clips of the rows marked small.
        directions: labelled and estimated unit vectors of spatial rows with one source.
    """

    shard: str
    findings: list[str] = field(default_factory=list)
    proofs: dict[str, int] = field(default_factory=dict)
    example_ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    small: list[str] = field(default_factory=list)
    directions: list[tuple[Vector, Vector]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Data rows looked at."""
        return len(self.example_ids)

    def add(self, subject: str, faults: Iterator[str], proof: str) -> None:
        """Count a proof of a subject and keep the faults it found."""
        self.proofs[proof] = self.proofs.get(proof, 0) + 1
        room = MAX_FINDINGS - len(self.findings)
        self.findings.extend(f"{self.shard} {subject}: {fault}" for fault in list(faults)[:room])


def audit_url(directory: Directory, ref: ShardRef) -> str:
    """Return where the audit of a shard waits for the launcher."""
    return directory.path("progress", f"verify-{ref}.json")


def audit(ref: ShardRef, settings: Settings) -> ShardReport:
    """Return the report of one shard; what was found lies at `audit_url` for the launcher."""
    started = time.monotonic()
    directory = settings.directory
    found = ShardAudit(shard=str(ref))
    marks = {stage: read_mark(directory, stage, ref) for stage in STAGES}
    found.add("", _check_marks(ref, settings, marks), "shards")
    if not found.findings:
        _check_rows(ref, settings, marks["render"], found)
        for passed in judged_again(ref, settings):
            faults = iter([passed.fault] if passed.fault else [])
            found.add(passed.example_id, faults, "judged" if passed.answered else "trusted")
        found.add("", _check_accounts(marks, found), "accounts")
    directory.fs.pipe_file(audit_url(directory, ref), json.dumps(asdict(found)).encode())
    return ShardReport(
        shard=str(ref),
        stage="verify",
        rows=found.rows,
        rejects=len(found.findings),
        bytes=0,
        seconds=time.monotonic() - started,
    )


def _check_marks(
    ref: ShardRef, settings: Settings, marks: Mapping[str, Mark | None]
) -> Iterator[str]:
    prints = settings.fingerprints()
    for stage in STAGES:
        mark = marks[stage]
        if mark is None:
            yield f"{stage} is not done; run `elsa-data {stage} {settings.url}`"
            return
        inputs = mark.inputs
        if stage in INPUTS:
            inputs = {f"{name}/{ref}": digest_of(m) for name in INPUTS[stage] if (m := marks[name])}
        if not is_current(settings.directory, stage, ref, prints[stage], inputs, rehash=True):
            yield (
                f"the output of {stage} is not what its mark says (changed, damaged, or made from "
                f"other inputs); run `elsa-data {stage} {settings.url} --rehash` to make it again"
            )


def _check_accounts(marks: Mapping[str, Mark | None], found: ShardAudit) -> Iterator[str]:
    plan, render = marks["plan"], marks["render"]
    if plan is None or render is None:
        return
    lost = sum(mark.rejects for stage, mark in marks.items() if mark and stage != "plan")
    planned = plan.counts.get("examples", 0)
    if planned != found.rows + lost:
        yield f"{planned} examples planned, but {found.rows} rows + {lost} rejects"
    if render.rows != found.rows:
        yield f"{render.rows} rows in the mark, {found.rows} in the shard"


class _Material(NamedTuple):
    """What a row was made of."""

    group: Group
    spec: ExampleSpec
    captioned: Captioned | None
    rirs: Mapping[str, RirRow]


def _check_rows(ref: ShardRef, settings: Settings, render: Mark | None, found: ShardAudit) -> None:
    directory = settings.directory
    groups = list(read_records(directory.shard("plan", ref), directory.fs, Group))
    captions = read_records(directory.shard("caption", ref), directory.fs, Captioned)
    rirs = read_rirs(directory.shard("simulate", ref), directory.fs)
    same = render is not None and render.device == settings.device
    examples = iter(read_data(directory, ref))
    example = next(examples, None)
    for group, said, heard in zip(
        groups,
        aligned(groups, captions),
        aligned(groups, rirs, lambda row: row.rir.group_id),
        strict=True,
    ):
        own = {row.rir.placement_id: row for row in heard}
        _note_group(group, found)
        for row, again in zip(heard, measured_again(group, heard, settings), strict=True):
            faults = iter([again]) if isinstance(again, str) else check_rir(row, again)
            found.add(group.group_id, faults, "rirs")
        words = {captioned.example_id: captioned for captioned in said}
        for spec in group.examples:
            if example is None or example.example_id != spec.example_id:
                continue  # rejected on the way; the accounts must say so
            material = _Material(group, spec, words.get(spec.example_id), own)
            _check_example(example, material, settings, found, same=same)
            example = next(examples, None)
    if example is not None:
        found.add(
            example.example_id, iter(["the row is not in the plan, or out of order"]), "order"
        )


def _note_group(group: Group, found: ShardAudit) -> None:
    for clip in group.clips:
        keys = (clip.source_id, clip.audio_sha256, clip.fingerprint)
        names = ("source", "audio", "fingerprint")
        found.links.extend(
            digest(name, key).hex() for name, key in zip(names, keys, strict=True) if key
        )
    room = ",".join(map(repr, group.scene.room.size_m))
    found.places.append(digest("room", room).hex())


def _check_example(
    example: Example, material: _Material, settings: Settings, found: ShardAudit, *, same: bool
) -> None:
    group, spec, captioned, rirs = material
    name = example.example_id
    found.example_ids.append(name)
    if captioned is None:
        found.add(name, iter(["the row has no captions"]), "captions")
        return
    faults = list(_audio_faults(example))
    found.add(name, iter(faults), "audio")
    try:
        dries = dries_of(group, spec, settings.preset)
    except ElementError as error:
        found.add(name, iter([f"its clip cannot be read again: {error}"]), "sound")
        return
    found.add(name, check_row(example, group, spec, captioned, dries, rirs), "labels")
    said = check_captions(example, group, spec, captioned, settings.vocabulary)
    found.add(name, said, "captions")
    if faults:
        return
    found.add(name, check_sound(example, spec, dries, rirs, same=same), "sound")
    if spec.small:
        found.small.append(f"{example.parts[0].corpus}:{example.parts[0].clip_id}")
    if example.spatial and len(example.parts) == 1:
        _note_direction(example, found)


def _audio_faults(example: Example) -> Iterator[str]:
    try:
        yield from check_audio(example)
    except ValueError as error:
        yield f"its audio cannot be decoded: {error}"


def _note_direction(example: Example, found: ShardAudit) -> None:
    part = example.parts[0]
    if part.azimuth_deg is None or part.elevation_deg is None:
        return
    audio, rate = decode(example.audio)
    x, y, z = (float(value) for value in intensity_direction(audio, rate))
    found.directions.append((unit_vector(part.azimuth_deg, part.elevation_deg), (x, y, z)))
