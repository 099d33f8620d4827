"""What is published of a build, what it says of itself, and what may not leave the house."""

import shlex
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from elsa_data.corpora.licences import hindrance
from elsa_data.errors import BuildError, ConfigError
from elsa_data.records import ShardRef
from elsa_data.scenes.balance import Association, association
from elsa_data.scenes.targets import T30_SPANS
from elsa_data.shards.directory import Directory
from elsa_data.shards.facts import WORD_SLOTS, Census, Facts, Published, Use
from elsa_data.shards.marks import Mark, read_mark, read_marks
from elsa_data.shards.state import read_state
from elsa_data.stages.assign import ASSIGNMENT
from elsa_data.stages.settings import STAGES, Settings

ALL_STAGES = ("read", "probe", "assign", *STAGES)
MOST_CLASSES = 64
"""Association with a class is told while there are few; open tags would all be rare."""


def shards_to_publish(settings: Settings, refs: Sequence[ShardRef]) -> tuple[Published, ...]:
    """Return the shards of a build as their marks vouch for them.

    Raises:
        BuildError: one is not rendered, or there are no rows at all.
    """
    shards = []
    for ref in refs:
        mark = read_mark(settings.directory, "render", ref)
        if mark is None:
            raise BuildError(
                f"{ref} is not rendered: run `elsa-data render {settings.url}`, then publish"
            )
        for path, output in mark.outputs.items():
            shards.append(
                Published(
                    path=path,
                    split=ref.split,
                    rows=mark.rows,
                    size=output.size,
                    sha256=output.sha256,
                )
            )
    if not sum(shard.rows for shard in shards):
        raise BuildError(f"{settings.url} holds no rows: there is nothing to publish")
    return tuple(shards)


def refuse_licences(census: Census, allowed: Collection[str]) -> None:
    """Refuse what may not be published, and a leave that nothing needs.

    Raises:
        ConfigError: names each licence, why, how many sources have it, one clip, and the cure.
    """
    for name in allowed:
        if name not in census.licences:
            raise ConfigError(
                f"--allow-licence {name}: no source has it; they have "
                f"{', '.join(sorted(map(repr, census.licences)))}"
            )
    barred = {
        name: why
        for name in sorted(census.licences)
        if name not in allowed and (why := hindrance(name))
    }
    if barred:
        told = "; ".join(_told(name, why, census.licences[name]) for name, why in barred.items())
        flags = " ".join(f"--allow-licence {shlex.quote(name)}" for name in barred)
        raise ConfigError(
            f"not published: {told}. Leave these clips out (--exclude), or, where the right to "
            f"publish them is yours, add {flags}"
        )


def _told(name: str, why: str, use: Use) -> str:
    return f"the licence {name!r} {why} ({use.count} sources, such as {use.example!r})"


def facts_of(
    settings: Settings,
    repo: str,
    shards: Sequence[Published],
    census: Census,
    *,
    proofs: Sequence[str],
    allowed: Sequence[str],
) -> Facts:
    """Return all that the card says of a build."""
    directory = settings.directory
    state = read_state(directory) or {}
    rejects = _rejects(directory)
    known = _association(census)
    return Facts(
        repo=repo,
        format=settings.format,
        shards=tuple(shards),
        census=census,
        identity=settings.identity(),
        fingerprints=settings.fingerprints(),
        versions=_versions(read_marks(directory, "render")),
        devices=tuple(state.get("devices", ())),
        rejects=dict(rejects.most_common()),
        removed=_removed(directory),
        t30_asked=_t30_asked(read_marks(directory, "plan")),
        words=known.counts,
        cramers_v=known.cramers_v,
        proofs=tuple(proofs),
        allowed=tuple(sorted(allowed)),
    )


def _association(census: Census) -> Association:
    classes = {row[-1] for row in census.words}
    names = WORD_SLOTS if 1 < len(classes) <= MOST_CLASSES else WORD_SLOTS[:-1]
    folded: Counter[tuple[str | None, ...]] = Counter()
    for row, number in census.words.items():
        folded[row[: len(names)]] += number
    return association(names, folded)


def _rejects(directory: Directory) -> Counter[str]:
    reasons: Counter[str] = Counter()
    for stage in ALL_STAGES:
        for mark in read_marks(directory, stage):
            for reason, number in _reasons(mark).items():
                reasons[f"{stage}: {reason}"] += number
    return reasons


def _removed(directory: Directory) -> dict[str, int]:
    mark = read_mark(directory, "assign", ASSIGNMENT)
    return {} if mark is None else dict(sorted(_reasons(mark).items()))


def _reasons(mark: Mark) -> dict[str, int]:
    counts = mark.counts.items()
    return {n.removeprefix("reject:"): number for n, number in counts if n.startswith("reject:")}


def _t30_asked(marks: Sequence[Mark]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for mark in marks:
        counts.update(mark.counts)
    return {name: counts[f"t30:{name}"] for _, name in T30_SPANS if counts[f"t30:{name}"]}


def _versions(marks: Sequence[Mark]) -> Mapping[str, tuple[str, ...]]:
    seen: dict[str, set[str]] = {}
    for mark in marks:
        for name, version in mark.versions.items():
            seen.setdefault(name, set()).add(version)
    return {name: tuple(sorted(versions)) for name, versions in sorted(seen.items())}
