"""Two channels for the ear from first-order ambisonics: a stereo pair, and a binaural model.

Previews, no measurements. The binaural one hears through a rigid sphere without ears, body or
personal shape: it places left and right, while front, back, up and down on one cone sound alike.
Neither limits its level: one gain for both channels, below 0 dBFS, is the caller's to choose. A
stereo pair never peaks above the largest sample it is given; a head adds up to about 6 dB.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.polynomial.legendre import leggauss, legval
from numpy.typing import NDArray
from scipy.signal import oaconvolve
from scipy.special import spherical_jn, spherical_yn

from elsa_data.conventions import FOA_CHANNELS, SPEED_OF_SOUND_M_S

HEAD_RADIUS_M: Final = 0.0875
"""The sphere nearest to a mean head (Algazi, Avendano & Duda, JAES 49:472, 2001)."""

PHASE_TO_KA: Final = 1.0
"""Wave number times radius, 624 Hz: first order holds the sound field around the head up to here
(Ward & Abhayapala, IEEE Trans. Speech Audio Process. 9:697, 2001); above, magnitudes are fitted."""

FILTER_S: Final = 0.005
NODES: Final = 96
"""Of the rule over the angles."""

DEGREES: Final = 130
"""Half as many again as the wave number times radius at the top of 96 kHz sampling, and more."""

Audio = NDArray[np.float64]
Spectrum = NDArray[np.complex128]


def stereo(foa: NDArray[np.floating], sample_rate_hz: int) -> Audio:
    """Return left and right (2, samples) of two cardioids back to back, from AmbiX (4, samples).

    The pair looks to +90 and -90 deg: mid and side are W and Y. Right plus left is W, so that a
    mono listener loses nothing; a direction is heard as a level difference alone. The rate plays
    no part here.

    Raises:
        ValueError: the audio is not (4, samples).

    Source: Zotter & Frank, "Ambisonics", 2019, chapter 1 (coincident pairs).
        DOI 10.1007/978-3-030-17207-7.
    """
    del sample_rate_hz
    w, y = _mid_and_side(foa)
    return np.stack([(w + y) / 2, (w - y) / 2])


def binaural(foa: NDArray[np.floating], sample_rate_hz: int) -> Audio:
    """Return left and right ear (2, samples) of a rigid spherical head, from AmbiX (4, samples).

    Nothing is delayed: time 0 is an arrival at the centre of the head.

    Raises:
        ValueError: the audio is not (4, samples).

    Source: `head_filters`.
    """
    w, y = _mid_and_side(foa)
    heard = oaconvolve(np.stack([w, y]), head_filters(sample_rate_hz), axes=1)
    start = head_filters(sample_rate_hz).shape[1] // 2
    mid, side = heard[:, start : start + w.size]
    return np.stack([mid + side, mid - side])


@cache
def head_filters(sample_rate_hz: int) -> Audio:
    """Return the filters (2, taps) from W and from Y to the left ear; time 0 is tap taps / 2.

    The ears are at +90 and -90 deg, so the pressure at one depends on the angle to its axis alone:
    a sum of Legendre polynomials. Up to `PHASE_TO_KA` the filters are its first two terms, the
    least-squares fit of first-order patterns to the sphere. Above they fit its magnitude, the phase
    going on from the band below, and keep its energy over all directions.

    Source: Duda & Martens, JASA 104:3048, 1998, DOI 10.1121/1.423886 (the sphere); Schörkhuber,
        Zaunschirm & Höldrich, "Binaural rendering of ambisonic signals via magnitude least
        squares", DAGA 2018 (the fit).
    """
    taps = 2 * max(round(FILTER_S * sample_rate_hz / 2), 8)
    bands_hz = np.fft.rfftfreq(taps, 1 / sample_rate_hz)
    ka = 2 * np.pi * bands_hz * HEAD_RADIUS_M / SPEED_OF_SOUND_M_S
    first = _fitted(sphere_terms(ka), int(np.searchsorted(ka, PHASE_TO_KA)))
    impulses = np.fft.fftshift(np.fft.irfft(first, taps, axis=1), axes=1)
    impulses *= np.hanning(taps + 1)[:-1]
    impulses.flags.writeable = False
    return impulses


def sphere_terms(ka: NDArray[np.floating]) -> Spectrum:
    """Return the Legendre terms (degrees, bands) of a plane wave's pressure on a rigid sphere.

    Args:
        ka: wave number times radius of each band (bands,); the pressure at angle t from the
            direction of arrival is the sum of terms[m] P_m(cos t), 1 in the middle without sphere.

    Source: Rayleigh, "Theory of Sound", 1896, paragraph 328; Duda & Martens 1998, their equation
        for a source at infinity; exp(+i w t) as in NumPy's FFT.
    """
    degree = np.arange(DEGREES)[:, None]
    x = np.maximum(ka, 1e-6)[None, :]
    with np.errstate(over="ignore", invalid="ignore"):
        real = spherical_jn(degree, x, derivative=True)
        imaginary = -spherical_yn(degree, x, derivative=True)
        # Far above x a degree is not heard at all: there the Neumann function leaves the doubles.
        heard = np.isfinite(imaginary) & (np.abs(imaginary) < 1e100)
    outgoing = np.where(heard, real, 1.0) + 1j * np.where(heard, imaginary, 0.0)
    terms = (2 * degree + 1) * (1j**degree) * -1j / (x * x * outgoing)
    return np.where(heard, terms, 0.0)


def _fitted(terms: Spectrum, magnitude_from: int) -> Spectrum:
    """Return the gains (2, bands) of W and of the cosine that stand for all terms (degrees, bands).

    From the band ``magnitude_from`` on the target keeps the sphere's magnitude, not its phase.
    """
    cosines, weights = leggauss(NODES)
    first = terms[:2].copy()
    sphere = np.abs(legval(cosines, terms))
    pattern = np.stack([np.ones(NODES), cosines])
    for band in range(max(magnitude_from, 1), terms.shape[1]):
        before = first[:, band - 1] @ pattern
        target = sphere[band] * np.exp(1j * np.angle(before))
        found = np.array([0.5, 1.5]) * (pattern * weights @ target)
        energy = (weights @ sphere[band] ** 2) / (weights @ np.abs(found @ pattern) ** 2)
        first[:, band] = found * np.sqrt(energy)
    return first


def _mid_and_side(foa: NDArray[np.floating]) -> tuple[Audio, Audio]:
    if foa.ndim != 2 or foa.shape[0] != len(FOA_CHANNELS):
        raise ValueError(f"got audio of shape {foa.shape}, wanted (4, samples): W, Y, Z, X")
    return foa[0].astype(np.float64), foa[1].astype(np.float64)
