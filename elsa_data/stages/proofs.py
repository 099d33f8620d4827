"""What is proven of one row, against its plan, its RIRs and its clips; each returns what is wrong.

The sound is rebuilt here by another road than the renderer's: a double-precision FFT in NumPy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elsa_data.acoustics.levels import CEILING_DBFS
from elsa_data.captions.contacts import without_contacts
from elsa_data.captions.sharing import unfaithful
from elsa_data.captions.template import misspoken
from elsa_data.captions.unsettled import unsettled
from elsa_data.config import Vocabulary
from elsa_data.conventions import FOA_CHANNELS
from elsa_data.corpora.dry import Dry
from elsa_data.examples import Example
from elsa_data.records import Captioned, ExampleSpec, Group, RirMeasures
from elsa_data.shards.flac import decode
from elsa_data.shards.rirs import RirRow, rir_sha256
from elsa_data.stages.caption import originals_of
from elsa_data.stages.rows import example_row

FULL_SCALE = 2.0**15
LSB_TOLERANCE = 1.0 + 1e-3
"""A rounding may fall either way: one step of 16 bits, and float32 arithmetic beside it."""

OTHER_DEVICE_DB = -80.0
MEASURE_TOLERANCE = 1e-6
SOUND_FIELDS = ("audio", "channels", "duration_s", "gain_db", "wet_level_dbfs")

Dries = Sequence[tuple[Dry, float]]
Floats = NDArray[np.float64]


def check_audio(example: Example) -> Iterator[str]:
    """Yield what is wrong with the encoded audio itself: channels, rate, length, values, peak."""
    audio, rate = decode(example.audio)
    wanted = len(FOA_CHANNELS) if example.spatial else 1
    if audio.shape[0] != wanted or example.channels != wanted:
        yield f"{audio.shape[0]} channels, wanted {wanted}"
    if rate != example.sample_rate_hz:
        yield f"{rate} Hz in the file, {example.sample_rate_hz} in the row"
    if abs(audio.shape[1] / rate - example.duration_s) > 0.5 / rate:
        yield f"{audio.shape[1] / rate} s in the file, {example.duration_s} s in the row"
    if not np.isfinite(audio).all():
        yield "samples that are not finite"
    peak = float(np.abs(audio).max(initial=0.0))
    if peak == 0.0:
        yield "silence"
    if peak > 10 ** (CEILING_DBFS / 20) + 1.5 / FULL_SCALE:
        yield f"peak {20 * np.log10(peak):.2f} dBFS, above {CEILING_DBFS} dBFS"


def check_sound(
    example: Example, spec: ExampleSpec, dries: Dries, rirs: Mapping[str, RirRow], *, same: bool
) -> Iterator[str]:
    """Yield what is wrong when dry * RIR * gain is computed again.

    ``same``: the audio was made on this kind of device, so only rounding may differ.
    """
    audio, rate = decode(example.audio)
    rebuilt = rebuild(spec, dries, rirs, audio.shape, rate) * 10 ** (example.gain_db / 20)
    if rebuilt.shape != audio.shape:
        yield f"audio of shape {audio.shape}, dry * RIR gives {rebuilt.shape}"
        return
    off = np.abs(audio - rebuilt)
    if same and (worst := float(off.max()) * FULL_SCALE) > LSB_TOLERANCE:
        yield f"dry * RIR * gain differs by {worst:.1f} steps of 16 bits, wanted <= 1"
    power = np.sqrt((off**2).sum() / max(float((rebuilt**2).sum()), 1e-30))
    floor = 0.5 / FULL_SCALE / max(float(np.sqrt((rebuilt**2).mean())), 1e-30)
    if not same and 20 * np.log10(max(power, 1e-15)) > max(OTHER_DEVICE_DB, 20 * np.log10(floor)):
        yield f"dry * RIR * gain differs by {20 * np.log10(power):.1f} dB, wanted <= -80 dB"


def rebuild(
    spec: ExampleSpec,
    dries: Dries,
    rirs: Mapping[str, RirRow],
    shape: tuple[int, ...],
    sample_rate_hz: int,
) -> Floats:
    """Return the sum over the parts of dry * RIR (channels, samples), before the common gain."""
    total = np.zeros(shape)
    for part, (dry, gain_db) in zip(spec.parts, dries, strict=True):
        sound = dry.samples.astype(np.float64) * 10 ** (gain_db / 20)
        if part.placement_id is None:
            wet = sound[None]
        else:
            rir = rirs[part.placement_id].rir.samples.astype(np.float64)
            size = 1 << (sound.size + rir.shape[1] - 1).bit_length()
            wet = np.fft.irfft(np.fft.rfft(rir, size) * np.fft.rfft(sound, size), size)
        onset = round(part.onset_s * sample_rate_hz)
        room = min(wet.shape[1], shape[1] - onset)
        total[:, onset : onset + room] += wet[:, :room]
    return total


def check_row(
    example: Example,
    group: Group,
    spec: ExampleSpec,
    captioned: Captioned,
    dries: Dries,
    rirs: Mapping[str, RirRow],
) -> Iterator[str]:
    """Yield each field of a row that the plan, the measures and the words do not give again."""
    sound = {name: getattr(example, name) for name in SOUND_FIELDS}
    wanted = example_row(group, spec, captioned, dries, rirs, **sound)
    for name in _unequal(example, wanted):
        yield f"{name} is {_shown(example, name)}, wanted {_shown(wanted, name)}"


def check_captions(
    example: Example,
    group: Group,
    spec: ExampleSpec,
    captioned: Captioned,
    vocabulary: Vocabulary,
) -> Iterator[str]:
    """Yield what a caption says beside the words of its row, or leaves out.

    What a judge let pass is read here for its places alone; see `elsa_data.stages.judged`.
    """
    words = captioned.attributes
    for caption in captioned.captions if example.spatial else ():
        originals = originals_of(group, spec, caption.caption_index)
        if caption.source == "llm":
            seen = tuple(map(without_contacts, originals))
            reason = unfaithful(caption.text, seen, words, vocabulary)
            if reason and (caption.verified or not unsettled(reason, caption.text, seen, words)):
                yield f"the caption {caption.text!r} is not faithful: {reason}"
        elif slot := misspoken(caption.text, originals, words):
            yield f"the caption {caption.text!r} is not true of the {slot}"


def check_rir(row: RirRow, again: RirMeasures) -> Iterator[str]:
    """Yield what is wrong with a stored RIR: its hash, and each measure taken again."""
    if rir_sha256(row.rir) != row.sha256:
        yield f"the RIR of {row.rir.placement_id} is not the one that was hashed"
    for field in fields(RirMeasures):
        stored, measured = getattr(row.measures, field.name), getattr(again, field.name)
        if not _close(stored, measured):
            yield f"{field.name} of {row.rir.placement_id}: {stored} stored, {measured} measured"


def _close(first: Any, second: Any) -> bool:
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(_close, first, second))
    if isinstance(first, float) and isinstance(second, float):
        return abs(first - second) <= MEASURE_TOLERANCE * max(1.0, abs(first))
    return first == second


def _unequal(first: Any, second: Any) -> list[str]:
    names = [field.name for field in fields(first)]
    return [name for name in names if not _same(getattr(first, name), getattr(second, name))]


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, tuple) and isinstance(second, tuple):
        return len(first) == len(second) and all(map(_same, first, second))
    if hasattr(first, "__dataclass_fields__") and type(first) is type(second):
        return not _unequal(first, second)
    return _close(first, second)


def _shown(record: Any, name: str) -> str:
    text = repr(getattr(record, name))
    return text if len(text) <= 80 else f"{text[:77]}..."
