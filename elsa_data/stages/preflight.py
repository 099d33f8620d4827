"""The first question of a build, asked alone: a wrong key costs one request and no time."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from elsa_data.captions.asking import Patience
from elsa_data.captions.examine import Task, Writer
from elsa_data.captions.rewrite import Rewriter, Rewritten, rewriter_of
from elsa_data.errors import ConfigError, ElementError
from elsa_data.records import Group, Reject, RirMeasures, ShardRef
from elsa_data.shards.marks import read_mark
from elsa_data.shards.tables import read_records
from elsa_data.stages.caption import draft, drafted
from elsa_data.stages.plan import plan
from elsa_data.stages.rewriting import examiner_of, store_of, tasks_of
from elsa_data.stages.settings import Settings

Measured = Callable[[Sequence[Group], str, str], Iterable[tuple[Any, RirMeasures]]]
"""`elsa_data.stages.simulate.measured`: handed in, as most builds are simulated by now."""

BRIEFLY: Final = Patience(tries=6, seconds=15.0)

UNSPEAKABLE: Final = frozenset({"bad-request", "not-json", "no-choices"})
"""What an endpoint says to every question when it does not understand them."""

CHANCES: Final = 3
"""Captions that may be misunderstood, one after the other, before the endpoint is to blame."""


def first_question(
    settings: Settings, writer: Writer, refs: Sequence[ShardRef], measured: Measured
) -> None:
    """Ask for the first caption that has no answer yet, and keep its answer; none may be left.

    Its shard is planned, and its room simulated, by ``measured``, if that is not done.

    Raises:
        ConfigError: the key, the model or the URL is wrong, or the endpoint speaks otherwise.
        BuildError: there is no quota, or nobody answers.
    """
    wanted = settings.fingerprints()["caption"]
    chances = CHANCES
    for ref in refs:
        mark = read_mark(settings.directory, "caption", ref)
        if mark is not None and mark.fingerprint == wanted:
            continue
        with store_of(settings, ref) as store:
            examiner = examiner_of(settings, writer, store)
            rewriter = rewriter_of(examiner, writer, settings.traffic, BRIEFLY)
            chat = rewriter.asker.chat
            for task in filter(examiner.open_question, _tasks(ref, settings, measured)):
                said = asyncio.run(_alone(rewriter, task)).reasons
                if not said or not set(said) <= UNSPEAKABLE:
                    return
                chances -= 1
                if not chances:
                    raise ConfigError(
                        f"{chat.host} does not understand what it is asked ({said[-1]}"
                        f"{': ' if chat.refusal else ''}{chat.refusal}): "
                        "see OPENAI_BASE_URL and --model"
                    )


async def _alone(rewriter: Rewriter, task: Task) -> Rewritten:
    async with rewriter.opened() as rewrite:
        return await rewrite(task)


def _tasks(ref: ShardRef, settings: Settings, measured: Measured) -> Iterator[Task]:
    """Yield what the caption stage will ask of a shard, before or after it is simulated."""
    plan(ref, settings)
    directory = settings.directory
    simulated = read_mark(directory, "simulate", ref)
    if simulated and simulated.fingerprint == settings.fingerprints()["simulate"]:
        ignored: list[Reject] = []
        for each in drafted(ref, settings, ignored):
            yield from tasks_of(each, settings)
        return
    for group in read_records(directory.shard("plan", ref), directory.fs, Group):
        try:
            made = measured([group], settings.engine, settings.device)
            own = {measures.placement_id: measures for _, measures in made}
            for example in group.examples:
                yield from tasks_of(draft(group, example, own, settings.vocabulary), settings)
        except ElementError:
            continue  # its own stage will say so
