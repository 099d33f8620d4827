import hashlib
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from elsa_data.corpora.demo import write_demo
from elsa_data.corpora.demo_words import KINDS
from elsa_data.corpora.manifests import read
from elsa_data.corpora.probe import probe
from elsa_data.corpora.resampling import resample
from elsa_data.records import Clip

SPATIAL = re.compile(
    r"\b(left|right|front|behind|back|above|below|up|down|near|nearby|far|distan\w+|close|away|room"
    r"|hall|indoors?|outdoors?|outside|inside|street|approach\w*|pass\w*|past|background|echo\w*"
    r"|reverberant|towards?|around|across|through)\b"
)


def digests(folder: Path) -> dict[str, str]:
    files = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> tuple[Path, list[Clip]]:
    folder = tmp_path_factory.mktemp("demo")
    rows = list(read(str(write_demo(folder, seed=7, clips=60))))
    return folder, [probe(row) for row in rows if isinstance(row, Clip)]


def test_every_clip_is_usable(corpus):
    clips = corpus[1]
    assert len(clips) == 60
    for one in clips:
        assert one.active_s is not None
        assert one.active_s > 0.5
        assert one.duration_s is not None
        assert 1.4 < one.duration_s <= 6.01
        assert one.licence == "CC0-1.0"
        assert 2 <= len(one.captions) <= 5
        assert len(set(one.captions)) == len(one.captions)


def test_nothing_is_the_same_recording(corpus):
    for field in ("clip_id", "source_id", "audio_sha256", "fingerprint"):
        assert len({getattr(one, field) for one in corpus[1]}) == 60


def test_splits_kinds_and_formats_are_mixed(corpus):
    folder, clips = corpus
    assert {one.split for one in clips} == {"train", "validation", "test"}
    assert [one.labels[0] for one in clips[:20]] == [kind.label for kind in KINDS]
    assert len({kind.label for kind in KINDS}) == len(KINDS) >= 16
    infos = [sf.info(path) for path in sorted((folder / "audio").iterdir())]
    assert {info.format for info in infos} == {"WAV", "FLAC", "OGG"}
    assert {info.channels for info in infos} == {1, 2}
    assert {info.samplerate for info in infos} == {16_000, 22_050, 44_100, 48_000}
    heard = Counter((one.labels[0], one.split) for one in clips)
    assert max(heard.values()) <= 3


def test_the_same_bytes_each_time(tmp_path):
    write_demo(tmp_path / "a", seed=1, clips=9)
    write_demo(tmp_path / "b", seed=1, clips=9)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    write_demo(tmp_path / "c", seed=2, clips=9)
    assert not set(digests(tmp_path / "a").values()) & set(digests(tmp_path / "c").values())


def test_an_ogg_stream_is_valid_under_its_new_number(tmp_path):
    write_demo(tmp_path, seed=1, clips=3)
    data = (tmp_path / "audio" / "demo-00002.ogg").read_bytes()
    assert data[14:18] == (3).to_bytes(4, "little")
    samples, _ = sf.read(tmp_path / "audio" / "demo-00002.ogg")
    assert len(samples) > 20_000


def test_a_longer_demo_begins_with_a_shorter_one(tmp_path):
    write_demo(tmp_path / "a", seed=1, clips=3)
    write_demo(tmp_path / "b", seed=1, clips=5)
    short, long = digests(tmp_path / "a"), digests(tmp_path / "b")
    assert {name: long[name] for name in short if name != "manifest.csv"}.items() <= short.items()
    lines = (tmp_path / "a" / "manifest.csv").read_text(encoding="utf-8").splitlines()
    assert lines == (tmp_path / "b" / "manifest.csv").read_text(encoding="utf-8").splitlines()[:4]
    assert {c.split for c in read(str(tmp_path / "a" / "manifest.csv")) if isinstance(c, Clip)} == {
        "train",
        "validation",
        "test",
    }


def test_no_clips(tmp_path):
    with pytest.raises(ValueError, match="1 or more"):
        write_demo(tmp_path, seed=1, clips=0)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.label)
def test_captions_say_what_and_never_where(kind):
    assert len(kind.captions) >= 3
    for caption in kind.captions:
        assert not SPATIAL.search(caption.lower()), caption
        assert 2 <= len(caption.split()) <= 12


def features(one: Clip) -> np.ndarray:
    """Return what tells sounds apart: mean and spread over time of band levels, and pulsation."""
    samples, rate = sf.read(one.uri, dtype="float32", always_2d=True)
    narrow = resample(samples.mean(axis=1), rate, 16_000)
    frames = np.lib.stride_tricks.sliding_window_view(narrow, 512)[::256] * np.hanning(512)
    power = abs(np.fft.rfft(frames)) ** 2
    edges = np.unique(np.geomspace(2, 250, 21).astype(int))
    bands = np.add.reduceat(power, edges[:-1], axis=1) + 1e-5 * power.max()
    levels = 10 * np.log10(bands / bands.max())
    return np.concatenate([levels.mean(axis=0), levels.std(axis=0)])


def test_kinds_can_be_told_apart(corpus):
    """The nearest other clip is one of the same kind: 1 in 20 by chance."""
    clips = corpus[1]
    known = np.stack([features(one) for one in clips])
    right = 0
    for k, one in enumerate(clips):
        distance = ((known - known[k]) ** 2).sum(axis=1)
        distance[k] = np.inf
        right += clips[int(np.argmin(distance))].labels == one.labels
    assert right / len(clips) >= 0.85
