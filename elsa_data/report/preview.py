"""Short sounds that a browser plays, made from a row: binaural, stereo, and the omni channel.

They are for the ear alone: ten seconds at most, lifted to a level at which they can be heard.
"""

import io
import itertools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from elsa_data.errors import ConfigError
from elsa_data.report.decode import binaural, stereo
from elsa_data.shards.flac import decode

LONGEST_S: Final = 10.0
FADE_S: Final = 0.05
PEAK_DBFS: Final = -3.0
MOST_LIFTED_DB: Final = 40.0
BINS: Final = 160
"""Of the outline that is drawn behind the player."""

RATES_HZ: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
"""What MP3 holds. It needs no plug-in anywhere, and equal sound gives equal bytes."""

OTHER_RATE_HZ: Final = 48000

Audio = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the page plays of a row.

    Attributes:
        files: MP3 by name: ``binaural``, ``stereo``, ``w``; only ``w`` of a mono row.
        gain_db: how much it was lifted over the row's own level.
        outline: the largest |W| of each of `BINS` spans, in [0, 1].
        seconds: of the preview; ``of_s`` of the row.
    """

    files: dict[str, bytes]
    gain_db: float
    outline: tuple[float, ...]
    seconds: float
    of_s: float


def require_encoder() -> None:
    """Refuse to begin where previews cannot be written.

    Raises:
        ConfigError: says what to do.
    """
    if "MP3" not in soundfile.available_formats():
        raise ConfigError(
            f"libsndfile {soundfile.__libsndfile_version__} writes no MP3: install soundfile from "
            "its wheel, or libsndfile 1.1 or later"
        )


def preview_of(stream: bytes) -> Preview:
    """Return the preview of a row's FLAC stream, first-order ambisonics or one channel.

    Raises:
        ValueError: the stream is no FLAC, or damaged.
    """
    whole, rate = decode(stream)
    audio = _shortened(whole[:, : round(LONGEST_S * rate)].astype(np.float64), rate, whole.shape[1])
    heard = {"w": audio[:1]}
    if audio.shape[0] == 4:
        heard = {"binaural": binaural(audio, rate), "stereo": stereo(audio, rate)} | heard
    loudest = max(float(np.abs(sound).max(initial=0.0)) for sound in heard.values())
    gain_db = min(PEAK_DBFS - 20 * math.log10(max(loudest, 1e-9)), MOST_LIFTED_DB)
    gain = 10 ** (gain_db / 20)
    return Preview(
        files={name: _mp3(sound * gain, rate) for name, sound in heard.items()},
        gain_db=gain_db,
        outline=_outline(audio[0]),
        seconds=audio.shape[1] / rate,
        of_s=whole.shape[1] / rate,
    )


def _shortened(audio: Audio, rate: int, samples: int) -> Audio:
    """Return audio faded out where it is not the whole row."""
    if audio.shape[1] < samples:
        ramp = min(audio.shape[1], round(FADE_S * rate))
        audio[:, -ramp:] *= np.linspace(1.0, 0.0, ramp)
    return audio


def _outline(channel: Audio) -> tuple[float, ...]:
    edges = np.linspace(0, channel.size, BINS + 1).astype(int)
    peaks = np.array([np.abs(channel[a:b]).max(initial=0.0) for a, b in itertools.pairwise(edges)])
    return tuple((peaks / max(float(peaks.max(initial=0.0)), 1e-12)).tolist())


def _mp3(audio: Audio, rate: int) -> bytes:
    if rate not in RATES_HZ:
        shared = math.gcd(rate, OTHER_RATE_HZ)
        audio = resample_poly(audio, OTHER_RATE_HZ // shared, rate // shared, axis=1)
        rate = OTHER_RATE_HZ
    stream = io.BytesIO()
    frames = np.clip(audio.T, -1.0, 1.0).astype(np.float32)
    soundfile.write(stream, frames, rate, format="MP3", subtype="MPEG_LAYER_III")
    return stream.getvalue()
