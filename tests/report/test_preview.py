import io

import numpy as np
import pytest
import soundfile

from elsa_data.ambisonics import encode as gains_of
from elsa_data.geometry import unit_vector
from elsa_data.report.preview import BINS, PEAK_DBFS, preview_of
from elsa_data.shards.flac import encode


def foa(azimuth_deg: float, seconds: float, rate: int = 16_000) -> bytes:
    mono = 0.05 * np.random.default_rng(2).standard_normal(round(seconds * rate)).clip(-3, 3)
    return encode(gains_of(unit_vector(azimuth_deg, 0))[:, None] * mono, rate)


def heard(data: bytes) -> tuple[np.ndarray, int]:
    audio, rate = soundfile.read(io.BytesIO(data), always_2d=True)
    return audio.T, rate


@pytest.mark.parametrize("name", ["binaural", "stereo"])
def test_what_is_on_the_left_is_louder_in_the_left_ear(name: str) -> None:
    for azimuth, louder in ((90, 0), (-90, 1)):
        audio, rate = heard(preview_of(foa(azimuth, 1.0)).files[name])
        assert rate == 16_000
        power = (audio**2).sum(axis=1)
        assert power[louder] > 2 * power[1 - louder]


def test_a_preview_is_as_loud_as_a_page_may_be_and_says_by_how_much() -> None:
    preview = preview_of(foa(0, 1.0))
    peaks = [np.abs(heard(data)[0]).max() for data in preview.files.values()]
    assert max(peaks) == pytest.approx(10 ** (PEAK_DBFS / 20), rel=0.1)
    assert 0 < preview.gain_db < 20
    assert preview.outline[np.argmax(preview.outline)] == 1.0
    assert len(preview.outline) == BINS


def test_a_long_row_is_cut_to_ten_seconds_and_faded() -> None:
    preview = preview_of(foa(0, 12.0))
    assert (preview.seconds, preview.of_s) == (10.0, 12.0)
    audio, rate = heard(preview.files["w"])
    assert audio.shape[1] / rate == pytest.approx(10.0, abs=0.2)
    whole = preview_of(foa(0, 2.0))
    assert whole.seconds == whole.of_s == 2.0


def test_one_channel_is_played_as_it_is() -> None:
    preview = preview_of(encode(np.full((1, 8000), 0.1), 16_000))
    assert list(preview.files) == ["w"]
    assert heard(preview.files["w"])[0].shape[0] == 1


def test_a_rate_that_mp3_has_not_is_resampled() -> None:
    audio, rate = heard(preview_of(foa(0, 1.0, rate=96_000)).files["binaural"])
    assert rate == 48_000
    assert audio.shape[1] == pytest.approx(48_000, rel=0.1)


def test_sixty_of_the_largest_previews_keep_a_report_small() -> None:
    """Noise at 48 kHz for longer than a preview lasts: nothing takes more bytes."""
    files = preview_of(foa(40, 12.0, rate=48_000)).files
    assert 60 * sum(map(len, files.values())) < 40e6


def test_equal_sound_gives_equal_bytes() -> None:
    assert preview_of(foa(30, 1.0)).files == preview_of(foa(30, 1.0)).files


def test_silence_is_no_error() -> None:
    preview = preview_of(encode(np.zeros((4, 4000)), 16_000))
    assert set(preview.outline) == {0.0}
