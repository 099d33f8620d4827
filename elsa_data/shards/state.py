"""build.json: what a build was asked to be, resolved, and how two requests differ."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from elsa_data.errors import ConfigError
from elsa_data.shards.commit import write_json
from elsa_data.shards.directory import Directory

_ABSENT = object()
_LONGEST = 60


def write_state(directory: Directory, state: Mapping[str, Any]) -> None:
    """Write build.json, whole or not at all.

    Raises:
        BuildError: the storage refuses.
    """
    write_json(directory, directory.state(), dict(state))


def read_state(directory: Directory) -> dict[str, Any] | None:
    """Return what build.json says, or None when there is none.

    Raises:
        ConfigError: it is there and cannot be read.
    """
    url = directory.state()
    try:
        state = json.loads(directory.fs.cat_file(url))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ConfigError(f"{url} is not JSON ({error}): restore it, or build elsewhere") from error
    if not isinstance(state, dict):
        raise ConfigError(
            f"{url} holds a {type(state).__name__}, wanted a mapping: build elsewhere"
        )
    return state


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return a line for every value that differs, such as ``seed: 7 in the build, 8 asked``.

    Keys inside mappings and lists are dotted: ``preset.size_m.0``.
    """
    # Both through JSON: a tuple just asked for equals the list that was read back.
    before, after = (dict(_flat(json.loads(json.dumps(state)))) for state in (old, new))
    lines = []
    for key in before | after:
        was, asked = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if was != asked or isinstance(was, bool) != isinstance(asked, bool):
            lines.append(f"{key}: {_shown(was)} in the build, {_shown(asked)} asked")
    return lines


def _flat(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    if isinstance(inner, dict) and inner:
        for key, item in inner.items():
            yield from _flat(item, f"{at}.{key}" if at else str(key))
    else:
        yield at, value


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
