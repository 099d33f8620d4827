"""What every export needs of a row: its fields as JSON, its sound as 16 bits at a wanted rate."""

import io
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from elsa_data.conventions import CONVENTIONS
from elsa_data.examples import Example
from elsa_data.shards.flac import decode
from elsa_data.shards.parquet import AUDIO
from elsa_data.shards.schema import to_table

FULL_SCALE = 2.0**15


def fields_of(example: Example) -> dict[str, Any]:
    """Return every field of a row but its sound, with the conventions that its numbers follow."""
    (fields,) = to_table([example], Example).drop_columns([AUDIO]).to_pylist()
    return fields | {"conventions": CONVENTIONS}


def sound_of(
    example: Example, *, sample_rate_hz: int | None = None
) -> tuple[NDArray[np.float32], float]:
    """Return the sound (channels, samples), resampled where asked, and the gain it got in dB.

    The gain is 0 unless resampling lifts a peak above full scale; it is one for all channels.
    """
    audio, rate = decode(example.audio)
    if sample_rate_hz is None or sample_rate_hz == rate:
        return audio, 0.0
    # Only who asks for another rate needs the package.
    import soxr

    frames = soxr.resample(np.ascontiguousarray(audio.T), rate, sample_rate_hz, quality="VHQ")
    peak = float(np.abs(frames).max(initial=0.0))
    gain = min(1.0, (FULL_SCALE - 1.0) / FULL_SCALE / max(peak, 1e-30))
    return (frames * np.float32(gain)).T, float(20 * np.log10(gain))


def wav(audio: NDArray[np.float32], sample_rate_hz: int) -> bytes:
    """Return a 16-bit WAV of audio (channels, samples); samples that came from 16 bits are kept."""
    steps = np.rint(audio.T * np.float32(FULL_SCALE))
    frames = np.clip(steps, -FULL_SCALE, FULL_SCALE - 1.0).astype(np.int16)
    stream = io.BytesIO()
    soundfile.write(stream, frames, sample_rate_hz, format="WAV", subtype="PCM_16")
    return stream.getvalue()
