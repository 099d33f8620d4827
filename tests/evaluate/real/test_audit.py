from dataclasses import replace

import numpy as np
import pytest

from elsa_data.errors import ConfigError
from elsa_data.evaluate.real import librispeech, tut
from elsa_data.evaluate.real.audit import Reading, audit, covariance
from tests.evaluate.real.write_sets import encoded, write_librispeech, write_tut


def segments(folder, **changes):
    write_tut(folder, **changes)
    return list(tut.segments(folder))


def test_products_of_channels_are_sums_over_the_band():
    rng, rate = np.random.default_rng(5), 16_000
    audio = rng.standard_normal((4, rate)) + rng.standard_normal(rate)
    spectrum, hz = np.fft.rfft(audio), np.fft.rfftfreq(rate, 1 / rate)
    inside = np.where((hz > 200) & (hz < 4000), spectrum, 0)
    expected = np.real(inside.conj() @ inside.T)
    # What is outside the band, however it lies, is not heard.
    outside = np.fft.irfft(np.where((hz < 60) | (hz > 4500), 1, 0) * spectrum, rate)
    heard = np.fft.irfft(inside, rate) + outside * [[1], [-1], [1], [-1]]
    found = covariance(heard.astype(np.float32), rate)
    scale = np.trace(expected) / np.trace(found)
    assert np.allclose(found * scale, expected, atol=0.05 * expected.max())


@pytest.mark.parametrize("root", [1.0, 3**0.5])
def test_a_set_in_its_own_format_passes_and_its_normalisation_is_heard(tmp_path, root):
    found = audit(segments(tmp_path, root=root), tut.READING)
    assert found.error_deg < 15
    assert found.rivals == 0
    assert found.normalisation == ("sn3d" if root == 1 else "n3d")
    assert found.squares == pytest.approx(root**2, rel=0.15)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"channels": "WXYZ"}, "W X Y Z, deg, azimuth to the left"),
        ({"channels": "XYZW"}, "X Y Z W, deg"),
        ({"turn": -1}, "azimuth to the right"),
    ],
)
def test_another_order_or_sense_is_refused_and_named(tmp_path, change, told):
    with pytest.raises(ConfigError) as caught:
        audit(segments(tmp_path, **change), tut.READING)
    # A turned Y and a turned azimuth are one: the first of the two to be tried is named.
    alike = told.replace("azimuth to the right", "W -Y Z X, deg, azimuth to the left")
    assert told in str(caught.value) or alike in str(caught.value)


def test_a_turned_channel_is_refused(tmp_path):
    heard = segments(tmp_path)
    with pytest.raises(ConfigError, match=r"-Z"):
        audit([replace(each, elevation_deg=-each.elevation_deg) for each in heard], tut.READING)


def test_radians_are_told_from_degrees_both_ways(tmp_path):
    write_librispeech(tmp_path / "rad")
    assert audit(list(librispeech.segments(tmp_path / "rad")), librispeech.READING).rivals == 0
    write_librispeech(tmp_path / "deg", degrees=True)
    with pytest.raises(ConfigError, match="deg, azimuth to the left: these files"):
        audit(list(librispeech.segments(tmp_path / "deg")), librispeech.READING)


def test_labels_of_other_recordings_are_refused(tmp_path):
    heard = segments(tmp_path)
    rng = np.random.default_rng(0)
    other = [heard[at] for at in rng.permutation(len(heard))]
    mixed = [
        replace(each, azimuth_deg=o.azimuth_deg, elevation_deg=o.elevation_deg)
        for each, o in zip(heard, other, strict=True)
    ]
    with pytest.raises(ConfigError, match="deg from its labels"):
        audit(mixed, tut.READING)


def test_where_labels_cannot_tell_rivals_are_counted(tmp_path):
    heard = [each for each in segments(tmp_path) if each.elevation_deg == 0]
    found = audit(heard, tut.READING)
    assert found.rivals > 0
    assert "other readings fit as well" in str(found)


def test_an_impossible_normalisation_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"1 \(SN3D\) or 3"):
        audit(segments(tmp_path, root=0.2), tut.READING)


def test_every_reading_is_another():
    readings = {Reading(), Reading(degrees=False), Reading(to_left=False)}
    assert len({str(each) for each in readings}) == 3


def test_the_writer_makes_waves_that_point_where_it_says():
    audio = encoded(np.random.default_rng(1), 16_000, 1.0, 90.0, 0.0).T
    w, y, z, x = audio
    assert w @ y > 5 * max(abs(w @ z), abs(w @ x))
