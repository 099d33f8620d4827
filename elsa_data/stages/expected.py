"""What a language model would be asked for a build, told before it is asked anything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from elsa_data.captions.asking import CHARACTERS_A_TOKEN, tokens_of
from elsa_data.captions.contacts import without_contacts
from elsa_data.captions.examine import Writer
from elsa_data.captions.prompts import facts_of
from elsa_data.conventions import OCTAVE_BANDS_HZ
from elsa_data.errors import ElementError
from elsa_data.records import Clip, Group, RirMeasures
from elsa_data.scenes.groups import groups_of
from elsa_data.seeding import rng_for
from elsa_data.shards.directory import Directory
from elsa_data.shards.tables import read_rows
from elsa_data.stages.caption import draft
from elsa_data.stages.plan import usable_captions
from elsa_data.stages.read import ReadManifest
from elsa_data.stages.rewriting import tasks_of
from elsa_data.stages.settings import Settings

JUDGED: Final = 0.2
"""Share of sentences that a judge is taken to be asked about, where there is one. Of the true ones
among captions written to fool the rules, these refuse a tenth to a third."""

ANSWER_TOKENS: Final = 100
"""What a judge says of a sentence with one sound."""

DRAWN: Final = 200
"""Clips whose captions are counted; a system prompt that never changes makes these many enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Captions and tokens when every first answer is accepted; a rejected one costs one more.

    ``appeals``: about how many of them a judge is asked about; its tokens are among the others.
    """

    captions: int
    tokens_in: int
    tokens_out: int
    appeals: int = 0


def expected(settings: Settings, writer: Writer, manifest: ReadManifest) -> Expected:
    """Return what will be asked, from the very messages of a sample of clips.

    The scenes are drawn as the plan draws them, the reverberation is the one asked for, and the
    answer is taken to be as long as the template's caption.
    """
    rows = rng_for(settings.seed, "dry-run", "llm").permutation(manifest.clips)[:DRAWN]
    url = str(manifest.path)
    captions = tokens_in = tokens_out = 0.0
    for clip in read_rows(url, Directory(url).fs, Clip, sorted(rows.tolist())):
        for split, weight in _weights(clip, settings).items():
            for asked, said in _messages(clip, split, settings, writer):
                captions += weight
                tokens_in += weight * asked
                tokens_out += weight * said
    scale = manifest.clips / max(1, len(rows))
    return Expected(
        captions=round(captions * scale),
        tokens_in=round(tokens_in * scale),
        tokens_out=round(tokens_out * scale),
        appeals=0 if writer.judge is None else round(JUDGED * captions * scale),
    )


def _weights(clip: Clip, settings: Settings) -> dict[str, float]:
    """Return how likely a clip is to come into each split."""
    if clip.split is not None:
        return {clip.split: 1.0}
    return {split: share for split, share in settings.preset.splits.items() if share > 0}


def _messages(
    clip: Clip, split: str, settings: Settings, writer: Writer
) -> Iterator[tuple[float, float]]:
    """Yield the tokens in and out of each caption of a clip."""
    try:
        usable = [(clip, usable_captions(clip, settings.preset))]
    except ElementError:
        return
    laws = {"preset": settings.preset, "vocabulary": settings.vocabulary}
    for _, groups in groups_of(usable, split=split, shard=0, seed=settings.seed, **laws):
        for group in groups if isinstance(groups, list) else ():
            for example in group.examples:
                try:
                    drafted = draft(group, example, _as_asked(group), settings.vocabulary)
                except ElementError:
                    continue
                texts = (c.text for c in drafted[0].captions if c.source == "template")
                for task, text in zip(tasks_of(drafted, settings), texts, strict=True):
                    facts = facts_of(task.attributes, settings.vocabulary)
                    if facts:
                        style = writer.prompt.style(facts, seed=task.seed, key=task.key)
                        seen = tuple(map(without_contacts, task.captions))
                        asked = tokens_of(writer.prompt.messages(seen, facts, style))
                        judged_in, judged_out = _of_judge(writer, seen, text)
                        yield asked + judged_in, len(text) / CHARACTERS_A_TOKEN + judged_out


def _of_judge(writer: Writer, captions: Sequence[str], sentence: str) -> tuple[float, float]:
    """Return the tokens in and out that a judge adds to a caption on average."""
    if writer.judge is None:
        return 0.0, 0.0
    asked = tokens_of(writer.judge.prompt.messages(captions, sentence))
    return JUDGED * asked, JUDGED * ANSWER_TOKENS


def _as_asked(group: Group) -> dict[str, RirMeasures]:
    """Return the measures of rooms that turn out as they were asked for."""
    t30_s = group.scene.room.target_t30_s
    return {
        placement.placement_id: RirMeasures(
            group_id=group.group_id,
            placement_id=placement.placement_id,
            t30_s=(t30_s,) * len(OCTAVE_BANDS_HZ),
            t30_mid_s=t30_s,
            t30_full_s=t30_s,
            edt_s=None,
            c50_db=None,
            drr_db=None,
            azimuth_deg=0.0,
            elevation_deg=0.0,
            distance_m=0.0,
            doa_error_deg=0.0,
            doa_overlap=False,
            curved=False,
        )
        for placement in group.scene.placements
    }
