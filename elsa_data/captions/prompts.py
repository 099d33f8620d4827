"""What a language model is asked, read from ``prompts/rewrite.*.md`` and checked."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any, Final

from elsa_data.config import Vocabulary, asset
from elsa_data.errors import PromptError, did_you_mean
from elsa_data.records import SpatialAttributes
from elsa_data.seeding import digest

Placeholders = Mapping[str, frozenset[str]]
"""Each section that is sent, and what stands in it: no more and no less."""

PLACEHOLDERS: Final[Placeholders] = {
    "system": frozenset(),
    "user": frozenset({"caption", "attributes", "style"}),
    "again": frozenset({"caption", "attributes", "style", "failed", "reason"}),
}
OF_JUDGE: Final[Placeholders] = {
    "system": frozenset(),
    "user": frozenset({"captions", "sentence"}),
}

STYLES: Final = ("any", "place", "room")
"""Whom a hint of style suits: everyone, captions that have a place, captions that have a room."""

_HEADING: Final = re.compile(r"^## +(\w+) *$", re.M)
_FRONT: Final = re.compile(r"\A---\nname: *(?P<name>\S+) *\n---\n")

Messages = list[dict[str, str]]
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt file. ``sha256`` is that of its bytes; ``styles`` are (whom it suits, hint)."""

    name: str
    sha256: str
    system: str
    user: str
    again: str
    styles: tuple[tuple[str, str], ...]

    def style(self, facts: Facts, *, seed: int, key: str) -> str:
        """Return the hint of style that the seed gives a caption, among those that suit it."""
        suits = {"any"}
        suits |= {"place"} if facts.keys() & {"direction", "elevation", "distance"} else set()
        suits |= {"room"} if facts.keys() & {"size", "reverb"} else set()
        hints = [hint for whom, hint in self.styles if whom in suits]
        # One choice a caption: a hash serves, and costs a tenth of a generator.
        return hints[int.from_bytes(digest("style", seed, key)) % len(hints)]

    def messages(
        self,
        captions: Sequence[str],
        facts: Facts,
        style: str,
        rejected: tuple[str, str] | None = None,
    ) -> Messages:
        """Return what is sent: every text of others as a JSON string, never as our own words.

        Args:
            captions: one source caption per part.
            facts: `facts_of` the example.
            style: a hint from `style`.
            rejected: the sentence that failed before, and why.
        """
        values = {
            "caption": _json(captions[0] if len(captions) == 1 else list(captions)),
            "attributes": _json(facts),
            "style": _json(style),
        }
        if rejected is not None:
            values |= {"failed": _json(rejected[0]), "reason": _json(rejected[1])}
        form = self.user if rejected is None else self.again
        return [
            {"role": "system", "content": self.system},
            {"role": "user", "content": Template(form).substitute(values)},
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePrompt:
    """A prompt file for a judge. ``sha256`` is that of its bytes."""

    name: str
    sha256: str
    system: str
    user: str

    def messages(self, captions: Sequence[str], sentence: str) -> Messages:
        """Return what is sent: every text of others as a JSON string, never as our own words."""
        values = {"captions": _json(list(captions)), "sentence": _json(sentence)}
        return [
            {"role": "system", "content": self.system},
            {"role": "user", "content": Template(self.user).substitute(values)},
        ]


def facts_of(attributes: SpatialAttributes, vocabulary: Vocabulary) -> Facts:
    """Return the words that are true of an example as they are sent; those without are left out.

    Places of several sources are listed under ``sounds``, in the order of the parts.
    """
    places = [
        {
            slot: vocabulary.phrase(slot, word)
            for slot in ("direction", "elevation", "distance")
            if (word := getattr(part, slot)) is not None
        }
        for part in attributes.parts
    ]
    facts: Facts = {}
    if len(places) == 1:
        facts = dict(places[0])
    elif any(places):
        facts["sounds"] = places
    room = {"size": attributes.room_size, "reverb": attributes.reverberation}
    return facts | {
        slot: vocabulary.phrase(slot, word) for slot, word in room.items() if word is not None
    }


def load_prompt(name_or_path: str) -> Prompt:
    """Return a prompt file.

    Raises:
        ConfigError: there is no such file, or (PromptError) a section or a placeholder is missing
            or unknown.
    """
    where, read = _read(name_or_path, PLACEHOLDERS, "styles")
    styles = _styles(read.pop("styles"), f"{where}: styles")
    return Prompt(styles=styles, **read)


def load_judge_prompt(name_or_path: str) -> JudgePrompt:
    """Return a prompt file for a judge.

    Raises:
        ConfigError: as `load_prompt`.
    """
    _, read = _read(name_or_path, OF_JUDGE)
    return JudgePrompt(**read)


def _read(name_or_path: str, placeholders: Placeholders, *more: str) -> tuple[str, dict[str, Any]]:
    """Return where a prompt file is, and its name, hash and sections; ``more`` are not sent."""
    path = asset("prompts", name_or_path if name_or_path.endswith(".md") else f"{name_or_path}.md")
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path}: cannot be read: {error}") from error
    front = _FRONT.match(text)
    if front is None:
        raise PromptError(f"{path}: wanted `---`, `name: NAME` and `---` as its first lines")
    sections = _sections(text[front.end() :], str(path), (*placeholders, *more))
    for section, wanted in placeholders.items():
        _check_placeholders(sections[section], wanted, f"{path}: {section}")
    sha256 = hashlib.sha256(content).hexdigest()
    return str(path), {"name": front["name"], "sha256": sha256, **sections}


def _sections(text: str, where: str, known: Sequence[str]) -> Mapping[str, str]:
    before, *rest = _HEADING.split(text)
    if before.strip():
        raise PromptError(f"{where}: {before.strip()[:40]!r} stands before the first `## ` heading")
    names = rest[::2]
    for name in names:
        if name not in known:
            near = did_you_mean(name, known) or f" Known: {', '.join(known)}."
            raise PromptError(f"{where}: unknown section {name!r}.{near}")
    for name in known:
        if names.count(name) != 1:
            raise PromptError(f"{where}: wanted the section {name!r} once, got {names.count(name)}")
    return {name: body.strip() for name, body in zip(names, rest[1::2], strict=True)}


def _check_placeholders(text: str, wanted: frozenset[str], where: str) -> None:
    form = Template(text)
    if not form.is_valid():
        raise PromptError(f"{where}: a `$` names no placeholder; write `$$` for the sign itself")
    got = set(form.get_identifiers())
    for name in sorted(got - wanted):
        near = did_you_mean(name, wanted) or f" Known: {', '.join(sorted(wanted)) or 'none'}."
        raise PromptError(f"{where}: unknown placeholder ${name}.{near}")
    for name in sorted(wanted - got):
        raise PromptError(f"{where}: the placeholder ${name} is missing")


def _styles(text: str, where: str) -> tuple[tuple[str, str], ...]:
    styles = []
    for line in filter(None, map(str.strip, text.splitlines())):
        whom, _, hint = line.removeprefix("- ").partition(": ")
        if not line.startswith("- ") or whom not in STYLES or not hint:
            raise PromptError(f"{where}: got {line!r}, wanted `- {'|'.join(STYLES)}: a hint`")
        styles.append((whom, hint))
    if not any(whom == "any" for whom, _ in styles):
        raise PromptError(f"{where}: wanted at least one hint for `any`")
    return tuple(styles)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
