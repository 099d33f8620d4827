"""One row in a terminal: what is said of it, by whom, and the numbers that this stands on."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from elsa_data.conventions import OCTAVE_BANDS_HZ
from elsa_data.examples import Example, ExamplePart
from elsa_data.report.floor_plan import floor_plan
from elsa_data.report.terminal import (
    INDENT,
    WIDTH,
    each_text,
    fact,
    in_ascii,
    table,
    visible,
    wrapped,
)
from elsa_data.report.verdicts import misspoken_slot
from elsa_data.shards.flac import decode

NOTHING: Final = "-"
NO_WORD: Final = "no word"


def told(example: Example, *, shard: str, ascii_only: bool) -> str:
    """Return everything a terminal shows of a row, 80 columns wide.

    Args:
        example: the row; none of its texts is trusted.
        shard: the name of the file that holds it.
        ascii_only: ASCII alone, for terminals that know no more; other letters become escapes.
    """

    def clean(text: str) -> str:
        return visible(text, ascii_only=ascii_only)

    verdicts = [clean(verdict_on(example, index)) for index in range(len(example.captions))]
    row = each_text(example, clean)
    sections = [
        [f"{row.example_id}  {clean(shard)}  {'in a room' if row.spatial else 'a mono original'}"],
        _captions(row, verdicts),
        _scene(row),
        _plan(row),
        _parts(row),
        _decays(row),
        _sound(row),
    ]
    lines = [line for section in map(list, sections) if section for line in ("", *section)][1:]
    return "".join(f"{in_ascii(line) if ascii_only else line}\n" for line in lines)


def verdict_on(example: Example, index: int) -> str:
    """Return who wrote a caption of a row, and what is known of its truth.

    A template's sentence about one source is read again here. A model's is in the data only since
    the verifier of the build believed it.
    """
    source, tries = example.caption_sources[index], example.caption_attempts[index]
    if source == "original":
        return "the source caption as it was"
    if source == "llm":
        model = example.caption_models[index] or "a model"
        return f"{model}, believed by the verifier, answer {tries}"
    after = "" if tries <= 1 else f" after {tries} answers of a model that were not believed"
    slot = misspoken_slot(example, index)
    if slot == "":
        return f"{source}{after}"
    said = "its words and no others" if slot is None else f"what is not true of the {slot}"
    return f"{source}{after}: it says {said}"


def _captions(row: Example, verdicts: Sequence[str]) -> Iterator[str]:
    told = zip(row.captions, row.original_captions, verdicts, strict=True)
    for number, (caption, original, verdict) in enumerate(told):
        if number:
            yield ""
        yield from (" " * INDENT + line for line in wrapped(caption, WIDTH - INDENT))
        if original != caption:
            yield from fact("from", f"“{original}”")
        yield from fact("written by", verdict)


def _scene(row: Example) -> Iterator[str]:
    if row.size_m is None:
        return
    size = " x ".join(f"{metres:.2f}" for metres in row.size_m)
    area = _number(row.floor_area_m2, "m2", 1)
    volume = _number(row.volume_m3, "m3", 1)
    yield from fact("room", f"{size} m, floor {area}, {volume}: {_word(row.room_size)}")
    # Which of the two the word reads is the vocabulary's choice.
    mid, full = (
        ", ".join(_number(getattr(part, name), "s") for part in row.parts)
        for name in ("t30_mid_s", "t30_full_s")
    )
    asked = _number(row.target_t30_s, "s")
    decay = f"T30 {mid} mid, {full} full band, {asked} asked for: {_word(row.reverberation)}"
    yield from fact("reverberation", decay)
    warm = "20 C" if row.temperature_c is None else f"{row.temperature_c:.1f} C"
    yield from fact("air", f"{warm}, humidity {_number(row.humidity, '%', 0)}")
    yield from fact(
        "receiver",
        f"{row.receiver_kind} at {_place(row.receiver_position_m)}, faces "
        f"{_number(row.receiver_yaw_deg, 'deg', 1, signed=True)} from the room's +x",
    )


def _plan(row: Example) -> Iterator[str]:
    size, receiver, yaw = row.size_m, row.receiver_position_m, row.receiver_yaw_deg
    sources = [part.position_m for part in row.parts if part.position_m is not None]
    if size is None or receiver is None or yaw is None or len(sources) != len(row.parts):
        return
    if not all(map(math.isfinite, (*size, *receiver, yaw, *sum(sources, ())))) or min(size) <= 0.0:
        return
    yield " " * INDENT + "from above, turned so that the receiver (the arrow) faces up"
    yield from (" " * INDENT + line for line in floor_plan(size, receiver, yaw, sources))


def _parts(row: Example) -> Iterator[str]:
    parts = row.parts
    yield from fact("source", *(_letter(index) for index in range(len(parts))))
    if row.spatial:
        for name, unit, digits in (("azimuth", "deg", 1), ("elevation", "deg", 1)):
            slot = "direction" if name == "azimuth" else name
            cells = [
                f"{_number(getattr(part, f'{name}_deg'), unit, digits, signed=True)}: "
                f"{_word(getattr(part, slot))}"
                for part in parts
            ]
            yield from fact(name, *cells)
        yield from fact(
            "distance", *(f"{_number(p.distance_m, 'm')}: {_word(p.distance)}" for p in parts)
        )
        yield from fact("stands at", *(_place(part.position_m) for part in parts))
        for name, value in (("DRR", "drr_db"), ("C50", "c50_db")):
            cells = [_number(getattr(part, value), "dB", 1, signed=True) for part in parts]
            yield from fact(name, *cells)
        yield from fact("EDT", *(_number(part.edt_s, "s") for part in parts))
        yield from fact("response", *map(_remarks, parts))
    yield from fact("clip", *(f"{part.corpus}: {part.clip_id}" for part in parts))
    yield from fact("recording", *(part.source_id for part in parts))
    yield from fact("labels", *(", ".join(part.labels) or NOTHING for part in parts))
    yield from fact("licence", *(part.licence for part in parts))
    yield from fact("attribution", *(part.attribution or NOTHING for part in parts))
    yield from fact("sounds", *(map(_timing, parts)))
    yield from fact(
        "level at 1 m", *(_number(part.source_level_dbfs_1m, "dBFS", 1) for part in parts)
    )


def _decays(row: Example) -> Iterator[str]:
    """Yield T30 in each octave, and over them, of each source."""
    measured = [(index, part) for index, part in enumerate(row.parts) if part.t30_s]
    if not measured:
        return
    bands = [f"{hz / 1000:g}k" if hz >= 1000 else f"{hz:g}" for hz in OCTAVE_BANDS_HZ]
    rows = [
        [f"T30 {_letter(index)}, s", *map(_seconds, (*part.t30_s, part.t30_mid_s, part.t30_full_s))]
        for index, part in measured
        if part.t30_s
    ]
    yield from table(["octave, Hz", *bands, "mid", "full"], rows)


def _sound(row: Example) -> Iterator[str]:
    yield from fact(
        "sound",
        f"{row.duration_s:.2f} s, {row.channels} x {row.sample_rate_hz} Hz, FLAC of "
        f"{len(row.audio) / 1000:.1f} kB",
    )
    yield from fact(
        "level",
        f"{row.wet_level_dbfs:.1f} dBFS, peak {_peak(row)}, gain {row.gain_db:+.1f} dB",
    )
    yield from fact("group, seed", f"{row.group_id}, {row.seed}")
    hashes = {"audio sha256": hashlib.sha256(row.audio).hexdigest()}
    for index, part in enumerate(row.parts):
        hashes[f"clip {_letter(index)}"] = part.clip_sha256 or NOTHING
        if row.spatial:
            hashes[f"RIR {_letter(index)}"] = part.rir_sha256 or NOTHING
    if row.prompt_sha256:
        hashes["prompt"] = row.prompt_sha256
    for label, value in hashes.items():
        yield from fact(label, value)


def _peak(row: Example) -> str:
    try:
        peak = float(np.abs(decode(row.audio)[0]).max(initial=0.0))
    except ValueError as error:
        return f"unknown ({error})"
    return f"{20 * math.log10(peak):.1f} dBFS" if peak else "none, for it is silent"


def _timing(part: ExamplePart) -> str:
    times = f", {part.repeats} times" if part.repeats > 1 else ""
    return f"{part.active_s:.2f} s from {part.onset_s:.2f} s{times}"


def _remarks(part: ExamplePart) -> str:
    remarks = ["its decay bends"] if part.curved else []
    if part.doa_overlap:
        remarks.append("a reflection within 2.5 ms")
    return ", ".join(remarks) or "plain"


def _letter(index: int) -> str:
    return chr(ord("A") + index)


def _word(word: str | None) -> str:
    return NO_WORD if word is None else word


def _place(position_m: Sequence[float] | None) -> str:
    if position_m is None:
        return NOTHING
    return f"{', '.join(f'{metres:.2f}' for metres in position_m)} m"


def _seconds(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def _number(value: float | None, unit: str, digits: int = 2, *, signed: bool = False) -> str:
    if value is None:
        return NOTHING
    return f"{value:{'+' if signed else ''}.{digits}f} {unit}"
