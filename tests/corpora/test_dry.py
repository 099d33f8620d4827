from dataclasses import replace

import numpy as np
import pytest

from elsa_data.corpora.dry import Dry, dry
from elsa_data.corpora.probe import probe
from elsa_data.errors import ClipError
from elsa_data.records import Clip
from tests.corpora.sounds import clip, noise, tone, write


def made(of: Clip, **options: float) -> Dry:
    settings = {"sample_rate_hz": 48_000, "min_clip_s": 4.0, "clip_length_s": 10.0, "crop": 0.5}
    return dry(of, **(settings | options))  # pyright: ignore


def test_a_clip_of_fitting_length_stays(tmp_path):
    samples = noise(5.0, 48_000)
    result = made(clip(write(tmp_path / "x.wav", samples, 48_000, subtype="FLOAT")))
    np.testing.assert_allclose(result.samples, samples - samples.mean(), atol=1e-6)
    assert (result.repeats, result.crop_start_s, result.crop_share) == (1, 0.0, 1.0)
    assert result.active_s == 5.0
    assert result.samples.dtype == np.float32


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 96_000])
def test_resampling_keeps_length_pitch_and_level(tmp_path, rate):
    result = made(clip(write(tmp_path / "x.wav", tone(5.0, rate, hz=1000.0), rate)))
    assert len(result.samples) == pytest.approx(5 * 48_000, abs=3)
    middle = result.samples[48_000 : 4 * 48_000]
    assert np.argmax(abs(np.fft.rfft(middle))) / 3.0 == pytest.approx(1000.0, abs=0.5)
    rms = np.sqrt(np.mean(middle.astype(float) ** 2))
    assert 20 * np.log10(rms) == pytest.approx(result.active_level_db, abs=0.02)


def test_silence_is_trimmed(tmp_path):
    samples = np.concatenate([np.zeros(32_000), noise(5.0), np.zeros(16_000)]).astype("f4")
    result = made(clip(write(tmp_path / "x.wav", samples, subtype="FLOAT")))
    assert result.active_s == pytest.approx(5.1, abs=0.01)
    assert len(result.samples) / 48_000 == pytest.approx(5.1, abs=0.01)


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.7, 1.3, 2.0, 3.9])
@pytest.mark.parametrize("length_s", [4.0, 4.1, 30.0])
def test_a_short_clip_is_repeated(tmp_path, seconds, length_s):
    result = made(clip(write(tmp_path / "x.wav", noise(seconds))), clip_length_s=length_s)
    unit, gap = round(seconds * 48_000), 12_000
    count = len(result.samples)
    assert 4 * 48_000 <= count <= round(length_s * 48_000)
    # At 4 s, 3.9 s and the pause fill the length: nothing of a second repetition is left.
    assert result.repeats >= (1 if (seconds, length_s) in ((3.9, 4.0), (3.9, 4.1)) else 2)
    if length_s == 30.0:
        assert abs(count - (result.repeats * unit + (result.repeats - 1) * gap)) <= 2
        assert count - unit - gap < 4 * 48_000
    first = result.samples[:unit]
    again = result.samples[unit + gap : 2 * unit + gap]
    same = max(0, len(again) - 480)
    np.testing.assert_array_equal(first[:same], again[:same])
    assert not result.samples[unit + 2 : unit + gap - 2].any()
    assert result.crop_share == 1.0
    assert result.active_s == pytest.approx(seconds, abs=1e-3)


def test_repeats_fade_at_both_ends(tmp_path):
    uri = write(tmp_path / "x.wav", np.tile([0.5, -0.5], 12_000).astype("f4"), 48_000)
    samples = abs(made(clip(uri)).samples)
    assert samples[0] < 0.01
    assert samples[240] == pytest.approx(0.25, abs=0.01)
    assert samples[480:23_520].min() > 0.49
    assert samples[23_999] < 0.01


@pytest.mark.parametrize("caption", ["A door slams once", "A single click"])
def test_what_counts_once_is_padded(tmp_path, caption):
    uri = write(tmp_path / "x.wav", noise(1.0, 48_000), 48_000)
    result = made(clip(uri, "A sound", caption))
    assert result.repeats == 1
    assert len(result.samples) == 4 * 48_000
    assert result.samples[47_990:48_000].any()
    assert not result.samples[48_000:].any()


@pytest.mark.parametrize("crop", [0.0, 0.25, 1.0])
def test_a_long_clip_is_cut(tmp_path, crop):
    ramp = noise(20.0) * np.linspace(0.5, 1.0, 320_000, dtype="f4")
    uri = write(tmp_path / "x.wav", ramp, subtype="FLOAT")
    result = made(clip(uri), crop=crop, sample_rate_hz=16_000)
    assert len(result.samples) == 160_000
    assert result.crop_start_s == crop * 10.0
    assert result.crop_share == pytest.approx(0.5, abs=1e-3)
    start = round(crop * 160_000)
    wanted = (ramp - ramp.mean())[start + 200 : start + 159_800]
    np.testing.assert_allclose(result.samples[200:159_800], wanted, atol=1e-6)
    assert abs(result.samples[0]) < 1e-4


def test_a_cut_that_would_miss_the_sound_moves_to_it(tmp_path):
    samples = noise(60.0, peak=0.001)
    samples[16_000 * 50 : 16_000 * 51] += tone(1.0)
    samples[:1600] += tone(0.1)
    uri = write(tmp_path / "x.wav", samples, subtype="FLOAT")
    result = made(clip(uri), crop=0.4, sample_rate_hz=16_000)
    assert 41.0 < result.crop_start_s < 50.0
    assert abs(result.samples).max() > 0.4
    assert made(clip(uri), crop=1.0).crop_start_s == 50.0


def test_level_is_that_of_one_repetition(tmp_path):
    uri = write(tmp_path / "x.wav", tone(0.5))
    assert made(clip(uri)).active_level_db == pytest.approx(-9.03, abs=0.05)


def test_probed_and_unprobed_clips_give_the_same(tmp_path):
    plain = clip(write(tmp_path / "x.wav", noise(6.0, 44_100), 44_100))
    before, after = made(plain), made(probe(plain))
    np.testing.assert_array_equal(before.samples, after.samples)
    assert before.active_level_db == after.active_level_db
    assert probe(plain).active_s == before.active_s


def test_a_changed_file_is_noticed(tmp_path):
    probed = probe(clip(write(tmp_path / "x.wav", noise(6.0))))
    write(tmp_path / "x.wav", noise(5.0))
    with pytest.raises(ClipError, match="plan again") as caught:
        made(probed)
    assert caught.value.reason == "changed"


def test_too_quiet_names_the_file(tmp_path):
    uri = write(tmp_path / "x.wav", noise(5.0) * 1e-4, subtype="FLOAT")
    with pytest.raises(ClipError, match=r"x\.wav") as caught:
        made(clip(uri))
    assert caught.value.reason == "too-quiet"


def test_impossible_settings(tmp_path):
    one = clip(write(tmp_path / "x.wav", noise(5.0)))
    for options in ({"crop": 1.1}, {"min_clip_s": 11.0}, {"min_clip_s": 0.0}):
        with pytest.raises(ValueError, match="wanted"):
            made(one, **options)


def test_nothing_of_the_clip_is_altered(tmp_path):
    one = clip(write(tmp_path / "x.wav", noise(1.0)))
    np.testing.assert_array_equal(made(one).samples, made(replace(one)).samples)
