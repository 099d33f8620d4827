"""The sound of a row: FLAC into 16-bit steps, and steps into numbers."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from torch import Tensor

from elsa_data.errors import BuildError, ConfigError
from elsa_data.train.rows import AUDIO
from elsa_data.train.settings import Data


class _Held:
    """A file of bytes that lie in memory already; `io.BytesIO` would copy them."""

    def __init__(self, held: Any) -> None:
        self._held, self._at = memoryview(held), 0

    def readinto(self, out: Any) -> int:
        part = self._held[self._at : self._at + len(out)]
        out[: len(part)] = part
        self._at += len(part)
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        starts = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._held)}
        self._at = starts[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at


def sound_of(steps: Tensor) -> Tensor:
    """Return audio in [-1, 1) of 16-bit steps, on their device."""
    return steps.float() * 2.0**-15


def decode(row: Mapping[str, Any], share: float, data: Data, out: NDArray[np.int16]) -> None:
    """Put the sound of a row into ``out`` (samples, 4): a crop, at a share of what is left over.

    Steps of 16 bits are what the shards hold, and half of what float32 takes on its way. What a
    short or mono row does not fill is silence.

    Raises:
        ConfigError: another sample rate than the config's.
        BuildError: the bytes are no FLAC stream of one or four channels.
    """
    wanted, channels = out.shape
    try:
        held: Any = _Held(row[AUDIO])
        with soundfile.SoundFile(held) as stream:
            if stream.samplerate != data.sample_rate_hz:
                raise ConfigError(
                    f"rows of {stream.samplerate} Hz for a config of {data.sample_rate_hz} Hz: "
                    "set data.sample_rate_hz"
                )
            if stream.channels not in (1, channels):
                raise BuildError(f"row {row['example_id']}: {stream.channels} channels, not 1 or 4")
            if start := round(share * max(0, stream.frames - wanted)):
                stream.seek(start)
            there = min(wanted, stream.frames)
            out[there:] = 0
            if stream.channels == channels:
                stream.read(out=out[:there])
                return
            filled = channels if data.mono == "elsa_copy" else 1
            out[:there, :filled] = stream.read(there, dtype="int16", always_2d=True)
            out[:there, filled:] = 0
    except soundfile.LibsndfileError as error:
        raise BuildError(f"row {row['example_id']}: {error.error_string}") from error
