"""Does the sound of a recorded set come from where its labels say? Every way to read both is tried.

A set that is not what its documents say would otherwise give numbers that look like a bad model.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from elsa_data.conventions import FOA_CHANNELS
from elsa_data.errors import ConfigError
from elsa_data.evaluate.probe import great_circle_deg
from elsa_data.evaluate.real.segments import Segment, read_segment
from elsa_data.evaluate.scores import Floats
from elsa_data.train.features import stft

LISTENED: Final = 200
"""Segments an audit hears, spread over the set."""

BAND_HZ: Final = (200.0, 4000.0)
"""Where a small array hears pressure and velocity alike: below is noise, above space aliases."""

FARTHEST_DEG: Final = 60.0
"""Mean error from which sound and labels have nothing to do with each other; chance is 90."""

SURE: Final = 3.0
"""Standard errors by which another reading must fit better for the declared one to be refused."""

SQUARES: Final = {"sn3d": 1.0, "n3d": 3.0}
"""Energy of Y, Z and X together over that of W, of one wave or of many."""

FARTHEST_RATIO: Final = 2.5

Normalisation = Literal["sn3d", "n3d"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read a set.

    Attributes:
        channels: what each channel is, in the order of the file, with a minus where it is turned.
        degrees: angles are in degrees, else in radians.
        to_left: azimuth grows to the left, counter-clockwise from above, else to the right.
    """

    channels: tuple[str, ...] = FOA_CHANNELS
    degrees: bool = True
    to_left: bool = True

    def __str__(self) -> str:
        """Return what a person reads."""
        unit, side = "deg" if self.degrees else "rad", "left" if self.to_left else "right"
        return f"{' '.join(self.channels)}, {unit}, azimuth to the {side}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found.

    Attributes:
        error_deg: mean angle between intensity and label, read as declared.
        rivals: other readings that fit as well and are not the same in other words: none where
            the labels cover enough directions to tell.
        squares: energy of Y, Z and X together over that of W.
    """

    reading: Reading
    segments: int
    error_deg: float
    rivals: int
    squares: float
    normalisation: Normalisation

    def __str__(self) -> str:
        """Return what a person reads."""
        told = f"; {self.rivals} other readings fit as well" if self.rivals else ""
        return (
            f"read as {self.reading}, {self.normalisation.upper()}: intensity and labels are "
            f"{self.error_deg:.1f} deg apart in {self.segments} segments{told}"
        )


def audit(segments: Sequence[Segment], declared: Reading) -> Audit:
    """Return what an audit of a set found, its angles already in degrees to the left.

    The intensity of each segment is held against its label under each of 24 orders of channels, 8
    choices of signs, 2 units and 2 senses of azimuth.

    Raises:
        ConfigError: another reading fits better than the declared one, or none fits.
    """
    step = max(1, len(segments) // LISTENED)
    heard = segments[::step][:LISTENED]
    products = np.stack([covariance(*read_segment(each)) for each in heard])
    azimuth = np.radians([each.azimuth_deg for each in heard])
    elevation = np.radians([each.elevation_deg for each in heard])
    errors = {
        reading: great_circle_deg(_intensity(products, reading), labels)
        for reading, labels in _readings(azimuth, elevation, declared)
    }
    own = errors[declared]
    best = min(errors, key=lambda reading: errors[reading].mean())
    _require_fit(declared, own, best, errors[best])
    rivals = sum(
        _better(own, other) >= -SURE and not np.allclose(own, other, atol=1e-6)
        for other in errors.values()
    )
    squares = _squares(products, declared)
    return Audit(
        reading=declared,
        segments=len(heard),
        error_deg=float(own.mean()),
        rivals=rivals,
        squares=squares,
        normalisation=_normalisation(squares),
    )


def covariance(audio: NDArray[np.float32], rate_hz: int) -> Floats:
    """Return the real part (4, 4) of the products of channels of audio (4, samples), in the band.

    Its entry of W and a dipole is the active intensity along that axis.
    """
    n_fft = 2 ** round(np.log2(0.02 * rate_hz))
    spectrum = stft(torch.from_numpy(audio).double(), n_fft, n_fft // 2)
    low, high = (round(edge * n_fft / rate_hz) for edge in BAND_HZ)
    bins = spectrum[:, low : high + 1].flatten(1)
    return torch.real(bins.conj() @ bins.T).numpy()


def _readings(azimuth: Floats, elevation: Floats, declared: Reading):
    """Yield every reading with the unit vectors (segments, 3) that its labels mean.

    Angles are in radians to the left, as the declared reading has them.
    """
    for degrees, to_left in itertools.product((True, False), repeat=2):
        # What was written, once more, and what it means when it is read otherwise.
        factor = 1.0
        if degrees != declared.degrees:
            factor = np.pi / 180 if degrees else 180 / np.pi
        side = 1.0 if to_left == declared.to_left else -1.0
        a, e = side * factor * azimuth, factor * elevation
        labels = np.stack([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)], axis=1)
        for order in itertools.permutations(FOA_CHANNELS):
            for signs in itertools.product((True, False), repeat=3):
                turned = dict(zip("YZX", signs, strict=True))
                names = tuple(n if turned.get(n, True) else f"-{n}" for n in order)
                yield Reading(names, degrees, to_left), labels


def _intensity(products: Floats, reading: Reading) -> Floats:
    """Return intensity (segments, 3) as x, y, z of products (segments, 4, 4), never all zero."""
    place = {name.lstrip("-"): at for at, name in enumerate(reading.channels)}
    found = np.stack([products[:, place["W"], place[axis]] for axis in "XYZ"], axis=1)
    found *= [-1.0 if reading.channels[place[axis]][0] == "-" else 1.0 for axis in "XYZ"]
    return np.where(np.abs(found).max(1, keepdims=True) > 0, found, 1e-30)


def _better(own: Floats, other: Floats) -> float:
    """Return by how many standard errors another reading fits better, segment by segment."""
    gain = own - other
    spread = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else np.inf
    return float(gain.mean() / spread) if spread > 0 else 0.0


def _require_fit(declared: Reading, own: Floats, best: Reading, found: Floats) -> None:
    if _better(own, found) > SURE:
        raise ConfigError(
            f"the sound is {own.mean():.0f} deg from its labels when read as {declared}, and "
            f"{found.mean():.0f} deg when read as {best}: these files are not in the set's own "
            "format; convert them back or get them anew"
        )
    if own.mean() > FARTHEST_DEG:
        raise ConfigError(
            f"the sound is {own.mean():.0f} deg from its labels (chance is 90) however channels "
            "and angles are read: sound and labels are not of the same recordings"
        )


def _squares(products: Floats, reading: Reading) -> float:
    energies = np.einsum("sii->si", products)
    w = [name.lstrip("-") for name in reading.channels].index("W")
    rest = energies.sum(1) - energies[:, w]
    return float(np.median(rest / np.maximum(energies[:, w], 1e-30)))


def _normalisation(squares: float) -> Normalisation:
    off = {name: abs(np.log(max(squares, 1e-9) / usual)) for name, usual in SQUARES.items()}
    nearest: Normalisation = "sn3d" if off["sn3d"] <= off["n3d"] else "n3d"
    if off[nearest] > np.log(FARTHEST_RATIO):
        raise ConfigError(
            f"Y, Z and X together have {squares:.2g} times the energy of W: wanted about 1 (SN3D) "
            "or 3 (N3D)"
        )
    return nearest
