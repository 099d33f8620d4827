"""The words of the template captioner, read from ``prompts/template.*.yaml`` and checked."""

import functools
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from elsa_data.config import SLOTS, asset
from elsa_data.errors import PromptError, did_you_mean
from elsa_data.strict import FieldError, Spot, parse, read_yaml

PLACE_SLOTS: Final = ("direction", "elevation", "distance")
ROOM_SLOTS: Final = ("size", "reverb")

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Frames for more than one source."""

    source: Lines
    source_beside_placeless: Lines
    room: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """A template file, field by field; every list holds alternatives."""

    name: str
    phrases: Mapping[str, Mapping[str, Mapping[str, Lines]]]
    places: Mapping[str, Mapping[str, Lines]]
    rooms: Mapping[str, Lines]
    frames: Mapping[str, Lines]
    several: Several

    def __post_init__(self) -> None:
        """Refuse a pattern without a line, and a line whose placeholders are not its pattern's."""
        _require("phrases", self.phrases, PLACE_SLOTS)
        for slot, words in self.phrases.items():
            _require(f"phrases.{slot}", words, SLOTS[slot][1])
            for word, forms in words.items():
                _require(f"phrases.{slot}.{word}", forms, ("at", "from"))
                for form, lines in forms.items():
                    _check(f"phrases.{slot}.{word}.{form}", lines, [set()])
        _require("places", self.places, ("at", "from"))
        for form, patterns in self.places.items():
            _check_patterns(f"places.{form}", patterns, PLACE_SLOTS, form)
        _check_patterns("rooms", self.rooms, ROOM_SLOTS, "at")
        _require("frames", self.frames, ("place+room", "place", "room"))
        for pattern, lines in self.frames.items():
            _check(f"frames.{pattern}", lines, _choices({"sound"}, pattern.split("+")))
        for field in ("source", "source_beside_placeless"):
            lines = getattr(self.several, field)
            _check(f"several.{field}", lines, _choices({"sound"}, ["place"]))
        _check("several.room", self.several.room, [{"sources", "room"}])


def load_frames(name_or_path: str) -> Frames:
    """Return a template file.

    Raises:
        ConfigError: there is no such file, or (PromptError) a key, a pattern or a placeholder is
            missing or unknown.
    """
    path = asset("prompts", name_or_path)
    return parse(Frames, read_yaml(path, PromptError), Spot(str(path), PromptError))


@functools.cache
def shipped_frames() -> Frames:
    """Return the template this version of the package speaks, read once a process."""
    return load_frames("template.v1")


def pattern_of(slots: Iterable[str]) -> str:
    """Return the key of a set of attributes: ``direction+distance``."""
    present = set(slots)
    return "+".join(slot for slot in (*PLACE_SLOTS, *ROOM_SLOTS) if slot in present)


def placeholders(line: str) -> list[str]:
    """Return the names in braces, in order.

    Raises:
        ValueError: the braces do not match.
    """
    return [name for _, name, _, _ in string.Formatter().parse(line) if name is not None]


def _patterns(slots: tuple[str, ...]) -> list[str]:
    """Return the keys of all non-empty sets of these attributes."""
    subsets = range(1, 2 ** len(slots))
    return [pattern_of(s for n, s in enumerate(slots) if subset >> n & 1) for subset in subsets]


def _check_patterns(
    field: str, patterns: Mapping[str, Lines], slots: tuple[str, ...], form: str
) -> None:
    _require(field, patterns, _patterns(slots))
    for pattern, lines in patterns.items():
        names = pattern.split("+")
        either = [set()]
        for name in names:
            forms = [name] if form == "at" else [name, f"from_{name}"]
            either = [chosen | {form} for chosen in either for form in forms]
        _check(f"{field}.{pattern}", lines, either)


def _choices(always: set[str], groups: list[str]) -> list[set[str]]:
    """Return the sets of placeholders a frame may have: a place is said as {at} or as {from}."""
    room = always | ({"room"} if "room" in groups else set())
    return [room | {form} for form in ("at", "from")] if "place" in groups else [room]


def _check(field: str, lines: Lines, wanted: list[set[str]]) -> None:
    if not lines:
        raise FieldError(field, "got no line, wanted at least one")
    for line in lines:
        try:
            names = placeholders(line)
        except ValueError as fault:
            raise FieldError(field, f"{line!r}: {fault}") from fault
        if len(names) != len(set(names)) or set(names) not in wanted:
            known = set().union(*wanted)
            near = "".join(did_you_mean(name, known) for name in names if name not in known)
            choice = " or ".join(" ".join(f"{{{n}}}" for n in sorted(one)) for one in wanted)
            raise FieldError(field, f"{line!r}: wanted exactly {choice or 'no name'}, once.{near}")


def _require(field: str, got: Iterable[str], wanted: Iterable[str]) -> None:
    got, wanted = list(got), list(wanted)
    for name in got:
        if name not in wanted:
            near = did_you_mean(name, wanted) or f" Known: {', '.join(wanted)}."
            raise FieldError(field, f"unknown key {name!r}.{near}")
    for name in wanted:
        if name not in got:
            raise FieldError(field, f"{name!r} is missing")
