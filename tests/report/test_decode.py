import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss, legval
from scipy.special import hankel2, jv

from elsa_data.ambisonics import encode
from elsa_data.conventions import SPEED_OF_SOUND_M_S
from elsa_data.geometry import unit_vector
from elsa_data.report.decode import HEAD_RADIUS_M, binaural, head_filters, sphere_terms, stereo

RATES_HZ = (8000, 16000, 44100, 48000, 96000)


def field(sound: np.ndarray, azimuth_deg: float, elevation_deg: float = 0.0) -> np.ndarray:
    """Return AmbiX (4, samples) of a plane wave."""
    return encode(unit_vector(azimuth_deg, elevation_deg))[:, None] * sound


def noise(samples: int = 4000, channels: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((channels, samples))


def energies_db(sound: np.ndarray) -> np.ndarray:
    return 10 * np.log10(np.sum(sound**2, axis=1))


@pytest.mark.parametrize("x", [0.05, 0.7, 3.0, 20.0])
def test_the_pressure_on_the_sphere_is_the_wave_and_what_a_hard_wall_throws_back(x: float) -> None:
    degree = np.arange(12)

    def spherical(bessel, order: np.ndarray) -> np.ndarray:
        return np.sqrt(np.pi / (2 * x)) * bessel(order + 0.5, x)

    def slope(bessel) -> np.ndarray:
        return spherical(bessel, degree - 1) - (degree + 1) / x * spherical(bessel, degree)

    thrown = slope(jv) / slope(hankel2) * spherical(hankel2, degree)
    wanted = (2 * degree + 1) * 1j**degree * (spherical(jv, degree) - thrown)
    found = sphere_terms(np.array([x]))[:12, 0]
    # Two nearly equal numbers are subtracted in what is wanted.
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-12)


def test_a_short_wave_is_doubled_where_it_strikes_and_falls_into_shadow() -> None:
    struck, beside, shadow = np.abs(legval([1.0, -0.5, -0.9], sphere_terms(np.array([40.0]))))[0]
    assert struck == pytest.approx(2.0, abs=0.02)
    assert shadow < beside / 3 < 0.3


@pytest.mark.parametrize("rate", RATES_HZ)
def test_a_source_on_the_left_is_louder_and_earlier_at_the_left_ear(rate: int) -> None:
    left, right = energies_db(binaural(field(noise(channels=1)[0], 90.0), rate))
    assert left - right > 5.0

    hz, at = 125.0, np.arange(rate)
    tone = binaural(field(np.sin(2 * np.pi * hz * at / rate), 90.0), rate)
    inner = slice(rate // 10, -rate // 10)
    phases = np.angle(tone[:, inner] @ np.exp(-2j * np.pi * hz * at[inner] / rate))
    earlier_s = (phases[0] - phases[1]) / (2 * np.pi * hz)
    # Kuhn, JASA 62:157, 1977: three radii over c, for waves much longer than a head.
    assert earlier_s == pytest.approx(3 * HEAD_RADIUS_M / SPEED_OF_SOUND_M_S, rel=0.05)


@pytest.mark.parametrize("decoder", [binaural, stereo])
def test_a_mirrored_scene_swaps_the_channels_exactly(decoder) -> None:
    foa = noise()
    mirrored = foa * np.array([[1.0], [-1.0], [1.0], [1.0]])
    np.testing.assert_array_equal(decoder(mirrored, 16000), decoder(foa, 16000)[::-1])


@pytest.mark.parametrize("decoder", [binaural, stereo])
@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (-180, 0), (0, 90), (0, -60)])
def test_a_source_in_the_middle_is_alike_at_both_sides(
    decoder, azimuth: float, elevation: float
) -> None:
    left, right = energies_db(
        decoder(field(noise(channels=1)[0], azimuth, elevation), sample_rate_hz=48000)
    )
    assert left == pytest.approx(right, abs=1e-9)


@pytest.mark.parametrize("decoder", [binaural, stereo])
@pytest.mark.parametrize("samples", [1, 7, 4000])
def test_a_sum_is_heard_as_the_sum(decoder, samples: int) -> None:
    first, second = noise(samples, seed=1), noise(samples, seed=2)
    both = decoder(2.0 * first - 0.5 * second, 48000)
    assert both.shape == (2, samples)
    apart = 2.0 * decoder(first, 48000) - 0.5 * decoder(second, 48000)
    np.testing.assert_allclose(both, apart, atol=1e-12)


@pytest.mark.parametrize("rate", RATES_HZ)
def test_a_click_is_heard_when_it_passes_the_middle_of_the_head(rate: int) -> None:
    click = np.zeros(2000)
    click[1000] = 1.0
    heard = binaural(field(click, 0.0), rate)[0]
    assert abs(int(np.argmax(np.abs(heard))) - 1000) <= 1 + HEAD_RADIUS_M / 343 * rate
    early = round(1000 - 0.001 * rate)
    assert np.sum(heard[:early] ** 2) < 1e-3 * np.sum(heard**2)


@pytest.mark.parametrize("hz", [1000.0, 2000.0, 4000.0, 8000.0])
def test_what_comes_from_everywhere_is_as_loud_as_at_the_sphere(hz: float) -> None:
    filters = head_filters(48000)
    turn = np.exp(-2j * np.pi * hz / 48000 * np.arange(filters.shape[1]))
    cosines, weights = leggauss(64)
    heard = np.abs((filters @ turn) @ np.stack([np.ones(64), cosines])) ** 2
    ka = np.array([2 * np.pi * hz * HEAD_RADIUS_M / SPEED_OF_SOUND_M_S])
    sphere = np.abs(legval(cosines, sphere_terms(ka)).ravel()) ** 2
    assert 10 * np.log10(weights @ heard / (weights @ sphere)) == pytest.approx(0.0, abs=0.1)


def test_a_stereo_pair_are_two_cardioids_that_add_up_to_w() -> None:
    foa = noise()
    left, right = stereo(foa, 48000)
    np.testing.assert_allclose(left + right, foa[0], atol=1e-12)
    gone = stereo(field(noise(channels=1)[0], -90.0), 48000)[0]
    assert np.abs(gone).max() < 1e-12
    assert np.abs(stereo(np.clip(foa, -1, 1), 48000)).max() <= 1.0


@pytest.mark.parametrize("decoder", [binaural, stereo])
@pytest.mark.parametrize("shape", [(1, 9), (9, 4), (4,)])
def test_anything_but_four_channels_is_refused(decoder, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="wanted \\(4, samples\\): W, Y, Z, X"):
        decoder(np.zeros(shape), 48000)
