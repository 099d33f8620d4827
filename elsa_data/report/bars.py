"""Counts as tables with a bar in each line."""

from collections.abc import Mapping
from typing import Final

from elsa_data.report.markup import Markup, tag

SHOWN: Final = 12
"""Lines of a list that may be long."""


def bars(counts: Mapping[str, int], *, total: int | None = None) -> Markup:
    """Return counts in the order given; ``total`` also gives their shares of it."""
    most = max(counts.values(), default=1)
    rows = [
        _row(name, number, number / most if most else 0.0, total) for name, number in counts.items()
    ]
    return tag("table", tag("tbody", *rows), class_="bars")


def longest_bars(counts: Mapping[str, int]) -> Markup:
    """Return the largest counts first, and how many others there are."""
    ordered = by_size(counts)
    kept = dict(list(ordered.items())[:SHOWN])
    table = bars(kept)
    rest = sum(ordered.values()) - sum(kept.values())
    if not rest:
        return table
    more = f"and {len(ordered) - len(kept):,} others, {rest:,} in all"
    return Markup(table + tag("p", more, class_="note"))


def by_size(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts from the largest to the smallest, names in order among equals."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _row(name: str, number: int, share: float, total: int | None) -> Markup:
    bar = tag("span", class_="bar", style=f"width:{100 * share:.1f}%") if number else None
    return tag(
        "tr",
        tag("th", name, scope="row"),
        tag("td", bar, class_="track"),
        tag("td", f"{number:,}", class_="count"),
        tag("td", f"{100 * number / total:.1f} %", class_="count") if total else None,
    )
