import dataclasses
import io

import numpy as np
import pytest
import soundfile

from elsa_data.ambisonics import from_fuma
from elsa_data.errors import BuildError, ConfigError
from elsa_data.examples import Example
from elsa_data.report.decode import binaural, stereo
from elsa_data.report.listen import FORMS, heard_as
from elsa_data.shards.flac import decode, encode
from tests.shards.conftest import RATE_HZ, example


def wav(row: Example, form: str) -> np.ndarray:
    """Return the samples (channels, samples) of a row's file in one form."""
    file = io.BytesIO(heard_as(row, form).wav)
    with soundfile.SoundFile(file) as sound:
        assert (sound.format, sound.subtype, sound.samplerate) == ("WAV", "PCM_24", RATE_HZ)
        assert FORMS[form] in sound.comment
        assert row.example_id in sound.comment
        return sound.read(dtype="float64", always_2d=True).T


@pytest.fixture
def foa() -> np.ndarray:
    return decode(example(2).audio)[0].astype(np.float64)


def test_ambix_and_w_are_the_row_sample_for_sample(foa: np.ndarray) -> None:
    np.testing.assert_array_equal(wav(example(2), "ambix"), foa)
    np.testing.assert_array_equal(wav(example(2), "w"), foa[:1])


def test_fuma_comes_back_as_ambix(foa: np.ndarray) -> None:
    fuma = wav(example(2), "fuma")
    np.testing.assert_allclose(from_fuma(fuma), foa, atol=2**-22)
    np.testing.assert_allclose(fuma[1], foa[3], atol=2**-23)


@pytest.mark.parametrize(("form", "decoder"), [("stereo", stereo), ("binaural", binaural)])
def test_two_channels_are_decoded(form: str, decoder, foa: np.ndarray) -> None:
    sound = wav(example(2), form)
    heard = heard_as(example(2), form)
    gain = 10 ** (heard.gain_db / 20)
    np.testing.assert_allclose(sound, gain * decoder(foa, RATE_HZ), atol=2**-22)
    assert heard.peak_dbfs == pytest.approx(20 * np.log10(np.abs(sound).max()), abs=1e-4)
    rms = 20 * np.log10(np.sqrt(np.mean(sound**2, axis=1)))
    assert heard.rms_dbfs == pytest.approx(rms, abs=1e-3)


def test_one_gain_for_both_ears_keeps_them_below_full_scale() -> None:
    w = np.sin(2 * np.pi * 3000 * np.arange(4000) / RATE_HZ) * 0.99
    loud = encode(np.stack([w, w, 0 * w, 0 * w]).astype(np.float32), RATE_HZ)
    row = dataclasses.replace(example(2), audio=loud)
    heard = heard_as(row, "binaural")
    assert heard.peak_dbfs == pytest.approx(-1.0, abs=1e-6)
    assert heard.gain_db < -3
    plain = binaural(decode(loud)[0], RATE_HZ)
    np.testing.assert_allclose(
        wav(row, "binaural"), plain * 10 ** (heard.gain_db / 20), atol=2**-22
    )
    assert heard_as(row, "stereo").gain_db == 0.0


def test_silence_has_no_level() -> None:
    row = dataclasses.replace(example(2), audio=encode(np.zeros((4, 500)), RATE_HZ))
    heard = heard_as(row, "stereo")
    assert (heard.peak_dbfs, heard.rms_dbfs, heard.gain_db) == (None, (None, None), 0.0)


@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"w"}))
def test_a_mono_original_has_w_alone(form: str) -> None:
    mono = example(2, channels=1)
    assert wav(mono, "w").shape == (1, 400)
    with pytest.raises(ConfigError, match=f"mono original, which has no {form}: give --as w"):
        heard_as(mono, form)


def test_equal_rows_give_equal_files() -> None:
    assert heard_as(example(2), "binaural").wav == heard_as(example(2), "binaural").wav


@pytest.mark.parametrize(
    ("audio", "said"),
    [(b"no sound", "no whole FLAC stream"), (encode(np.zeros((2, 9)), RATE_HZ), "2 channels")],
)
def test_a_sound_that_is_none_is_named(audio: bytes, said: str) -> None:
    row = dataclasses.replace(example(2), audio=audio)
    with pytest.raises(BuildError, match=f"row {row.example_id}: .*{said}"):
        heard_as(row, "w")
