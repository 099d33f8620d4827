"""A row as a sound file for other programs and for the ear: 24-bit WAV in any of five forms."""

import io
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from elsa_data.ambisonics import to_fuma
from elsa_data.conventions import FOA_CHANNELS
from elsa_data.errors import BuildError, ConfigError
from elsa_data.examples import Example
from elsa_data.report.decode import binaural, stereo
from elsa_data.shards.flac import decode

PEAK: Final = 10 ** (-1 / 20)
"""Where a form that would pass full scale is lowered to: -1 dBFS."""

FORMS: Final = {
    "ambix": "AmbiX: W, Y, Z, X (ACN, SN3D)",
    "fuma": "FuMa: W at -3 dB, X, Y, Z",
    "stereo": "left and right of two cardioids at +90 and -90 deg",
    "binaural": "left and right ear of a rigid spherical head; no measured HRTF",
    "w": "W, the omnidirectional channel",
}
"""What each form holds, channel by channel."""

_SCALE: Final = 2.0**23


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A row in one form.

    Attributes:
        wav: the file, 24-bit.
        holds: its channels, in words.
        gain_db: the one gain all channels got, 0 unless they would have passed full scale.
        peak_dbfs: the largest sample; None in silence.
        rms_dbfs: of each channel; None in silence.
    """

    wav: bytes
    holds: str
    gain_db: float
    peak_dbfs: float | None
    rms_dbfs: tuple[float | None, ...]


def heard_as(example: Example, form: str) -> Heard:
    """Return a row in one of `FORMS`, sample for sample where no decoding is asked for.

    Raises:
        ConfigError: a mono row is wanted in another form than ``w``.
        BuildError: its sound cannot be decoded, or has other channels than a row has.
    """
    if form != "w" and not example.spatial:
        raise ConfigError(
            f"{example.example_id} is a mono original, which has no {form}: give --as w"
        )
    try:
        audio, rate = decode(example.audio)
    except ValueError as error:
        raise BuildError(f"row {example.example_id}: {error}") from error
    if len(audio) != (len(FOA_CHANNELS) if example.spatial else 1):
        raise BuildError(f"row {example.example_id}: {len(audio)} channels, wanted 4, or 1 of mono")
    sound = _formed(audio.astype(np.float64), rate, form)
    peak = float(np.abs(sound).max(initial=0.0))
    gain = PEAK / peak if peak > 1.0 else 1.0
    sound *= gain
    return Heard(
        wav=wav24(sound, rate, f"{example.example_id}: {FORMS[form]}"),
        holds=FORMS[form],
        gain_db=20 * math.log10(gain),
        peak_dbfs=_db(peak * gain),
        rms_dbfs=tuple(_db(float(np.sqrt(np.mean(channel**2)))) for channel in sound),
    )


def wav24(audio: NDArray[np.float64], sample_rate_hz: int, comment: str) -> bytes:
    """Return a 24-bit WAV of audio (channels, samples); what came from 16 bits is kept exactly."""
    steps = np.clip(np.rint(audio.T * _SCALE), -_SCALE, _SCALE - 1.0)
    stream = io.BytesIO()
    with soundfile.SoundFile(
        stream, "w", sample_rate_hz, audio.shape[0], subtype="PCM_24", format="WAV"
    ) as file:
        file.comment = comment
        file.write(np.left_shift(steps.astype(np.int32), 8))
    return stream.getvalue()


def _formed(audio: NDArray[np.float64], rate: int, form: str) -> NDArray[np.float64]:
    if form == "binaural":
        return binaural(audio, rate)
    if form == "stereo":
        return stereo(audio, rate)
    if form == "fuma":
        return to_fuma(audio).astype(np.float64)
    return audio[:1].copy() if form == "w" else audio


def _db(value: float) -> float | None:
    return 20 * math.log10(value) if value else None
