import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from elsa_data.corpora.decode import load
from elsa_data.corpora.manifests import read
from elsa_data.errors import ManifestError
from elsa_data.records import Clip, Reject
from tests.corpora.sounds import tone, write

ABOUT = {
    "text": ["Futuristic sound.", "A sci-fi whoosh."],
    "tag": ["fx", "Sci-Fi, alien"],
    "original_data": {
        "id": 158824,
        "username": "ann",
        "title": "x.mp3",
        "license": "http://creativecommons.org/licenses/by-nc/3.0/",
    },
}


def pack(path: Path, members: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def flac(tmp_path: Path) -> bytes:
    return Path(write(tmp_path.parent / f"{tmp_path.name}-seed.flac", tone(0.2))).read_bytes()


def read_all(folder: Path) -> tuple[list[Clip], list[Reject]]:
    rows = list(read(f"freesound:{folder}"))
    return (
        [row for row in rows if isinstance(row, Clip)],
        [row for row in rows if isinstance(row, Reject)],
    )


def test_pairs_in_folders(tmp_path):
    write(tmp_path / "valid" / "7.flac", tone(0.2))
    (tmp_path / "valid" / "7.json").write_text(json.dumps(ABOUT), encoding="utf-8")
    (one,), rejected = read_all(tmp_path)
    assert not rejected
    assert one == Clip(
        clip_id="158824",
        source_id="freesound:158824",
        corpus="freesound",
        uri=f"{tmp_path}/valid/7.flac",
        captions=("Futuristic sound.", "A sci-fi whoosh."),
        licence="CC-BY-NC-3.0",
        attribution="ann on Freesound, https://freesound.org/s/158824/",
        labels=("fx", "Sci-Fi, alien"),
        split="validation",
    )


def test_a_files_number_is_not_a_sounds_id(tmp_path):
    write(tmp_path / "12.wav", tone(0.2))
    about = {"text": "One text", "tags": "a;b"}
    (tmp_path / "12.json").write_text(json.dumps(about), encoding="utf-8")
    (one,), _ = read_all(tmp_path)
    assert (one.clip_id, one.source_id) == ("file/12", "freesound:file/12")
    assert (one.captions, one.labels, one.licence) == (("One text",), ("a", "b"), "unknown")


def test_the_id_may_be_in_the_link(tmp_path):
    write(tmp_path / "1.flac", tone(0.2))
    link = "https://freesound.org/apiv2/sounds/282776/download/"
    about = {"text": ["x"], "original_data": {"download_url": link}}
    (tmp_path / "1.json").write_text(json.dumps(about), encoding="utf-8")
    assert read_all(tmp_path)[0][0].source_id == "freesound:282776"


def test_tars(tmp_path):
    audio = flac(tmp_path)
    second = {**ABOUT, "original_data": {"id": 2}}
    members = {
        "a/0.flac": audio,
        "a/0.json": json.dumps(ABOUT).encode(),
        "a/1.json": json.dumps(second).encode(),
        "a/1.flac": audio,
        "a/2.json": b"{",
        "a/2.flac": audio,
        "a/3.flac": audio,
        "a/4.json": json.dumps(ABOUT).encode(),
    }
    pack(tmp_path / "train" / "0.tar", members)
    found, rejected = read_all(tmp_path)
    assert [one.clip_id for one in found] == ["158824", "2"]
    for one in found:
        assert one.split == "train"
        np.testing.assert_allclose(load(one.uri)[0], tone(0.2), atol=1e-4)
    assert [r.error for r in rejected] == ["bad-row", "missing-caption", "missing-file"]
    assert rejected[0].key == f"{tmp_path}/train/0.tar:a/2"


@pytest.mark.parametrize("keep", [100, 700, 2_000])
def test_a_broken_tar(tmp_path, keep):
    audio = flac(tmp_path)
    path = pack(tmp_path / "0.tar", {"0.flac": audio, "0.json": json.dumps(ABOUT).encode()})
    path.write_bytes(path.read_bytes()[:keep])
    found, rejected = read_all(tmp_path)
    assert not found
    assert rejected


@pytest.mark.parametrize("about", [[], 5, {"text": None}, {"text": []}, {"text": [1]}, {}])
def test_odd_json(tmp_path, about):
    write(tmp_path / "1.flac", tone(0.2))
    (tmp_path / "1.json").write_text(json.dumps(about), encoding="utf-8")
    found, rejected = read_all(tmp_path)
    assert not found
    assert rejected[0].error in ("bad-row", "missing-caption", "bad-captions")


def test_nothing_there(tmp_path):
    with pytest.raises(ManifestError, match=r"\.tar"):
        read(f"freesound:{tmp_path}")
