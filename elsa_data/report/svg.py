"""The few shapes that the pictures are drawn with. Colours are classes: the page gives them."""

from collections.abc import Iterable, Sequence

from elsa_data.report.markup import Markup, joined, number, tag

Point = tuple[float, float]


def svg(width: float, height: float, *children: str | None, label: str, class_: str = "") -> Markup:
    """Return a picture that keeps its proportions; ``label`` is read out for it."""
    return tag(
        "svg",
        *children,
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=number(width),
        height=number(height),
        role="img",
        aria_label=label,
        class_=class_ or None,
    )


def path(points: Iterable[Point], class_: str, *, shut: bool = False, hint: str = "") -> Markup:
    """Return a line through points, or a shape; ``hint`` is shown where the pointer rests."""
    drawn = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return tag("path", _hint(hint), d=f"M{drawn}{'Z' if shut else ''}", class_=class_)


def line(start: Point, end: Point, class_: str) -> Markup:
    """Return a straight line."""
    (x1, y1), (x2, y2) = start, end
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def circle(at: Point, radius: float, class_: str, hint: str = "") -> Markup:
    """Return a disc or a ring."""
    return tag(
        "circle", _hint(hint), cx=float(at[0]), cy=float(at[1]), r=float(radius), class_=class_
    )


def rect(x: float, y: float, width: float, height: float, class_: str, hint: str = "") -> Markup:
    """Return a rectangle."""
    return tag(
        "rect",
        _hint(hint),
        x=float(x),
        y=float(y),
        width=float(width),
        height=float(height),
        class_=class_,
    )


def words(at: Point, said: str, class_: str = "", anchor: str = "start") -> Markup:
    """Return a line of text whose baseline begins, ends or is centred at a point."""
    align = None if anchor == "start" else anchor
    return tag(
        "text", said, x=float(at[0]), y=float(at[1]), class_=class_ or None, text_anchor=align
    )


def group(*children: str | None, class_: str = "", **attributes: str | None) -> Markup:
    """Return shapes that belong together."""
    return tag("g", *children, class_=class_ or None, **attributes)


def clip(name: str, outline: Sequence[Point]) -> Markup:
    """Return a definition that lets shapes with ``clip-path=url(#name)`` show inside an outline."""
    return tag("clipPath", path(outline, "", shut=True), id=name)


def _hint(hint: str) -> Markup | None:
    return tag("title", joined(hint)) if hint else None
