import math

import numpy as np
import pytest

from elsa_data.corpora.activity import active_rms_db, loudest_block, trim
from elsa_data.errors import ClipError
from tests.corpora.sounds import noise, tone


def test_trim_leaves_the_guard():
    samples = np.concatenate([np.zeros(8000), tone(0.5, hz=1000.0), np.zeros(8000)]).astype("f4")
    start, stop = trim(samples, 16_000)
    assert start == pytest.approx(8000 - 800, abs=2)
    assert stop == pytest.approx(16_000 + 800, abs=4)


def test_trim_is_relative_to_the_peak():
    hiss = noise(3.0, peak=0.9e-3)
    hiss[16_000:32_000] += tone(1.0, peak=1.0)
    start, stop = trim(hiss, 16_000)
    assert start > 14_000
    assert stop < 34_000
    assert trim(hiss * 0.01, 16_000) == (start, stop)
    hiss[5] = 1.5e-3
    assert trim(hiss, 16_000)[0] == 0


def test_trim_of_silence():
    with pytest.raises(ClipError, match="zero"):
        trim(np.zeros(100, "f4"), 16_000)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.4, 1.0, 5.0])
def test_a_sine_reads_3_db_below_its_peak(rate, seconds):
    level = active_rms_db(tone(seconds, rate, hz=1000.0, peak=0.5), rate)
    assert level == pytest.approx(20 * math.log10(0.5) - 3.01, abs=0.1)


def test_pauses_do_not_count():
    pauses = np.concatenate([tone(2.0), np.zeros(64_000), tone(2.0)]).astype("f4")
    assert active_rms_db(pauses, 16_000) == pytest.approx(active_rms_db(tone(4.0), 16_000), abs=0.7)
    ungated = 10 * math.log10(np.mean(pauses.astype(float) ** 2))
    assert active_rms_db(pauses, 16_000) > ungated + 2.0


def test_the_gate_hears_with_k_weighting():
    # Equal power at 25 Hz and 1 kHz: the ear's weighting drops the first under the gate.
    rumble, beep = tone(2.0, 48_000, hz=25.0, peak=0.1), tone(2.0, 48_000, hz=1000.0, peak=0.14)
    level = active_rms_db(np.concatenate([rumble, beep]), 48_000)
    assert level == pytest.approx(active_rms_db(beep, 48_000), abs=0.6)


def test_bs_1770_calibration():
    # 0 dBFS at 997 Hz on one channel reads -3.01 LUFS, so -67 dBFS passes and -69 does not.
    quiet = tone(2.0, 48_000, hz=997.0, peak=10 ** (-66.8 / 20))
    assert active_rms_db(quiet, 48_000) == pytest.approx(-69.81, abs=0.05)
    with pytest.raises(ClipError, match="LUFS") as caught:
        active_rms_db(quiet * 10 ** (-0.5 / 20), 48_000)
    assert caught.value.reason == "too-quiet"


def test_level_follows_gain():
    samples = noise(3.0)
    low = active_rms_db(samples * 0.1, 16_000)
    assert active_rms_db(samples, 16_000) - low == pytest.approx(20.0, abs=1e-3)


def test_loudest_block():
    samples = noise(10.0, peak=0.05)
    samples[16_000 * 7 : 16_000 * 7 + 6_400] += tone(0.4)
    assert loudest_block(samples, 16_000) == pytest.approx(16_000 * 7.2, abs=1600)
    assert loudest_block(noise(0.1), 16_000) == 800
