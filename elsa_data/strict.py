"""YAML into frozen dataclasses, and back: every key known, every type right, every error placed.

A file mirrors its dataclass field by field. A record refuses what cannot be by raising
`FieldError` (or ValueError) when it is made; the reader adds the file and the dotted key.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from elsa_data.distributions import LAWS, Law
from elsa_data.errors import ConfigError, did_you_mean

_INFINITE: Final = {".inf": math.inf, "-.inf": -math.inf}
"""JSON has no infinity; these words of YAML stand for it in both."""

_TAGS: Final[dict[type, str]] = {law: tag for tag, law in LAWS.items()}


class FieldError(ValueError):
    """One field of a record has a value that cannot be."""

    def __init__(self, field: str, message: str) -> None:
        """Keep the field's name beside the sentence."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file: what an error points at."""

    file: str
    error: type[ConfigError]
    key: str = ""

    def at(self, name: str | int) -> "Spot":
        """Return the place of a field or of an item."""
        key = f"{self.key}[{name}]" if isinstance(name, int) else f"{self.key}.{name}".lstrip(".")
        return Spot(self.file, self.error, key)

    def wrong(self, message: str) -> ConfigError:
        """Return the error that says what is wrong here."""
        return self.error(
            f"{self.file}: {self.key}: {message}" if self.key else f"{self.file}: {message}"
        )


class _UniqueKeyLoader(yaml.SafeLoader):
    """The safe loader, which refuses a key written twice where YAML's keeps the last silently."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                problem = f"the key {key.value!r} is written twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(str(key.value))
        return node


def read_yaml(path: Path, error: type[ConfigError]) -> Any:
    """Return what a YAML file holds.

    Raises:
        ConfigError: (as ``error``) it cannot be read, is no YAML, or has a key twice.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise error(f"{path}: cannot be read as YAML: {fault}") from fault


def parse(kind: Any, value: Any, spot: Spot) -> Any:
    """Return ``value`` as ``kind``: a dataclass, a Law, a number, a tuple, a mapping, a literal.

    Raises:
        ConfigError: (as ``spot.error``) an unknown or missing key, a wrong type, a value that the
            record refuses; the message names the file and the dotted key.
    """
    if kind == Law:
        return _parse_law(value, spot)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _parse_record(kind, value, spot)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType or origin is typing.Union:
        return None if value is None else parse(_without_none(kind), value, spot)
    if origin is typing.Literal:
        return _parse_literal(inner, value, spot)
    if origin is tuple:
        return _parse_tuple(inner, value, spot)
    if origin is Mapping:
        items = _require_mapping(value, spot).items()
        return {name: parse(inner[1], item, spot.at(name)) for name, item in items}
    return _parse_scalar(kind, value, spot)


def plain(value: Any) -> Any:
    """Return the same as mappings, lists, numbers and text that JSON can hold; `parse` undoes it.

    Keys stand in the order of the fields, so that equal records give equal JSON.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        tag = {"law": _TAGS[type(value)]} if type(value) in _TAGS else {}
        fields = {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return tag | fields
    if isinstance(value, Mapping):
        return {name: plain(value[name]) for name in sorted(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    return value


def _parse_law(value: Any, spot: Spot) -> Law:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise spot.wrong(f"got {value}, wanted a law; write {{law: constant, value: {value}}}")
    fields = dict(_require_mapping(value, spot))
    tag = _parse_literal(tuple(LAWS), fields.pop("law", None), spot.at("law"))
    return _parse_record(LAWS[tag], fields, spot)


def _parse_record(kind: type, value: Any, spot: Spot) -> Any:
    given = _require_mapping(value, spot)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for name in given:
        if name not in fields:
            near = did_you_mean(str(name), fields) or f" Known: {', '.join(fields)}."
            raise spot.at(str(name)).wrong(f"unknown key.{near}")
    for name, field in fields.items():
        if name not in given and field.default is dataclasses.MISSING:
            raise spot.at(name).wrong("missing; every value is stated, none is assumed")
    types_of = typing.get_type_hints(kind)
    read = {name: parse(types_of[name], item, spot.at(name)) for name, item in given.items()}
    try:
        return kind(**read)
    except FieldError as fault:
        raise spot.at(fault.field).wrong(str(fault)) from fault
    except ValueError as fault:
        raise spot.wrong(str(fault)) from fault


def _parse_literal(known: tuple[Any, ...], value: Any, spot: Spot) -> Any:
    if value in known and isinstance(value, type(known[0])):
        return value
    choice = ", ".join(map(str, known))
    raise spot.wrong(f"got {value!r}, wanted one of {choice}.{did_you_mean(str(value), known)}")


def _parse_tuple(inner: tuple[Any, ...], value: Any, spot: Spot) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise spot.wrong(f"got {value!r}, wanted a list")
    kinds = inner if inner[-1] is not Ellipsis else (inner[0],) * len(value)
    if len(kinds) != len(value):
        raise spot.wrong(f"got {len(value)} items, wanted {len(kinds)}")
    pairs = zip(kinds, value, strict=True)
    return tuple(parse(kind, item, spot.at(n)) for n, (kind, item) in enumerate(pairs))


def _parse_scalar(kind: type, value: Any, spot: Spot) -> Any:
    if kind is float:
        value = _INFINITE.get(value, value) if isinstance(value, str) else value
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
            return float(value)
    elif isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    wanted = {float: "a number", int: "a whole number", bool: "true or false", str: "text"}[kind]
    raise spot.wrong(f"got {value!r}, wanted {wanted}")


def _require_mapping(value: Any, spot: Spot) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise spot.wrong(f"got {value!r}, wanted keys with values")
    return value


def _without_none(kind: Any) -> Any:
    # A Law or None is flattened by typing into its members and None; put the Law back together.
    members = tuple(member for member in typing.get_args(kind) if member is not types.NoneType)
    return members[0] if len(members) == 1 else Law
