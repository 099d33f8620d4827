"""Encoded audio to one channel of float32, or one line that says why not."""

import math
import re
from typing import Final

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from elsa_data.corpora.fetch import open_clip
from elsa_data.errors import ClipError

MAX_DURATION_S: Final = 3600.0
MAX_DECODED_BYTES: Final = 2_000_000_000
MIN_DURATION_S: Final = 0.02
"""Two fades of 10 ms must fit into a clip."""

CANCELLED: Final = 1e-3
"""A mean this small against its channels is what rounding left of opposed ones."""

RATES_HZ: Final = (1_000, 768_000)
"""A header that says otherwise is broken, or holds no sound."""

_BLOCK_SAMPLES: Final = 1 << 22

_LARGEST: Final = float(np.finfo(np.float32).max)

_LENGTHS = re.compile(r"^\s*(?:data|SSND) : (\d+) \(should be (\d+)\)", re.MULTILINE)

_UNKNOWN_LENGTH: Final = 0x7FFF_0000
"""Writers to a pipe cannot know the length and leave a number from here up, or nought."""


def load(uri: str) -> tuple[NDArray[np.float32], int]:
    """Return (samples (n,), sample_rate_hz): channels averaged, the offset from zero removed.

    Whatever libsndfile reads is read, at its own rate. The header is judged before anything is
    decoded, and decoding goes block by block, so a forged header costs no memory. An offset
    is no sound, and left in it would pass for activity.

    A cut-off file is refused where the format lets it be seen: WAV and AIFF (declared length),
    FLAC, and MP3 with a frame count. An Ogg stream ends at its last whole page without a trace.

    Raises:
        ClipError: ``missing-file``, ``not-a-file``, ``unreadable-file``, ``empty-file``,
            ``not-audio``, ``bad-rate``, ``too-long``, ``too-short``, ``truncated``,
            ``not-finite``, ``channels-cancel``, ``silent``, ``unreachable`` and what else
            `elsa_data.corpora.fetch.open_clip` finds at the address.
    """
    source = open_clip(uri)
    if uri.lower().endswith(".raw"):
        raise ClipError("not-audio", f"{uri}: samples without a header; store it as WAV or FLAC")
    try:
        with sf.SoundFile(source) as sound:
            _judge_header(sound, uri)
            mixed, loudest = _mix(sound, uri)
            rate = sound.samplerate
    except sf.SoundFileError as error:
        raise ClipError(*_unreadable(error, uri)) from None
    return _judge_samples(mixed, loudest, rate, uri), rate


def _unreadable(error: sf.SoundFileError, uri: str) -> tuple[str, str]:
    text = getattr(error, "error_string", str(error)).removeprefix("Error : ").rstrip(".")
    if "lost sync" in text or "malformed" in text:
        return "truncated", f"{uri}: cut off or damaged ({text}); fetch it again"
    return "not-audio", f"{uri}: not audio that can be read ({text}); convert it or drop its row"


def _judge_header(sound: sf.SoundFile, uri: str) -> None:
    low, high = RATES_HZ
    if not low <= sound.samplerate <= high:
        found = f"a rate of {sound.samplerate} Hz, wanted {low} to {high}"
        raise ClipError("bad-rate", f"{uri}: {found}; resample it or mend its header")
    seconds = sound.frames / sound.samplerate
    size = 4 * sound.frames * sound.channels
    if seconds > MAX_DURATION_S or size > MAX_DECODED_BYTES:
        found = f"{seconds:.0f} s of {sound.channels} channels ({size} bytes decoded)"
        limit = f"{MAX_DURATION_S:.0f} s and {MAX_DECODED_BYTES} bytes"
        raise ClipError("too-long", f"{uri}: {found}, the limit is {limit}; cut it up first")
    declared = _LENGTHS.search(sound.extra_info)
    if declared is None:
        return
    said, there = int(declared[1]), int(declared[2])
    if there < said < _UNKNOWN_LENGTH:
        message = f"{uri}: cut off: {there} bytes of {said} are there; fetch it again"
        raise ClipError("truncated", message)


def _mix(sound: sf.SoundFile, uri: str) -> tuple[NDArray[np.float32], float]:
    """Return the mean of the channels (n,) and the peak of any one of them."""
    block = max(1, _BLOCK_SAMPLES // sound.channels)
    limit = int(MAX_DURATION_S * sound.samplerate)
    pieces: list[NDArray[np.float32]] = []
    count, loudest = 0, 0.0
    while True:
        piece = np.asarray(sound.read(block, dtype="float32", always_2d=True), np.float32)
        if not len(piece):
            break
        count += len(piece)
        if count > limit:
            message = f"{uri}: runs on beyond {MAX_DURATION_S:.0f} s; cut it up first"
            raise ClipError("too-long", message)
        loudest = max(loudest, float(piece.max()), -float(piece.min()))
        pieces.append(piece[:, 0] if piece.shape[1] == 1 else piece.mean(axis=1))
    # An MP3's count is exact only with a Xing header, so it has some slack.
    slack = 0.98 if sound.format in ("MP3", "MPEG") else 1.0
    if count < slack * sound.frames or (sound.format == "OGG" and count == 0):
        message = f"{uri}: cut off: {count} samples of {sound.frames} are there; fetch it again"
        raise ClipError("truncated", message)
    if len(pieces) == 1:
        return pieces[0], loudest
    return (np.concatenate(pieces) if pieces else np.zeros(0, np.float32)), loudest


def _judge_samples(
    mixed: NDArray[np.float32], loudest: float, rate: int, uri: str
) -> NDArray[np.float32]:
    if len(mixed) < MIN_DURATION_S * rate:
        found = f"{len(mixed)} samples at {rate} Hz, wanted {MIN_DURATION_S} s or more"
        raise ClipError("too-short", f"{uri}: {found}; drop its row")
    lowest, highest = float(mixed.min()), float(mixed.max())
    # Either is NaN when any sample is.
    if not math.isfinite(lowest + highest):
        count = int(np.count_nonzero(~np.isfinite(mixed)))
        message = f"{uri}: {count} samples are NaN or infinite; export it again"
        raise ClipError("not-finite", message)
    if loudest == 0.0:
        raise ClipError("silent", f"{uri}: every sample is zero; drop its row")
    if max(highest, -lowest) < CANCELLED * loudest:
        message = f"{uri}: its channels cancel when averaged; keep one of them"
        raise ClipError("channels-cancel", message)
    offset = mixed.mean(dtype=np.float64)
    if not 0.0 < highest - lowest <= _LARGEST:
        raise ClipError("silent", f"{uri}: every sample is {offset:.3g}; drop its row")
    return mixed - np.float32(offset)
