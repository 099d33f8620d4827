import numpy as np
import pytest
import soundfile

from elsa_data.errors import ConfigError
from elsa_data.evaluate.real import catalogue
from elsa_data.evaluate.real.catalogue import open_set
from elsa_data.evaluate.real.tut import CLASSES
from tests.evaluate.real.write_sets import WRITERS, write_librispeech, write_starss, write_tut


def off(azimuth, other):
    return abs((azimuth - other + 180) % 360 - 180)


def test_tut_is_read_as_it_was_written(tmp_path):
    truth = write_tut(tmp_path)
    found = open_set("tut", tmp_path)
    assert len(found.segments) == len(truth) == 30
    for segment, told in zip(found.segments, sorted(truth), strict=True):
        name, start, end, azimuth, elevation, distance, kind = told
        assert segment.path.stem == segment.place == name
        assert (segment.start_s, segment.end_s) == pytest.approx((start, end))
        assert off(segment.azimuth_deg, azimuth) < 1e-6
        assert segment.elevation_deg == pytest.approx(elevation)
        assert segment.distance_m == distance
        assert segment.label == CLASSES[kind]
        assert segment.fold == name.partition("_")[0]
    audio, rate, meta = next(found.sounds("test"))
    assert (audio.shape, audio.dtype, rate) == ((4, round(1.25 * rate)), np.float32, 44_100)
    assert meta.clip.endswith(".wav")


@pytest.mark.parametrize("distance", [True, False])
def test_starss_gives_pieces_where_one_source_stays(tmp_path, distance):
    truth = write_starss(tmp_path, distance=distance)
    found = open_set("starss", tmp_path)
    pieces = {(s.path.stem, round(10 * s.start_s), round(10 * s.end_s)): s for s in found.segments}
    assert len(found.segments) == len(pieces)
    assert set(pieces) == {told[:3] for told in truth}
    for name, start, end, azimuth, elevation in truth:
        segment = pieces[name, start, end]
        assert off(segment.azimuth_deg, azimuth) < 1e-6
        assert segment.elevation_deg == pytest.approx(elevation)
        assert segment.distance_m == (1.5 if distance else None)
        assert segment.fold == ("train" if name.startswith("fold3") else "test")
        assert segment.place.endswith(name.split("_")[1])
    folds = [{s.place for s in found.segments if s.fold == fold} for fold in ("train", "test")]
    assert not folds[0] & folds[1]


def test_spatial_librispeech_is_what_lies_in_the_folder(tmp_path):
    truth = write_librispeech(tmp_path)
    found = open_set("spatial-librispeech", tmp_path)
    assert len(found.segments) == len(truth) == 36
    for segment, (number, split, azimuth, elevation) in zip(found.segments, truth, strict=True):
        assert segment.path.name == f"{number:06}.flac"
        assert segment.fold == split
        assert off(segment.azimuth_deg, azimuth) < 1e-6
        assert segment.elevation_deg == pytest.approx(elevation)
        # Third octaves number 14 to 19 from 16 Hz on: 406 to 1290 Hz.
        assert segment.t30_s == pytest.approx(np.mean([300 + 10 * k for k in range(14, 20)]) / 1000)
    audio, rate, meta = next(found.sounds("train"))
    assert (audio.shape, rate) == ((4, 19_200), 16_000)
    assert "reverb" not in meta.words
    assert meta.words["size"] in ("small", "large") or meta.floor_area_m2 is not None


def test_words_are_those_of_the_numbers(tmp_path):
    write_tut(tmp_path)
    for _, _, meta in open_set("tut", tmp_path).sounds("train"):
        word = meta.words.get("direction")
        if abs(meta.azimuth_deg) <= 35:
            assert word == "front"
        elif 55 <= meta.azimuth_deg <= 125:
            assert word == "left"
        elif -125 <= meta.azimuth_deg <= -55:
            assert word == "right"
        else:
            assert word == ("back" if abs(meta.azimuth_deg) > 145 else None)


def test_n3d_becomes_sn3d(tmp_path):
    for name, root in (("sn3d", 1.0), ("n3d", 3**0.5)):
        write_tut(tmp_path / name, root=root)
    one, other = (list(open_set("tut", tmp_path / name).sounds("test")) for name in ("sn3d", "n3d"))
    for (first, _, _), (second, _, _) in zip(one, other, strict=True):
        assert np.allclose(first, second, atol=2e-4)


def test_of_many_segments_the_same_ones_are_drawn(tmp_path, monkeypatch):
    write_tut(tmp_path)
    monkeypatch.setattr(catalogue, "MOST", 5)
    found = open_set("tut", tmp_path)
    first, second = ([meta for _, _, meta in found.sounds("test")] for _ in range(2))
    assert len(first) == 5
    assert first == second


@pytest.mark.parametrize("name", WRITERS)
def test_another_folder_is_one_line(tmp_path, name):
    with pytest.raises(ConfigError, match=str(tmp_path)):
        open_set(name, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("start_time", "onset", "wanted the header"),
        (",1.5,", ",late,", "line 2: could not convert"),
        ("-0-0.wav", "-0.wav", "line 2: .* no UrbanSound8K"),
        (",0.25,", ",0.25,7,", "line 2: 6 numbers, wanted 5"),
    ],
)
def test_a_damaged_label_names_its_line(tmp_path, old, new, told):
    write_tut(tmp_path)
    path = next((tmp_path / "desc_ov1_split1").iterdir())
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError, match=told):
        open_set("tut", tmp_path)


def test_labels_that_outlast_their_sound_are_refused(tmp_path):
    write_starss(tmp_path)
    path = next((tmp_path / "metadata_dev").rglob("*.csv"))
    path.write_text("".join(f"{frame},1,0,10,0,150\n" for frame in range(300, 330)))
    with pytest.raises(ConfigError, match="not of one recording"):
        open_set("starss", tmp_path)


def test_a_file_of_two_channels_is_refused(tmp_path):
    write_starss(tmp_path)

    path = next((tmp_path / "foa_dev").rglob("*.wav"))
    audio, rate = soundfile.read(path)
    soundfile.write(path, audio[:, :2], rate)
    with pytest.raises(ConfigError, match="2 channels, wanted 4"):
        open_set("starss", tmp_path)
