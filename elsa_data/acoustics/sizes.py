"""How long a response and its parts are: from its own scene alone, in a few sizes.

Sums of floats depend on the length of what they are part of. A size that knew its batch would
make the bits of a response depend on its neighbours.
"""

import math
from typing import NamedTuple

from elsa_data.acoustics import tail

MIXING_S = 0.050
MIXING_PER_ROOT_M3_S = 0.003
"""Images are rendered one by one up to the later of 50 ms and 3 sqrt(V in m3) ms."""

AFTER_DIRECT_S = 0.030
"""... and always this long after the direct sound: in a long corridor it comes late."""

FADE_S = 0.010
GUARD_S = 0.021
"""Room before time zero and after the last image for zero-phase band filters to ring in."""

RING_S = 0.085
"""Room after the images for the 20 Hz high-pass: it has rung down by 65 dB."""

_STEPS = (8, 9, 10, 12, 15)
_GRAIN = 256


class Sizes(NamedTuple):
    """Lengths in samples; equal ones may share a batch.

    Attributes:
        guard: samples before time zero in the early transform.
        early: size of the early transform.
        passed: size of the transform that puts the images through the high-pass and holds its ring.
        room: the response has as many samples, or ends earlier.
    """

    guard: int
    early: int
    passed: int
    room: int


def mixing_time_s(volume_m3: float, direct_s: float) -> float:
    """Return when single images give way to the tail, in seconds after emission."""
    room_s = max(MIXING_S, MIXING_PER_ROOT_M3_S * math.sqrt(volume_m3))
    return max(room_s, direct_s + AFTER_DIRECT_S)


def smooth_size(samples: float) -> int:
    """Return the least of 8, 9, 10, 12 or 15 x 2^n not under ``samples``, in steps of 256."""
    power = max(_GRAIN // 8, 2 ** math.floor(math.log2(max(samples, 2.0) / 16.0)))
    sizes = (step * power * scale for scale in (1, 2, 4) for step in _STEPS)
    return next(s for s in sizes if s >= samples and s % _GRAIN == 0)


def sizes_of(last_image_s: float, end_s: float, sample_rate_hz: int) -> Sizes:
    """Return the sizes for images up to one time and a response up to another, in seconds."""
    hop = tail.hop_of(sample_rate_hz)
    guard = hop * math.ceil(GUARD_S * sample_rate_hz / hop)
    ring = hop * math.ceil(RING_S * sample_rate_hz / hop)
    early = smooth_size(2 * guard + last_image_s * sample_rate_hz)
    passed = smooth_size(early - guard + ring)
    return Sizes(guard, early, passed, smooth_size(max(end_s * sample_rate_hz, early - guard)))
