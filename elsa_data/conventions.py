"""The conventions of every number and channel here; nothing else states them.

Receiver frame: +x front, +y left, +z up. Azimuth runs counter-clockwise seen from above, 0 deg in
front, +90 deg left, in [-180, 180). Elevation is in [-90, 90], up positive. Room frame: the origin
is a floor corner, axes along the walls. Ambisonics is AmbiX: ACN order, SN3D gains.

Source: Nachbar, Zotter, Deleflie, Sontacchi, "AmbiX - a suggested ambisonics format", 2011.
"""

from typing import Final

FOA_CHANNELS: Final = ("W", "Y", "Z", "X")
"""ACN 0..3: W = 1, Y = sin(az) cos(el), Z = sin(el), X = cos(az) cos(el) under SN3D."""

SPEED_OF_SOUND_M_S: Final = 343.0
"""Used unless a room states its temperature."""

OCTAVE_BANDS_HZ: Final = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
"""Centres of every per-band vector: absorption, scattering, air, decay times."""

MID_BANDS_HZ: Final = (500.0, 1000.0)
"""The two octaves whose mean is T30,mid (ISO 3382-1:2009, annex A)."""

WALLS: Final = ("x0", "x1", "y0", "y1", "floor", "ceiling")
"""Order of every per-wall vector: the walls at x = 0 and x = L, then y, then z."""

SPLITS: Final = ("train", "validation", "test")

CONVENTIONS: Final = {
    "format": "AmbiX",
    "channel_order": "ACN (W, Y, Z, X)",
    "normalisation": "SN3D",
    "gain": "1/distance_m, 0 dB at 1 m",
    "delay": "distance_m / speed_of_sound * sample_rate_hz samples, no constant delay",
    "azimuth": "degrees, counter-clockwise from above, 0 front, +90 left, [-180, 180)",
    "elevation": "degrees, up positive, [-90, 90]",
}
"""Travels in the metadata of every shard."""
