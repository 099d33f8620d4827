import pytest

from elsa_data.corpora.manifests import read
from elsa_data.errors import ManifestError
from elsa_data.records import Clip, Reject
from tests.corpora.sounds import tone, write

HEAD = "audiocap_id,youtube_id,start_time,caption\n"
TRAIN = (
    HEAD + '91139,r1nicOVtvkQ,130,"A woman talks nearby, as water pours"\n58146,-YeSBa08,30,Rain\n'
)
VAL = HEAD + (
    "97151,vfY_TJq7n_U,130,Ducks quack\n108945,tdWhHV3X25Q,60,Applause\n"
    "97152,vfY_TJq7n_U,130,Water splashes\n97153,vfY_TJq7n_U,130,A man speaks\n"
)


def corpus(tmp_path, *names: str, train: str = TRAIN):
    (tmp_path / "train.csv").write_text(train, encoding="utf-8")
    (tmp_path / "val.csv").write_text(VAL, encoding="utf-8")
    for name in names:
        write(tmp_path / name, tone(0.1))
    return list(read(f"audiocaps:{tmp_path}"))


def test_clips_are_grouped(tmp_path):
    rows = corpus(
        tmp_path,
        "train/r1nicOVtvkQ_130.wav",
        "train/Y-YeSBa08.flac",
        "val/97152.wav",
        "val/tdWhHV3X25Q.wav",
    )
    found = [row for row in rows if isinstance(row, Clip)]
    assert len(found) == len(rows) == 4
    assert found[0].uri == f"{tmp_path}/train/r1nicOVtvkQ_130.wav"
    assert found[0].captions == ("A woman talks nearby, as water pours",)
    assert found[0].source_id == "youtube:r1nicOVtvkQ+130"
    assert found[0].corpus == "audiocaps"
    assert "redistributable" in found[0].licence
    assert [c.split for c in found] == ["train", "train", "validation", "validation"]
    assert found[1].uri.endswith("Y-YeSBa08.flac")
    assert found[2].captions == ("Ducks quack", "Water splashes", "A man speaks")
    assert found[2].uri.endswith("97152.wav")
    assert len({c.clip_id for c in found}) == 4


def test_vanished_videos_are_rejects(tmp_path):
    rows = corpus(tmp_path, "audio/vfY_TJq7n_U_130.wav")
    assert [type(row) for row in rows] == [Reject, Reject, Clip, Reject]
    missing = rows[0]
    assert isinstance(missing, Reject)
    assert missing.error == "missing-file"
    assert "Yr1nicOVtvkQ" in missing.message
    assert missing.clip_id == "r1nicOVtvkQ_130"
    assert missing.key.endswith("train.csv:2")


def test_the_split_of_a_folder_wins(tmp_path):
    corpus(tmp_path, "a/tdWhHV3X25Q.wav", "val/tdWhHV3X25Q.wav")
    found = {r.clip_id: r for r in read(f"audiocaps:{tmp_path}") if isinstance(r, Clip)}
    assert found["tdWhHV3X25Q_60"].uri.endswith("val/tdWhHV3X25Q.wav")


def test_bad_rows(tmp_path):
    train = HEAD + "1,,30,Rain\n2,abc,30,Rain, hail\n3,abc,30,\n"
    rows = corpus(tmp_path, "abc.wav", train=train)
    errors = [r.error for r in rows if isinstance(r, Reject) and "train.csv" in r.key]
    assert errors == ["missing-id", "bad-row", "missing-caption"]


def test_nothing_there(tmp_path):
    with pytest.raises(ManifestError, match=r"train\.csv"):
        read(f"audiocaps:{tmp_path}")
    with pytest.raises(ManifestError, match="youtube_id"):
        corpus(tmp_path, train="a,b\n1,2\n")
