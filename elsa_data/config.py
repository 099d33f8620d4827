"""What may be sampled and what it is called: presets, vocabularies, and where their files are.

Both are read strictly (`elsa_data.strict`), so that a wrong file ends a command before anything is
launched. A preset states the law of every number; a vocabulary gives numbers their words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal

from elsa_data.conventions import OCTAVE_BANDS_HZ, SPLITS
from elsa_data.distributions import Interval, Law
from elsa_data.errors import ConfigError, PresetError, PromptError, did_you_mean
from elsa_data.records import Bands
from elsa_data.rooms import materials
from elsa_data.scene_laws import SceneLaws
from elsa_data.strict import FieldError, Spot, parse, plain, read_yaml

Kind = Literal["room_presets", "prompts"]

SLOTS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "direction": ("azimuth_deg", ("front", "left", "right", "back")),
    "elevation": ("elevation_deg", ("up", "down")),
    "distance": ("distance_m", ("near", "far")),
    "size": ("floor_area_m2", ("small", "large")),
    "reverb": ("t30_s", ("dampened", "reverberant")),
}
"""Each attribute of a caption: the number it reads and the words it can take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """What may be sampled. ``materials`` maps each name in use to its absorption per octave."""

    name: str
    sample_rate_hz: int
    receiver: Literal["foa"]
    augmentations: int
    mono_originals: bool
    strict_captions: bool
    min_clip_s: float
    clip_length_s: float
    level: Literal["physical", "normalised", "random_gain"]
    source_level_dbfs_1m: Law
    vocabulary: str
    draw: Literal["numbers", "words"]
    splits: Mapping[str, float]
    scenes: Mapping[str, SceneLaws]
    materials: Mapping[str, Bands]

    def __post_init__(self) -> None:
        """Refuse what no build could do."""
        if not 8000 <= self.sample_rate_hz <= 192000:
            raise FieldError("sample_rate_hz", f"{self.sample_rate_hz}: wanted 8000 to 192000")
        if self.augmentations < 1:
            raise FieldError("augmentations", f"{self.augmentations}: at least 1 scene per clip")
        if not 0 < self.min_clip_s <= self.clip_length_s:
            raise FieldError("min_clip_s", f"{self.min_clip_s:g}: above 0, up to clip_length_s")
        low, high = self.source_level_dbfs_1m.bounds
        if not -120 <= low <= high <= 0:
            reach = f"reaches {low:g} to {high:g} dB; wanted within -120 to 0, full scale"
            raise FieldError("source_level_dbfs_1m", reach)
        _require_names("scenes", self.scenes, SPLITS)
        _require_names("splits", self.splits, SPLITS)
        if min(self.splits.values()) < 0 or abs(sum(self.splits.values()) - 1) > 1e-6:
            raise FieldError(
                "splits", f"{dict(self.splits)}: shares of at least 0 that add up to 1"
            )
        for name, bands in self.materials.items():
            if len(bands) != len(OCTAVE_BANDS_HZ) or not 0 < min(bands) <= max(bands) < 1:
                raise FieldError(
                    f"materials.{name}",
                    f"wanted {len(OCTAVE_BANDS_HZ)} absorptions above 0 and below 1: {list(bands)}",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A word, what a caption says for it, and the values it is true of."""

    word: str
    phrase: str
    ends: Literal["open", "closed"]
    intervals: tuple[Interval, ...]

    def covers(self, value: float) -> bool:
        """Return whether the word is true of a value."""
        if self.ends == "closed":
            return any(low <= value <= high for low, high in self.intervals)
        return any(low < value < high for low, high in self.intervals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One attribute: the number it reads, the values that number can take, its rules."""

    number: str
    domain: Interval
    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        """Refuse intervals that are empty or overlap: a value has one word or none."""
        spans = sorted(span for rule in self.rules for span in rule.intervals)
        for low, high in [self.domain, *spans]:
            if not max(low, self.domain[0]) < min(high, self.domain[1]):
                raise ValueError(f"the interval [{low:g}, {high:g}] holds no value of the domain")
        for (_, high), (low, _) in pairwise(spans):
            if low < high:
                raise ValueError(f"two intervals share the values from {low:g} to {high:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words for numbers. ``t30``: the reverberation time its words read, T30,mid or full-band."""

    name: str
    source: str
    t30: Literal["mid", "full"]
    slots: Mapping[str, Slot]

    def __post_init__(self) -> None:
        """Refuse slots, numbers and words that the rest of the system does not know."""
        _require_names("slots", self.slots, SLOTS)
        for name, slot in self.slots.items():
            number, words = SLOTS[name]
            if slot.number != number:
                raise FieldError(f"slots.{name}.number", f"got {slot.number!r}, wanted {number!r}")
            _require_names(f"slots.{name}.rules", [rule.word for rule in slot.rules], words)

    def word(self, slot: str, value: float) -> str | None:
        """Return the word that is true of a value, or None where none applies.

        Raises:
            ValueError: the value is outside what its number can take, or not a number.
        """
        low, high = self.slots[slot].domain
        if not low <= value <= high:
            raise ValueError(f"{self.slots[slot].number} {value}: wanted {low:g} to {high:g}")
        return next((rule.word for rule in self.slots[slot].rules if rule.covers(value)), None)

    def phrase(self, slot: str, word: str) -> str:
        """Return what a caption says for a word."""
        return next(rule.phrase for rule in self.slots[slot].rules if rule.word == word)

    def words(self, slot: str) -> tuple[str | None, ...]:
        """Return the words of a slot in order, and None last: no word."""
        return (*(rule.word for rule in self.slots[slot].rules), None)

    def intervals(self, slot: str, word: str | None) -> tuple[Interval, ...]:
        """Return the values a word is true of, inside the slot's domain; None: of no word."""
        low, high = self.slots[slot].domain
        rules = self.slots[slot].rules
        spans = sorted(s for r in rules if word in (None, r.word) for s in r.intervals)
        inside = [(max(low, first), min(high, last)) for first, last in spans]
        if word is not None:
            return tuple(inside)
        edges = [low, *(edge for span in inside for edge in span), high]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return tuple((first, last) for first, last in gaps if first < last)


def asset(kind: Kind, name: str) -> Path:
    """Return the file a name stands for: a path that exists, else a file of the package.

    Raises:
        ConfigError: there is neither; the message lists what there is.
    """
    if (path := Path(name)).is_file():
        return path
    # In the wheel the folder lies in the package, in the repository beside it.
    package = Path(__file__).parent
    folder = next(f for f in (package / kind, package.parent / kind) if f.is_dir())
    for candidate in (folder / name, folder / f"{name}.yaml"):
        if candidate.is_file():
            return candidate
    known = sorted(file.name.removesuffix(".yaml") for file in folder.iterdir())
    near = did_you_mean(name, known)
    raise ConfigError(f"{name!r} is neither a file nor one of {kind}: {', '.join(known)}.{near}")


def load_preset(name_or_path: str) -> Preset:
    """Return a preset, its materials resolved.

    Raises:
        ConfigError: there is no such file, or (PresetError) it does not say what it should.
    """
    path = asset("room_presets", name_or_path)
    return parse_preset(read_yaml(path, PresetError), str(path))


def load_vocabulary(name_or_path: str) -> Vocabulary:
    """Return a vocabulary.

    Raises:
        ConfigError: there is no such file, or (PromptError) it does not say what it should.
    """
    path = asset("prompts", name_or_path)
    return parse_vocabulary(read_yaml(path, PromptError), str(path))


def parse_preset(mapping: Mapping[str, Any], where: str) -> Preset:
    """Return the preset a mapping states; its own ``materials`` come before the shipped ones.

    Raises:
        PresetError: naming ``where``, the key and the value.
    """
    spot = Spot(where, PresetError)
    if not isinstance(mapping, Mapping):
        raise spot.wrong(f"got {mapping!r}, wanted keys with values")
    return _resolved(parse(Preset, {"materials": {}, **mapping}, spot), spot)


def parse_vocabulary(mapping: Mapping[str, Any], where: str) -> Vocabulary:
    """Return the vocabulary a mapping states.

    Raises:
        PromptError: naming ``where``, the key and the value.
    """
    return parse(Vocabulary, mapping, Spot(where, PromptError))


def to_plain(config: Preset | Vocabulary) -> dict[str, Any]:
    """Return what JSON can hold of a preset or vocabulary; parse_* reads it back equal."""
    return plain(config)


def _resolved(preset: Preset, spot: Spot) -> Preset:
    known = {**materials(), **preset.materials}
    used: dict[str, Bands] = {}
    for split, laws in preset.scenes.items():
        for surface in ("walls", "floor", "ceiling"):
            for name in getattr(laws.surfaces, surface):
                if name not in known:
                    place = spot.at("scenes").at(split).at("surfaces").at(surface)
                    near = did_you_mean(name, known) or f" Known: {', '.join(sorted(known))}."
                    raise place.wrong(f"no material is called {name!r}.{near}")
                used[name] = tuple(known[name])
    return replace(preset, materials=used)


def _require_names(field: str, got: Iterable[str], wanted: Iterable[str]) -> None:
    got, wanted = list(got), list(wanted)
    for name in got:
        if name not in wanted:
            near = did_you_mean(name, wanted)
            raise FieldError(field, f"{name!r} is none of {', '.join(wanted)}.{near}")
    if len(set(got)) != len(wanted):
        raise FieldError(field, f"got {', '.join(got)}; wanted each of {', '.join(wanted)}")
