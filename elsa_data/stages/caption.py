"""Measured rooms and true geometry to sentences: every caption says what is so, and no more."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from elsa_data.captions.assertions import contradiction
from elsa_data.captions.attributes import words_for
from elsa_data.captions.template import caption as template_caption
from elsa_data.captions.variety import Variety
from elsa_data.config import Vocabulary
from elsa_data.errors import CaptionError, ElementError
from elsa_data.geometry import seen_from
from elsa_data.records import (
    Captioned,
    ExampleSpec,
    Group,
    Reject,
    RirMeasures,
    ShardRef,
    ShardReport,
    SpatialAttributes,
    SpatialCaption,
)
from elsa_data.shards.marks import Mark
from elsa_data.shards.rirs import read_measures
from elsa_data.shards.tables import read_records, write_records
from elsa_data.stages.once import Made, once
from elsa_data.stages.progress import Progress
from elsa_data.stages.rejects import example_reject
from elsa_data.stages.rewriting import Drafted, rewritten
from elsa_data.stages.settings import Settings, prompt_sha256

ROW_GROUP_ROWS = 1024
MeasuresByPlacement = Mapping[str, RirMeasures]


def caption(ref: ShardRef, settings: Settings) -> ShardReport:
    """Return the report of one shard: the words and captions of each example that has its RIR."""

    def make(scratch: Path, marks: Mapping[str, Mark]) -> Made:
        directory = settings.directory
        rejects: list[Reject] = []
        counts: Counter[str] = Counter()
        path = scratch / "captions.parquet"
        with Progress(directory, "caption", ref, marks["plan"].counts["examples"]) as progress:
            drafts = drafted(ref, settings, rejects)
            rows = (
                (captioned for captioned, _ in drafts)
                if settings.writer is None
                else rewritten(drafts, ref, settings, settings.writer, counts, progress)
            )
            written = write_records(
                _counted(rows, progress, counts), path, Captioned, row_group_rows=ROW_GROUP_ROWS
            )
        return Made(
            files={directory.shard("caption", ref): path},
            rows=written,
            rejects=rejects,
            counts=counts,
        )

    inputs = [("plan", ref), ("simulate", ref)]
    return once(settings, "caption", ref, inputs, settings.fingerprints()["caption"], make)


def drafted(ref: ShardRef, settings: Settings, rejects: list[Reject]) -> Iterator[Drafted]:
    """Yield each example that has its RIR in the template's words, with its source captions."""
    directory = settings.directory
    measures: dict[str, dict[str, RirMeasures]] = {}
    for measured, _ in read_measures(directory.shard("simulate", ref), directory.fs):
        measures.setdefault(measured.group_id, {})[measured.placement_id] = measured
    for group in read_records(directory.shard("plan", ref), directory.fs, Group):
        own = measures.get(group.group_id, {})
        for example in group.examples:
            if not all(part.placement_id in (None, *own) for part in example.parts):
                continue  # its RIR is a reject of simulate already
            try:
                yield draft(group, example, own, settings.vocabulary)
            except ElementError as error:
                rejects.append(example_reject(example, "caption", ref, error))


def draft(
    group: Group, example: ExampleSpec, measures: MeasuresByPlacement, vocabulary: Vocabulary
) -> Drafted:
    """Return an example in the template's words, with the source captions of each caption.

    Raises:
        CaptionError: as `captioned`.
    """
    made = captioned(group, example, measures, vocabulary)
    return made, tuple(originals_of(group, example, c.caption_index) for c in made.captions)


def _counted(
    rows: Iterable[Captioned], progress: Progress, counts: Counter[str]
) -> Iterator[Captioned]:
    """Yield the rows; ``counts`` takes who wrote their captions, and in the end how alike."""
    variety = Variety()
    for row in rows:
        progress.add(1)
        for said in row.captions:
            counts[f"source:{said.source}"] += 1
            if said.source == "llm":
                counts[f"attempts:{said.attempts}"] += 1
            if said.source != "original":
                variety.add(said.text, said.original)
        yield row
    counts.update(variety.counts())


def captioned(
    group: Group, example: ExampleSpec, measures: MeasuresByPlacement, vocabulary: Vocabulary
) -> Captioned:
    """Return the words of an example and one caption per source caption it may use.

    Raises:
        CaptionError: every source caption already asserts something that is not so here.
    """
    attributes = attributes_of(group, example, measures, vocabulary)
    captions: list[SpatialCaption] = []
    contradicted: dict[str, str] = {}
    for index in example.caption_indices:
        originals = originals_of(group, example, index)
        slot = None if not example.spatial else contradiction(originals, attributes)
        if slot:
            contradicted[slot] = originals[0]
            continue
        captions.append(
            SpatialCaption(
                example_id=example.example_id,
                caption_index=index,
                text=spoken(group, example, index, originals, attributes, vocabulary),
                original="; ".join(originals),
                source="template" if example.spatial else "original",
                prompt_sha256=prompt_sha256() if example.spatial else None,
            )
        )
    if not captions:
        slot, said = next(iter(contradicted.items()))
        raise CaptionError(
            f"caption-asserts-{slot}",
            f"example {example.example_id}: the caption {said!r} already states the {slot}, "
            "and it is not so in this scene",
        )
    return Captioned(
        example_id=example.example_id,
        group_id=group.group_id,
        attributes=attributes,
        captions=tuple(captions),
    )


def originals_of(group: Group, example: ExampleSpec, index: int) -> tuple[str, ...]:
    """Return the source caption of each part; a clip with fewer captions begins again."""
    clips = (group.clip(part.clip_id) for part in example.parts)
    return tuple(clip.captions[index % len(clip.captions)] for clip in clips)


def spoken(
    group: Group,
    example: ExampleSpec,
    index: int,
    originals: tuple[str, ...],
    attributes: SpatialAttributes,
    vocabulary: Vocabulary,
) -> str:
    """Return the template's sentence; a mono original keeps its own."""
    if not example.spatial:
        return originals[0]
    key = f"{example.example_id}/{index}"
    return template_caption(originals, attributes, vocabulary, seed=group.seed, key=key)


def attributes_of(
    group: Group, example: ExampleSpec, measures: MeasuresByPlacement, vocabulary: Vocabulary
) -> SpatialAttributes:
    """Return the words that are true of an example: true geometry, measured reverberation.

    Several sources in one room measure several T30; the word reads their mean, and there is none
    when one of them could not be measured.
    """
    if not example.spatial:
        return SpatialAttributes(room_size=None, reverberation=None, parts=())
    scene = group.scene
    ids = [part.placement_id for part in example.parts if part.placement_id is not None]
    where = [
        seen_from(
            scene.receiver.position_m, scene.receiver.yaw_deg, scene.placement(name).position_m
        )
        for name in ids
    ]
    full = vocabulary.t30 == "full"
    times = [measures[name].t30_full_s if full else measures[name].t30_mid_s for name in ids]
    known = [time for time in times if time is not None]
    t30_s = sum(known) / len(known) if len(known) == len(ids) else None
    return words_for(vocabulary, room=scene.room, directions=where, t30_s=t30_s)
