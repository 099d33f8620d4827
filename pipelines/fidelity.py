"""How far the captions of a build may be trusted, from the marks of its caption stage alone."""

from collections import Counter

from elsa_data.captions.examine import Writer
from elsa_data.captions.judge import PASSED
from elsa_data.captions.prices import Prices
from elsa_data.shards.directory import Directory
from elsa_data.shards.marks import each_mark

FRAME = "frame:"
MOST_FRAMES = 10_000
"""Frames counted at once: a million captions have hundreds of thousands, nearly all just once."""


def fidelity(directory: Directory, writer: Writer | None, prices: Prices | None) -> list[str]:
    """Return who wrote the captions, what it took, what was rejected and how alike they are."""
    counts = _counted(directory)
    lines = [] if writer is None or not counts else [_asked(counts, writer, prices)]
    if rejected := by_reason(counts, "rejected:"):
        lines.append(f"  rejected answers: {rejected}")
    if writer is not None and writer.judge is not None and (read := _kind(counts, "judge:")):
        passed = read.pop(PASSED, 0)
        why = f", refused: {_listed(read)}" if read else ""
        lines.append(f"  {writer.judge.model} as judge: {passed} let pass{why}")
    if sources := by_reason(counts, "source:"):
        tries = _kind(counts, "attempts:")
        lines.append(f"  written by: {sources}" + (f"; {_tries(tries)}" if tries else ""))
    return [*lines, *_variety(counts)]


def _counted(directory: Directory) -> Counter[str]:
    """Return the counts of every shard; of a frame's, one may be lost for each `MOST_FRAMES` met.

    Source: Manku and Motwani, "Approximate frequency counts over data streams", VLDB 2002,
    doi:10.1016/B978-155860869-6/50038-X (lossy counting).
    """
    counts: Counter[str] = Counter()
    rare = 0
    for mark in each_mark(directory, "caption"):
        counts.update(mark.counts)
        if len(counts) > MOST_FRAMES:
            rare += 1
            kept = {k: n for k, n in counts.items() if n > rare or not k.startswith(FRAME)}
            counts = Counter(kept)
    return counts


def _asked(counts: Counter[str], writer: Writer, prices: Prices | None) -> str:
    why = by_reason(counts, "fallback:")
    line = f"Captions: {counts['captions:llm']} by {writer.model}, "
    line += f"{counts['captions:template']} by the template{f' ({why})' if why else ''}; "
    line += f"{counts['attempts']} answers, {counts['tokens_in']} tokens in, "
    line += f"{counts['tokens_out']} out"
    if prices is not None:
        line += f", {prices.usd(counts['tokens_in'], counts['tokens_out']):.2f} USD"
    return line


def _tries(tries: Counter[str]) -> str:
    """Return how many of the model's captions took how many attempts."""
    told = (f"{number} at attempt {at}" for at, number in sorted(tries.items()) if number)
    return ", ".join(told)


def _variety(counts: Counter[str]) -> list[str]:
    """Return the most frequent frame and distinct-2, where they were counted."""
    frames = _kind(counts, FRAME)
    if not frames or not counts["pairs"]:
        return []
    [(frame, number)] = frames.most_common(1)
    share = 100 * number / counts["framed"]
    distinct = counts["pairs:distinct"] / counts["pairs"]
    return [
        f"  most frequent frame: {frame!r}, {share:.1f} % of {counts['framed']} captions; "
        f"distinct-2 within a shard: {distinct:.2f}"
    ]


def _kind(counts: Counter[str], kind: str) -> Counter[str]:
    return Counter({k.removeprefix(kind): n for k, n in counts.items() if k.startswith(kind)})


def by_reason(counts: Counter[str], kind: str) -> str:
    """Return the counts of one kind, the largest first: ``3 x truncated, 1 x empty``."""
    return _listed(_kind(counts, kind))


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{n} x {reason}" for reason, n in counts.most_common() if n)
