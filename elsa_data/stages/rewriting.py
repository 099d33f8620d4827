"""Captions of the template handed to a language model; what it cannot better stays as it is."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from typing import Final

from elsa_data.captions.answers import AnswerStore
from elsa_data.captions.earlier import earlier_answers
from elsa_data.captions.examine import Examiner, Task, Writer
from elsa_data.captions.inorder import in_order
from elsa_data.captions.judge import PASSED
from elsa_data.captions.repair import repaired
from elsa_data.captions.rewrite import Rewriter, Rewritten, rewriter_of
from elsa_data.captions.sharing import unfaithful
from elsa_data.captions.unsettled import unsettled
from elsa_data.records import Captioned, ShardRef, SpatialAttributes, SpatialCaption
from elsa_data.shards.directory import Directory
from elsa_data.stages.progress import Progress
from elsa_data.stages.settings import Settings

WINDOW: Final = 8
"""Examples under way per request in flight: a slow answer at the head must not idle the rest."""

Drafted = tuple[Captioned, tuple[tuple[str, ...], ...]]
"""An example with the template's captions, and the source captions of each."""

Outcome = tuple[Captioned, list[Rewritten]]


def rewritten(
    drafts: Iterable[Drafted],
    ref: ShardRef,
    settings: Settings,
    writer: Writer,
    counts: Counter[str],
    progress: Progress,
) -> Iterator[Captioned]:
    """Yield the examples in order, each caption rewritten where a faithful sentence came back.

    ``counts`` takes the accounts: captions by source, attempts, reasons, tokens.
    """
    with store_of(settings, ref) as store:
        rewriter = rewriter_of(examiner_of(settings, writer, store), writer, settings.traffic)
        window = WINDOW * settings.traffic.max_concurrent
        outcomes = in_order(drafts, _speaking(rewriter, settings, writer), window=window)
        with closing(outcomes):
            for captioned, results in outcomes:
                counts.update(accounts(results))
                progress.notes = {
                    "retries": rewriter.retries,
                    "fallbacks": counts["captions:template"],
                    "tokens_in": counts["tokens_in"],
                    "tokens_out": counts["tokens_out"],
                }
                yield captioned


def store_of(settings: Settings, ref: ShardRef) -> AnswerStore:
    """Return the answers of a shard; those of the build to reuse are taken over as they are met.

    Raises:
        BuildError: the storage cannot be read.
    """
    directory, earlier = settings.directory, None
    if settings.reuse is not None:
        other = Directory(settings.reuse)
        earlier = earlier_answers(other.path("answers"), other.fs).get
    folder = directory.path("answers", f"{ref.split}-{ref.index:05d}")
    return AnswerStore(folder, directory.fs, earlier)


def examiner_of(settings: Settings, writer: Writer, store: AnswerStore) -> Examiner:
    """Return the examiner of a build: it believes what `unfaithful` finds no fault with."""

    def judge(originals: Sequence[str], attributes: SpatialAttributes, text: str) -> str | None:
        return unfaithful(text, originals, attributes, settings.vocabulary)

    return Examiner(
        writer, settings.vocabulary, store, judge=judge, mend=repaired, unsettled=unsettled
    )


def tasks_of(drafted: Drafted, settings: Settings) -> list[Task]:
    """Return what there is to rewrite: every caption that the template wrote, in order."""
    captioned, originals = drafted
    return [
        Task(
            key=f"{captioned.example_id}/{caption.caption_index}",
            seed=settings.seed,
            captions=own,
            attributes=captioned.attributes,
        )
        for caption, own in zip(captioned.captions, originals, strict=True)
        if caption.source == "template"
    ]


def accounts(results: Iterable[Rewritten]) -> Counter[str]:
    """Return what some captions add to the accounts of their shard."""
    counts: Counter[str] = Counter()
    for result in results:
        counts["captions:llm" if result.text is not None else "captions:template"] += 1
        counts["attempts"] += result.attempts
        counts["tokens_in"] += result.tokens_in
        counts["tokens_out"] += result.tokens_out
        answers = result.reasons[: result.attempts]
        counts.update(f"rejected:{reason.partition(':')[0]}" for reason in answers)
        counts.update(f"judge:{verdict or PASSED}" for verdict in result.appeals)
        if result.text is None:
            counts[f"fallback:{result.reasons[-1].partition(':')[0]}"] += 1
    return counts


@asynccontextmanager
async def _speaking(
    rewriter: Rewriter, settings: Settings, writer: Writer
) -> AsyncIterator[Callable[[Drafted], Awaitable[Outcome]]]:
    async with rewriter.opened() as rewrite:

        async def speak(drafted: Drafted) -> Outcome:
            results = await asyncio.gather(*map(rewrite, tasks_of(drafted, settings)))
            return _spoken(drafted[0], results, writer), results

        yield speak


def _spoken(captioned: Captioned, results: list[Rewritten], writer: Writer) -> Captioned:
    of_task = iter(results)
    captions = tuple(
        _caption(caption, next(of_task), writer) if caption.source == "template" else caption
        for caption in captioned.captions
    )
    return replace(captioned, captions=captions)


def _caption(caption: SpatialCaption, result: Rewritten, writer: Writer) -> SpatialCaption:
    """Return the caption with the model's sentence, or the template's with the attempts made."""
    if result.text is None:
        return replace(caption, attempts=max(1, result.attempts))
    return replace(
        caption,
        text=result.text,
        source="llm",
        model=writer.model,
        prompt_sha256=writer.prompt.sha256,
        attempts=result.attempts,
        verified=not result.by_judge,
    )
