"""What the whole set holds, added up row by row; no sound is read."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from elsa_data.captions.template import misspoken
from elsa_data.errors import BuildError
from elsa_data.records import PartWords, SpatialAttributes
from elsa_data.report.sentences import frame_of
from elsa_data.shards.directory import FOLDERS, Directory
from elsa_data.shards.marks import read_marks

PART: Final = "parts.list.element."
COLUMNS: Final = (
    "example_id", "group_id", "split", "spatial", "duration_s", "caption", "captions",
    "original_captions", "caption_sources", "caption_models", "caption_attempts", "room_size",
    "reverberation", "target_t30_s",
    *(PART + name for name in (
        "clip_id", "corpus", "licence", "labels", "azimuth_deg", "elevation_deg", "distance_m",
        "direction", "elevation", "distance", "t30_mid_s",
    )),
)  # fmt: skip
"""What is read of each row."""

AZIMUTH_BIN_DEG: Final = 10
ELEVATION_BIN_DEG: Final = 10
DISTANCE_BIN_M: Final = 0.25
T30_BINS_AN_OCTAVE: Final = 8
T30_FIRST_S: Final = 0.1

Row = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Totals:
    """Counts over every row.

    Attributes:
        rows: per split, as are ``spatial`` and ``seconds``.
        rooms: scenes; ``clips`` recordings they started from.
        azimuth: sources per lower edge of a bin, as are ``elevation``, and ``distance`` in steps
            of `DISTANCE_BIN_M`.
        t30: sources per pair of `t30_bin`, of the T30,mid asked for and of the one measured.
        t30_unmeasured: sources without a measured T30,mid.
        words: rows, or sources, per (slot, word), word None where none applies.
        sources: captions per who wrote them; ``models`` per model; ``attempts`` per number of
            answers that a model's caption took.
        frames: spatial rows per form of their caption.
        read_again: template captions of one source that were held against their words here;
            ``misspoken`` those that failed, per slot.
    """

    rows: Counter[str] = field(default_factory=Counter)
    spatial: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    rooms: set[str] = field(default_factory=set)
    clips: set[tuple[str, str]] = field(default_factory=set)
    labels: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    azimuth: Counter[int] = field(default_factory=Counter)
    elevation: Counter[int] = field(default_factory=Counter)
    distance: Counter[int] = field(default_factory=Counter)
    t30: Counter[tuple[int, int]] = field(default_factory=Counter)
    t30_unmeasured: int = 0
    words: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    attempts: Counter[int] = field(default_factory=Counter)
    frames: Counter[str] = field(default_factory=Counter)
    read_again: int = 0
    misspoken: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What a build lost on its way, read from its marks; a set without marks has none of this.

    Attributes:
        manifest_rows: of the manifest it started from.
        planned: examples that the plan has.
        rejects: per (stage, reason).
        refused: answers of a language model per reason; ``fallbacks``, captions that the template
            wrote since no answer held, per reason of the last.
        asked: answers a language model was asked for.
    """

    manifest_rows: int
    planned: int
    rejects: Mapping[tuple[str, str], int]
    refused: Mapping[str, int]
    fallbacks: Mapping[str, int]
    asked: int


def add_rows(totals: Totals, rows: Iterable[Row]) -> None:
    """Add rows with the fields of `COLUMNS`.

    Raises:
        BuildError: a spatial row does not say where its sources are.
    """
    for row in rows:
        split = row["split"]
        totals.rows[split] += 1
        totals.seconds[split] += row["duration_s"]
        totals.spatial[split] += row["spatial"]
        totals.sources.update(row["caption_sources"])
        for model, tries in zip(row["caption_models"], row["caption_attempts"], strict=True):
            if model is not None:
                totals.models[model] += 1
                totals.attempts[tries] += 1
        for part in row["parts"]:
            totals.clips.add((part["corpus"], part["clip_id"]))
            totals.licences[part["licence"]] += 1
            totals.labels.update(part["labels"][:1])
        if row["spatial"]:
            _add_scene(totals, row)


def t30_bin(seconds: float) -> int:
    """Return the bin of a decay time: as many in each octave."""
    return math.floor(T30_BINS_AN_OCTAVE * math.log2(max(seconds, 1e-3) / T30_FIRST_S))


def losses_of(directory: Directory) -> Losses | None:
    """Return what the marks of a build tell, None where there are none."""
    counts: dict[str, Counter[str]] = {}
    for stage in FOLDERS:
        counts[stage] = Counter()
        for mark in read_marks(directory, stage):
            counts[stage].update(mark.counts)
    if not any(counts.values()):
        return None
    rejects = {
        (stage, reason): number
        for stage, found in counts.items()
        for reason, number in _after("reject:", found).items()
    }
    return Losses(
        manifest_rows=counts["read"]["manifest_rows"],
        planned=counts["plan"]["examples"],
        rejects=rejects,
        refused=_after("rejected:", counts["caption"]),
        fallbacks=_after("fallback:", counts["caption"]),
        asked=counts["caption"]["attempts"],
    )


def _after(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {
        name.removeprefix(prefix): number
        for name, number in counts.items()
        if name.startswith(prefix) and number
    }


def _add_scene(totals: Totals, row: Row) -> None:
    totals.rooms.add(row["group_id"])
    totals.words["size", row["room_size"]] += 1
    totals.words["reverb", row["reverberation"]] += 1
    for part in row["parts"]:
        _require_place(row["example_id"], part)
        totals.azimuth[_edge(part["azimuth_deg"], AZIMUTH_BIN_DEG)] += 1
        totals.elevation[_edge(part["elevation_deg"], ELEVATION_BIN_DEG)] += 1
        totals.distance[math.floor(part["distance_m"] / DISTANCE_BIN_M)] += 1
        for slot in ("direction", "elevation", "distance"):
            totals.words[slot, part[slot]] += 1
        asked, measured = row["target_t30_s"], part["t30_mid_s"]
        if measured is None or not math.isfinite(measured):
            totals.t30_unmeasured += 1
        elif asked is not None and math.isfinite(asked):
            totals.t30[t30_bin(asked), t30_bin(measured)] += 1
    totals.frames[frame_of(row["caption"], row["original_captions"][0], _words(row))] += 1
    if len(row["parts"]) == 1:
        _read_again(totals, row)


def _read_again(totals: Totals, row: Row) -> None:
    """Hold each template caption against the words of its row, as `verify` does."""
    part = {slot: row["parts"][0][slot] for slot in ("direction", "elevation", "distance")}
    attributes = SpatialAttributes(
        room_size=row["room_size"],
        reverberation=row["reverberation"],
        parts=(PartWords(**part),),
    )
    told = zip(row["captions"], row["original_captions"], row["caption_sources"], strict=True)
    for caption, original, source in told:
        if source == "template":
            totals.read_again += 1
            if slot := misspoken(caption, [original], attributes):
                totals.misspoken[slot] += 1


def _require_place(example_id: str, part: Row) -> None:
    for name in ("azimuth_deg", "elevation_deg", "distance_m"):
        if part[name] is None or not math.isfinite(part[name]):
            raise BuildError(
                f"row {example_id!r}: {name} is {part[name]}, wanted a number: the set was not "
                "written by this program"
            )


def _words(row: Row) -> dict[str, frozenset[str]]:
    said = {slot: [part[slot] for part in row["parts"]] for slot in ("direction", "elevation")}
    said["distance"] = [part["distance"] for part in row["parts"]]
    said |= {"size": [row["room_size"]], "reverb": [row["reverberation"]]}
    return {slot: frozenset(word for word in words if word) for slot, words in said.items()}


def _edge(value: float, step: int) -> int:
    return math.floor(value / step) * step
