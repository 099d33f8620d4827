"""The captions that a judge let pass against the rules, held against its answers once more."""

from collections.abc import Iterator
from typing import NamedTuple

from elsa_data.captions.answers import Answer
from elsa_data.captions.contacts import without_contacts
from elsa_data.captions.judge import objection
from elsa_data.records import Captioned, Group, ShardRef, SpatialCaption
from elsa_data.shards.tables import read_records
from elsa_data.stages.caption import originals_of
from elsa_data.stages.rewriting import store_of
from elsa_data.stages.rows import aligned
from elsa_data.stages.settings import Settings

LetPass = tuple[Captioned, SpatialCaption, tuple[str, ...]]
"""An example, the caption that was let pass, and the source captions as the judge saw them."""


class Appeal(NamedTuple):
    """A caption that the judge let pass: what is wrong with that, and whether its answer is here.

    Where the answers are gone, what the judge said is taken on trust.
    """

    example_id: str
    fault: str | None
    answered: bool


def judged_again(ref: ShardRef, settings: Settings) -> Iterator[Appeal]:
    """Yield each caption of a shard that the judge let pass, its answer read again."""
    judge = None if settings.writer is None else settings.writer.judge
    if judge is None:
        return
    with store_of(settings, ref) as store:
        for captioned, caption, seen in _let_pass(ref, settings):
            answer = store.get(judge.key(judge.prompt.messages(seen, caption.text)))
            fault = None if answer is None else _against(answer, captioned, caption)
            yield Appeal(captioned.example_id, fault, answer is not None)


def _let_pass(ref: ShardRef, settings: Settings) -> Iterator[LetPass]:
    directory = settings.directory
    groups = list(read_records(directory.shard("plan", ref), directory.fs, Group))
    captions = read_records(directory.shard("caption", ref), directory.fs, Captioned)
    for group, said in zip(groups, aligned(groups, captions), strict=True):
        specs = {spec.example_id: spec for spec in group.examples}
        for captioned in said:
            spec = specs[captioned.example_id]
            for caption in captioned.captions:
                if not caption.verified:
                    originals = originals_of(group, spec, caption.caption_index)
                    yield captioned, caption, tuple(map(without_contacts, originals))


def _against(answer: Answer, captioned: Captioned, caption: SpatialCaption) -> str | None:
    """Return what the judge said against a caption, or None."""
    against = answer.fault or objection(answer.text or "", captioned.attributes)
    return f"the judge refused the caption {caption.text!r}: {against}" if against else None
