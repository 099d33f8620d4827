"""Reads a build, or a published set, into a report: one pass over the rows, then the sample."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from elsa_data.config import Vocabulary, parse_vocabulary
from elsa_data.errors import BuildError
from elsa_data.examples import Example
from elsa_data.records import Rir, ShardRef
from elsa_data.report.page import Report
from elsa_data.report.plate import Shown
from elsa_data.report.preview import Preview, preview_of, require_encoder
from elsa_data.report.sample import Draw, Pick
from elsa_data.report.totals import COLUMNS, Totals, add_rows, losses_of
from elsa_data.shards.data import read_columns, read_some
from elsa_data.shards.directory import Directory, data_files, shard_ref
from elsa_data.shards.marks import read_mark
from elsa_data.shards.rirs import read_some as read_some_rirs
from elsa_data.shards.state import read_state

Say = Callable[[str], None]
Urls = Mapping[ShardRef, str]


def gather(directory: Directory, *, name: str, sample: int, seed: int, say: Say) -> Report:
    """Return what a page says of a build, or of the folder of a published set.

    Raises:
        BuildError: there are no rows, or a shard is damaged.
        ConfigError: no preview can be encoded here.
    """
    require_encoder()
    state = read_state(directory)
    urls = _shards(directory, built=state is not None)
    totals, draw = Totals(), Draw(seed, sample)
    for ref, url in urls.items():
        for rows in read_columns(directory, url, COLUMNS):
            add_rows(totals, rows)
            draw.add(rows, ref)
    if not totals.rows:
        raise BuildError(f"{directory.url} holds no rows: there is nothing to report")
    picks = draw.picks()
    say(f"Counted {sum(totals.rows.values()):,} rows in {len(urls)} shards; showing {len(picks)}")
    return Report(
        name=name,
        state=_state_line(state, urls),
        made=_made(state, urls, directory),
        totals=totals,
        losses=losses_of(directory),
        vocabulary=_vocabulary(state),
        shown=list(_shown(directory, urls, picks)),
    )


def _shards(directory: Directory, *, built: bool) -> dict[ShardRef, str]:
    """Return the URL of every finished shard; of a build those alone that have their mark."""
    found: dict[ShardRef, str] = {}
    for urls in data_files(directory).values():
        for url in urls:
            ref = shard_ref(url.rpartition("/")[2].partition(".")[0])
            if ref is not None and (not built or read_mark(directory, "render", ref)):
                found[ref] = url
    if not found:
        cure = "build it first" if built else "give a build, or the folder of a published set"
        raise BuildError(f"{directory.url} holds no finished shard in data/: {cure}")
    return found


def _shown(directory: Directory, urls: Urls, picks: Sequence[Pick]) -> Iterator[Shown]:
    examples: dict[str, Example] = {}
    rirs: dict[str, Rir] = {}
    for ref in dict.fromkeys(pick.shard for pick in picks):
        ids = {pick.example_id for pick in picks if pick.shard == ref}
        own = list(read_some(directory, urls[ref], ids))
        examples.update((example.example_id, example) for example in own)
        rirs.update(_rirs_of(directory, ref, own))
    chosen = [examples[pick.example_id] for pick in picks]
    # The encoder takes nearly all of the time, and leaves the interpreter to others.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        previews = list(pool.map(_heard, chosen))
    for number, (example, preview) in enumerate(zip(chosen, previews, strict=True), 1):
        wanted = {part.rir_sha256 for part in example.parts}
        own = {sha256: rir for sha256, rir in rirs.items() if sha256 in wanted}
        yield Shown(number=number, example=example, preview=preview, rirs=own)


def _heard(example: Example) -> Preview:
    try:
        return preview_of(example.audio)
    except ValueError as error:
        raise BuildError(
            f"the sound of row {example.example_id!r} cannot be read: {error}; "
            "verify the build, or fetch the set again"
        ) from error


def _rirs_of(directory: Directory, ref: ShardRef, examples: Sequence[Example]) -> dict[str, Rir]:
    """Return the impulse responses of some rows by hash; none where they are not kept."""
    wanted = {part.rir_sha256 for e in examples for part in e.parts if part.rir_sha256}
    url = directory.shard("simulate", ref)
    if not wanted or not directory.fs.exists(url):
        return {}
    return {row.sha256: row.rir for row in read_some_rirs(url, directory.fs, wanted)}


def _vocabulary(state: Mapping[str, Any] | None) -> Vocabulary | None:
    if state is None or "vocabulary" not in state:
        return None
    return parse_vocabulary(state["vocabulary"], "build.json")


def _state_line(state: Mapping[str, Any] | None, urls: Urls) -> str:
    wanted = {ref.split: ref.count for ref in urls}
    shards = f"{len(urls)} of {sum(wanted.values())} shards"
    if state is None:
        return f"a published set, {shards}"
    plan = state["identity"]["plan"]
    return f"preset {plan['preset']['name']}, seed {plan['seed']}, {shards}"


def _made(state: Mapping[str, Any] | None, urls: Urls, directory: Directory) -> dict[str, str]:
    if state is None:
        return {}
    identity = state["identity"]
    ref = next(iter(urls))
    mark = read_mark(directory, "render", ref)
    versions = {} if mark is None else mark.versions
    return {
        "preset": identity["plan"]["preset"]["name"],
        "seed": str(identity["plan"]["seed"]),
        "manifest": _short(identity["plan"]["manifest_sha256"]),
        "engine": identity["simulate"]["engine"],
        "captions": identity["caption"]["captions"],
        "vocabulary": identity["caption"]["vocabulary"]["name"],
        "level": identity["render"]["level"],
        "versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
        "fingerprints": ", ".join(
            f"{stage} {_short(state['fingerprints'][stage])}" for stage in identity
        ),
    }


def _short(sha256: str) -> str:
    return f"{sha256[:12]}…"
