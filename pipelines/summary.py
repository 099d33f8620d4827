"""What a finished plan or build says of itself."""

from collections import Counter
from collections.abc import Sequence

from elsa_data.records import ShardRef
from elsa_data.scenes.balance import association
from elsa_data.scenes.targets import T30_SPANS
from elsa_data.shards.marks import Mark, read_marks
from elsa_data.stages.settings import Settings
from pipelines.fidelity import fidelity

SLOTS = ("direction", "elevation", "distance", "size", "reverb", "class")
FEW_ROWS = 30
"""Fewer say nothing about how words fall together."""

MOST_CLASSES = 64
"""Association with a class is told while there are few; open tags would all be rare."""


def plan_summary(settings: Settings, refs: Sequence[ShardRef]) -> str:
    """Return counts of the plan, counts per word, and Cramer's V of every pair of attributes."""
    marks = read_marks(settings.directory, "plan")
    counts: Counter[str] = Counter()
    for mark in marks:
        counts.update(mark.counts)
    lines = [
        f"Planned {counts['clips']} clips as {counts['examples']} examples "
        f"({counts['spatial']} spatial, {counts['rirs']} rooms) in {len(refs)} shards: "
        + ", ".join(f"{split} {number}" for split, number in _per_split(refs).items())
    ]
    lines += _rejects_told(settings, ("read", "probe", "assign", "plan"))
    rows = {
        tuple(None if word == "-" else word for word in key.removeprefix("words:").split("|", 5)): n
        for key, n in counts.items()
        if key.startswith("words:")
    }
    return "\n".join([*lines, *_words_told(rows), *_t30_told(counts), ""])


def build_summary(settings: Settings, refs: Sequence[ShardRef]) -> str:
    """Return what a build made: rows, rejects, bytes."""
    names = {str(ref) for ref in refs}
    done = [m for m in read_marks(settings.directory, "render") if m.shard in names]
    size = sum(output.size for mark in done for output in mark.outputs.values())
    rows = sum(mark.rows for mark in done)
    lines = [
        f"Built {rows} rows in {len(done)} of {len(refs)} shards, {size / 1e6:.1f} MB, in "
        f"{settings.directory.path('data')}"
    ]
    lines += fidelity(settings.directory, settings.writer, settings.prices)
    lines += _rejects_told(settings, ("simulate", "caption", "render"))
    return "\n".join([*lines, f"Prove it: elsa-data verify {settings.url}", ""])


def rejects_by_reason(settings: Settings, marks: Sequence[Mark]) -> Counter[str]:
    """Return how many rejects these shards have, by stage and reason."""
    reasons: Counter[str] = Counter()
    for mark in marks:
        for name, number in mark.counts.items():
            if name.startswith("reject:"):
                reasons[f"{mark.stage}: {name.removeprefix('reject:')}"] += number
    return reasons


def _rejects_told(settings: Settings, stages: Sequence[str]) -> list[str]:
    marks = [mark for stage in stages for mark in read_marks(settings.directory, stage)]
    reasons = rejects_by_reason(settings, marks)
    if not reasons:
        return ["No rejects."]
    told = ", ".join(f"{number} x {reason}" for reason, number in reasons.most_common())
    return [f"{sum(reasons.values())} rejects in {settings.directory.path('rejects')}: {told}"]


def _words_told(rows: dict[tuple[str | None, ...], int]) -> list[str]:
    if sum(rows.values()) < FEW_ROWS:
        return []
    classes = {row[-1] for row in rows}
    names = SLOTS if 1 < len(classes) <= MOST_CLASSES else SLOTS[:-1]
    folded: Counter[tuple[str | None, ...]] = Counter()
    for row, number in rows.items():
        folded[row[: len(names)]] += number
    told = association(names, folded)
    lines = []
    for slot in SLOTS[:-1]:
        words = sorted(told.counts[slot].items(), key=lambda item: (item[0] is None, item[0] or ""))
        # The rooms do not sound yet: rows say what is measured.
        asked = " (as asked for)" if slot == "reverb" else ""
        told_words = ", ".join(f"{word or 'no word'} {n}" for word, n in words)
        lines.append(f"  {slot:9s} {told_words}{asked}")
    worst = sorted(told.cramers_v.items(), key=lambda item: -item[1])
    lines.append(
        "  Cramer's V "
        + ", ".join(f"{a}/{b} {value:.2f}" for (a, b), value in worst[:5])
        + (f" (largest of {len(worst)} pairs)" if len(worst) > 5 else "")
    )
    return lines


def _t30_told(counts: Counter[str]) -> list[str]:
    """Return the histogram of T30 as it was kept and, where it differs, as it was asked for."""
    kept = Counter({name: counts[f"t30:{name}"] for _, name in T30_SPANS})
    asked, reasons = kept.copy(), Counter[str]()
    for key, number in counts.items():
        if key.startswith("redrawn:"):
            _, reason, span = key.split(":")
            asked[span] += number
            reasons[reason] += number
    if not kept.total():
        return []
    lines = ["  T30       " + _histogram(kept)]
    if reasons:
        why = ", ".join(f"{number} x {reason}" for reason, number in reasons.most_common())
        lines += ["  T30 asked " + _histogram(asked), f"  redrawn   {why}"]
    return lines


def _histogram(spans: Counter[str]) -> str:
    return ", ".join(f"{name} {spans[name]}" for _, name in T30_SPANS if spans[name])


def _per_split(refs: Sequence[ShardRef]) -> Counter[str]:
    return Counter(ref.split for ref in refs)
