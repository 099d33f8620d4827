import io
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from elsa_data.corpora import decode
from elsa_data.corpora.decode import load
from elsa_data.errors import ClipError
from tests.corpora.sounds import noise, tone, write


def refused(uri: str | Path) -> ClipError:
    with pytest.raises(ClipError) as caught:
        load(str(uri))
    assert str(uri).split("#")[0] in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [
        ("wav", "PCM_16"),
        ("wav", "PCM_24"),
        ("wav", "FLOAT"),
        ("wav", "PCM_U8"),
        ("flac", "PCM_16"),
        ("flac", "PCM_24"),
        ("ogg", "VORBIS"),
        ("opus", "OPUS"),
        ("mp3", "MPEG_LAYER_III"),
        ("aiff", "PCM_16"),
    ],
)
@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_formats_and_rates(tmp_path, suffix, subtype, rate):
    if suffix == "opus" and rate not in (8_000, 16_000, 48_000):
        pytest.skip("Opus has no such rate")
    wanted = tone(1.0, rate, hz=300.0)
    container = "OGG" if suffix == "opus" else suffix.upper()
    uri = write(tmp_path / f"x.{suffix}", wanted, rate, format=container, subtype=subtype)
    samples, got_rate = load(uri)
    assert got_rate == rate
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    shorter = min(len(samples), len(wanted))
    assert shorter >= 0.95 * len(wanted)
    if suffix in ("wav", "flac", "aiff"):
        step = 2.0 ** -(6 if subtype == "PCM_U8" else 14)
        np.testing.assert_allclose(samples, wanted, atol=step)
    else:
        peak = abs(np.fft.rfft(samples[: rate // 2])).argmax() * 2.0
        assert peak == pytest.approx(300.0, abs=4.0)


@pytest.mark.parametrize("channels", [2, 3, 6, 8])
def test_channels_are_averaged(tmp_path, channels):
    parts = np.stack([noise(0.5, seed=k) for k in range(channels)], axis=1)
    samples, _ = load(write(tmp_path / "x.wav", parts, subtype="FLOAT"))
    mean = parts.mean(axis=1)
    np.testing.assert_allclose(samples, mean - mean.mean(), atol=1e-6)


def test_mixing_in_blocks_changes_nothing(tmp_path, monkeypatch):
    uri = write(tmp_path / "x.wav", np.stack([noise(1.0), tone(1.0)], axis=1))
    whole, _ = load(uri)
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", 999)
    np.testing.assert_array_equal(load(uri)[0], whole)


def test_an_offset_is_removed(tmp_path):
    uri = write(tmp_path / "x.wav", tone(1.0) + 0.25, subtype="FLOAT")
    np.testing.assert_allclose(load(uri)[0], tone(1.0), atol=1e-5)


def test_names_with_odd_signs(tmp_path):
    for name in ("C# major.wav", "a#1+2.wav", " leading.wav", "ж ü.wav", "100%.wav"):
        assert len(load(write(tmp_path / name, tone(0.1)))[0]) == 1600


def test_file_url(tmp_path):
    path = Path(write(tmp_path / "a b.wav", tone(0.1)))
    assert len(load(path.as_uri())[0]) == 1600


def test_missing(tmp_path):
    assert refused(tmp_path / "nope.wav").reason == "missing-file"
    write(tmp_path / "x.wav", tone(0.1))
    assert refused(tmp_path / "x.wav" / "inside.wav").reason == "missing-file"


def test_directory_and_device(tmp_path):
    assert refused(tmp_path).reason == "not-a-file"
    assert refused("/dev/zero").reason == "not-a-file"
    os.mkfifo(tmp_path / "pipe.wav")
    assert refused(tmp_path / "pipe.wav").reason == "not-a-file"


def test_empty_file(tmp_path):
    (tmp_path / "x.wav").touch()
    assert refused(tmp_path / "x.wav").reason == "empty-file"


def test_nul_in_a_path():
    with pytest.raises(ClipError):
        load("/tmp/a\x00b.wav")


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "txt", "raw", "ogg"])
@pytest.mark.parametrize("data", [b"not audio at all\n" * 99, b"\x89PNG\r\n\x1a\n" + bytes(500)])
def test_not_audio(tmp_path, suffix, data):
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(data)
    assert refused(path).reason == "not-audio"


def test_no_samples_and_one_sample(tmp_path):
    for count in (0, 1, 300):
        assert refused(write(tmp_path / "x.wav", noise(1.0)[:count])).reason == "too-short"


def test_silence(tmp_path):
    error = refused(write(tmp_path / "x.wav", np.zeros(16_000, "f4")))
    assert error.reason == "silent"
    assert refused(write(tmp_path / "y.wav", np.full(16_000, 0.3, "f4"))).reason == "silent"


def test_opposed_channels(tmp_path):
    pair = np.stack([tone(1.0), -tone(1.0)], axis=1)
    assert refused(write(tmp_path / "x.wav", pair)).reason == "channels-cancel"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite(tmp_path, bad):
    samples = noise(1.0)
    samples[777] = bad
    assert refused(write(tmp_path / "x.wav", samples, subtype="FLOAT")).reason == "not-finite"


@pytest.mark.parametrize("suffix", ["wav", "aiff", "flac", "mp3"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_truncated(tmp_path, suffix, share):
    path = Path(write(tmp_path / f"x.{suffix}", noise(5.0)))
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    assert refused(path).reason == "truncated"


def test_vorbis_cut_off_ends_early_or_is_refused(tmp_path):
    path = Path(write(tmp_path / "x.ogg", noise(20.0)))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert 1.0 < len(load(str(path))[0]) / 16_000 < 19.0
    path.write_bytes(data[:4000])
    assert refused(path).reason in ("truncated", "not-audio", "too-short")


def test_unknown_length_of_a_pipe_is_no_truncation(tmp_path):
    path = Path(write(tmp_path / "x.wav", tone(1.0)))
    data = bytearray(path.read_bytes())
    at = data.index(b"data")
    data[at + 4 : at + 8] = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(data)
    assert len(load(str(path))[0]) == 16_000


def test_too_long_is_judged_by_the_header(tmp_path, monkeypatch):
    uri = write(tmp_path / "x.flac", noise(2.0))
    monkeypatch.setattr(decode, "MAX_DURATION_S", 1.0)
    monkeypatch.setattr(sf.SoundFile, "read", lambda *_: pytest.fail("decoded"))
    assert refused(uri).reason == "too-long"


def test_too_many_bytes(tmp_path, monkeypatch):
    uri = write(tmp_path / "x.wav", np.stack([noise(1.0)] * 8, axis=1))
    monkeypatch.setattr(decode, "MAX_DECODED_BYTES", 8 * 4 * 16_000 - 1)
    assert refused(uri).reason == "too-long"


def test_forged_length_costs_no_memory(tmp_path):
    path = Path(write(tmp_path / "x.flac", noise(0.5)))
    data = bytearray(path.read_bytes())
    # STREAMINFO: 36 bits of sample count end at byte 26 of the file.
    data[21] |= 0x0F
    data[22:26] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert refused(path).reason == "too-long"


def test_absurd_rate(tmp_path):
    path = Path(write(tmp_path / "x.wav", noise(0.5)))
    data = bytearray(path.read_bytes())
    data[24:28] = struct.pack("<I", 3)
    path.write_bytes(data)
    assert refused(path).reason == "bad-rate"


def damage(clean: bytes, rng: np.random.Generator) -> bytes:
    data = bytearray(clean[: rng.integers(1, len(clean) + 1)])
    for at in rng.integers(0, min(len(data), 200), 3):
        data[at] = rng.integers(0, 256)
    return bytes(data)


def survive(tmp_path: Path, container: str, cases: int) -> None:
    """Each damaged file gives finite samples or a refusal of one line; nothing else."""
    buffer = io.BytesIO()
    sf.write(buffer, noise(0.4), 16_000, format=container)
    rng = np.random.default_rng(5)
    path = tmp_path / f"x.{container.lower()}"
    refusals = []
    for _ in range(cases):
        path.write_bytes(damage(buffer.getvalue(), rng))
        try:
            samples, rate = load(str(path))
        except ClipError as error:
            refusals.append(f"{error.reason}: {error}")
        else:
            assert np.isfinite(samples).all()
            assert rate > 0
    assert refusals
    assert not [text for text in refusals if "\n" in text]


CONTAINERS = ["WAV", "FLAC", "OGG", "MP3", "AIFF", "CAF", "AU", "W64", "RF64"]


@pytest.mark.parametrize("container", CONTAINERS)
def test_hostile_bytes_give_a_clip_error_or_samples(tmp_path, container):
    survive(tmp_path, container, 40)


@pytest.mark.soak
@pytest.mark.parametrize("container", CONTAINERS)
def test_many_hostile_bytes(tmp_path, container):
    survive(tmp_path, container, 3_000)
