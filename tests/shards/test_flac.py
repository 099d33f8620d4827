import io

import numpy as np
import pytest
import soundfile

from elsa_data.shards.flac import decode, encode

STEP = 2.0**-15


@pytest.mark.parametrize("channels", [1, 2, 4, 8])
@pytest.mark.parametrize("samples", [1, 17, 5000])
@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_audio_comes_back_within_half_a_step(channels, samples, rate):
    rng = np.random.default_rng([channels, samples, rate])
    audio = rng.uniform(-0.999, 0.999, (channels, samples)).astype(np.float32)
    back, back_rate = decode(encode(audio, rate))
    assert back_rate == rate
    assert back.dtype == np.float32
    assert back.shape == audio.shape
    assert np.abs(back.astype(np.float64) - audio).max() <= STEP / 2


def test_what_was_decoded_encodes_to_the_same_bytes():
    audio = np.random.default_rng(0).uniform(-1, 1, (4, 3000)).astype(np.float32)
    data = encode(audio, 48_000)
    assert encode(decode(data)[0], 48_000) == data
    assert encode(audio, 48_000) == data


def test_channels_keep_their_order():
    audio = np.zeros((4, 64), np.float32)
    audio += np.array([0.5, -0.25, 0.125, -0.0625], np.float32)[:, None]
    assert np.array_equal(decode(encode(audio, 48_000))[0], audio)


def test_it_is_16_bit_flac_to_another_reader():
    info = soundfile.info(io.BytesIO(encode(np.zeros((4, 10), np.float32), 44_100)))
    assert (info.format, info.subtype, info.channels) == ("FLAC", "PCM_16", 4)


def test_full_scale_does_not_wrap_and_the_input_is_left_alone():
    audio = np.array([[1.0, -1.0, 0.99999, 0.0]], np.float32)
    kept = audio.copy()
    back, _ = decode(encode(audio, 48_000))
    assert np.array_equal(back, np.array([[1 - STEP, -1.0, 1 - STEP, 0.0]], np.float32))
    assert np.array_equal(audio, kept)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_float_types_give_the_same_bytes(dtype):
    audio = np.linspace(-0.9, 0.9, 999, dtype=np.float32)[None]
    assert encode(audio.astype(dtype), 48_000) == encode(audio, 48_000)


@pytest.mark.parametrize("value", [1.0001, -1.0001, 40.0])
def test_audio_above_one_is_refused(value):
    audio = np.zeros((4, 100), np.float32)
    audio[2, 50] = value
    with pytest.raises(ValueError, match=f"a peak of {abs(value):.6g}.*attenuate"):
        encode(audio, 48_000)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_audio_that_is_not_finite_is_refused(value):
    audio = np.zeros((1, 100), np.float32)
    audio[0, 3] = value
    with pytest.raises(ValueError, match="not finite"):
        encode(audio, 48_000)


@pytest.mark.parametrize("shape", [(9, 10), (0, 10), (4, 0), (10,), (1, 4, 10)])
def test_a_shape_flac_has_no_place_for_is_refused(shape):
    with pytest.raises(ValueError, match=r"wanted \(1 to 8, samples\)"):
        encode(np.zeros(shape, np.float32), 48_000)


def test_the_audio_is_a_view_of_what_the_decoder_wrote():
    back, _ = decode(encode(np.zeros((4, 100), np.float32), 48_000))
    assert back.base is not None
    assert back.T.flags.c_contiguous


def test_bytes_that_are_no_flac_are_refused():
    wav = io.BytesIO()
    soundfile.write(wav, np.zeros(10), 48_000, format="WAV")
    whole = encode(np.random.default_rng(0).uniform(-1, 1, (4, 9000)), 48_000)
    turned = bytes(byte ^ 0xFF for byte in whole[5000:5010])
    cut = (whole[: len(whole) // 2], whole[: whole.rfind(b"\xff\xf8")], whole[:-1])
    for data in (b"", b"no audio at all", *cut, whole[:5000] + turned + whole[5010:]):
        with pytest.raises(ValueError, match=rf"^{len(data)} bytes that are no whole FLAC stream"):
            decode(data)
    with pytest.raises(ValueError, match="got WAV audio, wanted FLAC"):
        decode(wav.getvalue())
