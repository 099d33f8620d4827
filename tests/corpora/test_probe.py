import hashlib

import numpy as np
import pytest
import soundfile as sf

from elsa_data.corpora.demo import write_demo
from elsa_data.corpora.fingerprint import fingerprint
from elsa_data.corpora.manifests import read
from elsa_data.corpora.probe import pcm_sha256, probe
from elsa_data.corpora.resampling import resample
from elsa_data.errors import ClipError
from elsa_data.records import Clip
from tests.corpora.sounds import clip, noise, tone, write


def test_every_measured_field_is_filled(tmp_path):
    samples = np.concatenate([np.zeros(16_000), tone(2.0), np.zeros(8_000)]).astype("f4")
    probed = probe(clip(write(tmp_path / "x.wav", samples)))
    assert probed.duration_s == 3.5
    assert probed.active_start_s == pytest.approx(0.95, abs=1e-3)
    assert probed.active_s == pytest.approx(2.1, abs=1e-3)
    assert probed.active_level_db == pytest.approx(-9.03, abs=0.3)
    assert len(probed.audio_sha256 or "") == 64
    assert probed.fingerprint
    assert probed.clip_id == "c"


def test_the_hash_is_of_16_bit_pcm():
    samples = np.array([0.0, 0.5, -0.5, 1.0, -1.0, 2.0, 1 / 32768], "f4")
    wanted = np.array([0, 16384, -16384, 32767, -32768, 32767, 1], "<i2")
    assert pcm_sha256(samples) == hashlib.sha256(wanted.tobytes()).hexdigest()


def test_lossless_copies_have_one_hash(tmp_path):
    samples = (noise(2.0, 44_100) * 30_000).astype(np.int16)
    first = probe(clip(write(tmp_path / "x.wav", samples, 44_100)))
    second = probe(clip(write(tmp_path / "x.flac", samples, 44_100)))
    other = probe(clip(write(tmp_path / "y.wav", noise(2.0, 44_100, seed=1), 44_100)))
    assert first.audio_sha256 == second.audio_sha256 != other.audio_sha256


def test_errors_name_the_file(tmp_path):
    with pytest.raises(ClipError, match=r"q\.wav"):
        probe(clip(write(tmp_path / "q.wav", noise(2.0) * 1e-4, subtype="FLOAT")))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> list[Clip]:
    manifest = write_demo(tmp_path_factory.mktemp("demo"), seed=3, clips=40)
    return [probe(c) for c in read(str(manifest)) if isinstance(c, Clip)]


def at_16k(uri: str) -> np.ndarray:
    samples, rate = sf.read(uri, dtype="float32", always_2d=True)
    return resample(samples.mean(axis=1), rate, 16_000, quality="HQ")


def test_fingerprints_differ_between_sounds(corpus):
    assert len({c.fingerprint for c in corpus}) == len(corpus)


def test_fingerprints_survive_gain_and_padding(corpus):
    for one in corpus:
        samples = at_16k(one.uri)
        assert fingerprint(samples) == fingerprint(samples * np.float32(0.1))
        assert fingerprint(samples) == fingerprint(np.pad(samples, (0, 5_000)))


@pytest.mark.parametrize(("container", "share"), [("MP3", 0.7), ("OGG", 0.5)])
def test_fingerprints_mostly_survive_codecs(corpus, tmp_path, container, share):
    same = 0
    for one in corpus:
        samples = at_16k(one.uri)
        path = write(tmp_path / f"x.{container.lower()}", samples, format=container)
        same += fingerprint(samples) == fingerprint(at_16k(path))
    assert same / len(corpus) >= share
