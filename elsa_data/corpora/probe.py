"""What a clip's audio measures, found out before anything is spent on it."""

import hashlib
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from elsa_data.corpora.activity import active_rms_db, trim
from elsa_data.corpora.decode import load
from elsa_data.corpora.fingerprint import fingerprint
from elsa_data.corpora.resampling import resample
from elsa_data.errors import ClipError
from elsa_data.records import Clip

HASH_RATE_HZ: Final = 16_000


def probe(clip: Clip) -> Clip:
    """Return the clip with its hash, fingerprint, duration, activity and level filled in.

    The audio is decoded whole. ``active_start_s`` and ``active_s`` are what
    `elsa_data.corpora.activity.trim` leaves, ``active_level_db`` the level of that.

    Raises:
        ClipError: the audio is unusable, see `elsa_data.corpora.decode.load`; or ``too-quiet``.
    """
    samples, rate = load(clip.uri)
    start, stop = trim(samples, rate)
    try:
        level_db = active_rms_db(samples[start:stop], rate)
    except ClipError as error:
        raise ClipError(error.reason, f"{clip.uri}: {error}") from None
    narrow = resample(samples, rate, HASH_RATE_HZ, quality="HQ")
    return replace(
        clip,
        audio_sha256=pcm_sha256(narrow),
        fingerprint=fingerprint(narrow),
        duration_s=len(samples) / rate,
        active_start_s=start / rate,
        active_s=(stop - start) / rate,
        active_level_db=level_db,
    )


def pcm_sha256(samples: NDArray[np.float32]) -> str:
    """Return the SHA-256 of (n,) samples as 16-bit little-endian PCM, full scale 32768.

    Equal files give equal hashes on one kind of CPU. Where a clip is not at 16 kHz already, the
    resampler's last bit may differ between kinds and with it, rarely, a rounded sample: hashes
    find duplicates within one plan, and are no identity across machines.
    """
    scaled = np.rint(np.clip(samples.astype(np.float64) * 32768.0, -32768.0, 32767.0))
    return hashlib.sha256(scaled.astype("<i2").tobytes()).hexdigest()
