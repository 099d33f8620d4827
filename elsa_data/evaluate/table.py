"""Scores as one table of text."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from elsa_data.evaluate.papers import FIGURES
from elsa_data.evaluate.scores import MODEL, Score

HEAD: Final = ("", "of", "", "95 %", "n", "against", "ELSA's paper")


def in_order(scores: Iterable[Score]) -> list[Score]:
    """Return scores by protocol, in the order in which protocols first came; the model first."""
    first: dict[str, int] = {}
    scores = list(scores)
    for score in scores:
        first.setdefault(score.protocol, len(first))
    return sorted(scores, key=lambda score: (first[score.protocol], score.subject != MODEL))


def table(scores: Iterable[Score]) -> str:
    """Return lines of aligned columns; notes follow as numbered lines."""
    rows: list[tuple[str, ...]] = [HEAD]
    notes: dict[str, int] = {}
    for protocol, lines in groupby(in_order(scores), key=lambda score: score.protocol):
        for at, score in enumerate(lines):
            mark = ""
            if score.note:
                mark = f" ({notes.setdefault(score.note, len(notes) + 1)})"
            rows.append(
                (
                    "" if at else protocol,
                    score.subject + mark,
                    _value(score),
                    _interval(score),
                    f"{score.n:,}",
                    score.reference,
                    FIGURES.get(protocol, "").partition(";")[0] if at == 0 else "",
                )
            )
    told = [f"({number}) {note}" for note, number in notes.items()]
    return "\n".join([*_aligned(rows), *told])


def _value(score: Score) -> str:
    if score.value is None:
        return "n/a"
    digits = 3 if not score.unit else 1
    return f"{score.value:.{digits}f} {score.unit}".rstrip()


def _interval(score: Score) -> str:
    if score.interval is None:
        return ""
    return f"{score.interval[0]:.1f} to {score.interval[1]:.1f}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return [
        "  ".join(
            cell.rjust(width) if column in (2, 4) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
