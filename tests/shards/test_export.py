"""Each layout held against the published description of it, and against the rows it is made of."""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import webdataset

from elsa_data.errors import BuildError, ConfigError
from elsa_data.examples import Example, ExamplePart
from elsa_data.geometry import unit_vector
from elsa_data.shards.data import read_data, write_data
from elsa_data.shards.directory import Directory, data_files, shard_ref
from elsa_data.shards.export import LAYOUTS, export
from elsa_data.shards.export_clap import tar_path
from elsa_data.shards.export_dcase import active_frames, frame_rows
from elsa_data.shards.export_rows import sound_of, wav
from elsa_data.shards.flac import decode, encode


def quiet(_: str) -> None: ...


def rows_of(build: Path) -> dict[str, Example]:
    directory = Directory(str(build))
    refs = [shard_ref(Path(url).stem) for urls in data_files(directory).values() for url in urls]
    examples = [e for ref in refs if ref for e in read_data(directory, ref)]
    return {example.example_id: example for example in examples}


@pytest.fixture(scope="module")
def rows(standing_build: Path) -> dict[str, Example]:
    return rows_of(standing_build)


@pytest.fixture(scope="module")
def exports(standing_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    for layout in LAYOUTS:
        export(Directory(str(standing_build)), folder / layout, layout, quiet)
    return folder


def recordings(folder: Path) -> Iterator[tuple[Path, Path, dict[str, str]]]:
    """Yield the sound, the frames and the line in recordings/ of each recording."""
    for listing in sorted((folder / "recordings").glob("*.csv")):
        for line in csv.DictReader(listing.open(encoding="utf-8", newline="")):
            (sound,) = (folder / "foa_dev").glob(f"*/{line['recording']}.wav")
            yield sound, folder / "metadata_dev" / sound.parent.name / f"{sound.stem}.csv", line


# DCASE


def test_dcase_names_and_folders_are_as_published(exports: Path) -> None:
    folder = exports / "dcase"
    sounds = sorted((folder / "foa_dev").glob("*/*"))
    frames = sorted((folder / "metadata_dev").glob("*/*"))
    assert [p.relative_to(folder / "foa_dev").with_suffix("") for p in sounds] == [
        p.relative_to(folder / "metadata_dev").with_suffix("") for p in frames
    ]
    folds = {"dev-train": 3, "dev-test": 4, "dev-val": 5}
    for path in sounds:
        match = re.fullmatch(r"fold(\d)_room(\d+)_mix(\d+)\.wav", path.name)
        assert match, path
        assert int(match[1]) == int(path.name[4]) == folds[path.parent.name]


def test_dcase_sound_is_the_row_at_24_khz(exports: Path, rows: dict[str, Example]) -> None:
    seen = set()
    for sound, _, line in recordings(exports / "dcase"):
        example = rows[line["example_id"]]
        seen.add(example.example_id)
        info = soundfile.info(str(sound))
        assert (info.samplerate, info.channels, info.subtype) == (24_000, 4, "PCM_16")
        assert abs(info.duration - example.duration_s) < 1e-3
        assert float(line["gain_db"]) == 0.0
    assert seen == {name for name, example in rows.items() if example.spatial}


def test_dcase_frames_are_whole_numbers_within_bounds(
    exports: Path, rows: dict[str, Example]
) -> None:
    classes = list(csv.DictReader((exports / "dcase" / "classes.csv").open(encoding="utf-8")))
    assert [int(line["index"]) for line in classes] == list(range(len(classes)))
    for sound, frames, line in recordings(exports / "dcase"):
        example = rows[line["example_id"]]
        part = example.parts[0]
        lines = [[int(cell) for cell in text.split(",")] for text in frames.read_text().split()]
        assert lines, "a recording in which nothing is ever active"
        assert all(len(cells) == 6 for cells in lines)
        assert lines == sorted(lines)
        last = int(soundfile.info(str(sound)).duration * 10 + 1e-6)
        for frame, index, source, azimuth, elevation, distance in lines:
            assert 0 <= frame < last
            assert classes[index]["class"] == line["class"] == part.labels[0]
            assert source == 0
            assert azimuth == round(part.azimuth_deg or 0.0)
            assert elevation == round(part.elevation_deg or 0.0)
            assert distance == round(100 * (part.distance_m or 0.0))


def test_dcase_directions_are_heard_in_the_sound(exports: Path) -> None:
    """The intensity of W and Y, Z, X over the whole clip leans to where the frames say."""
    cosines = []
    for sound, frames, _ in recordings(exports / "dcase"):
        _, _, _, azimuth, elevation, _ = map(int, frames.read_text().split()[0].split(","))
        w, y, z, x = soundfile.read(str(sound))[0].T
        heard = np.array([(w * x).sum(), (w * y).sum(), (w * z).sum()])
        heard /= np.linalg.norm(heard)
        signs = np.array([[a, b, c] for a in (1, -1) for b in (1, -1) for c in (1, -1)])
        cosines.append((signs * heard) @ unit_vector(azimuth, elevation))
    errors = np.median(np.degrees(np.arccos(np.clip(cosines, -1, 1))), axis=0)
    assert errors[0] < 20, "echoes pull the whole clip's direction away by some degrees"
    assert errors[1:].min() > 1.5 * errors[0], "no mirrored axis fits"


def test_dcase_frames_hold_the_energy_of_the_sound(exports: Path) -> None:
    """Frames that are not active are echo or silence: quieter than the active ones."""
    louder = 0
    sounds = list(recordings(exports / "dcase"))
    for sound, frames, _ in sounds:
        w = soundfile.read(str(sound))[0][:, 0]
        power = (w[: w.size // 2400 * 2400].reshape(-1, 2400) ** 2).mean(axis=1)
        active = np.zeros(power.size, dtype=bool)
        active[[int(line.split(",")[0]) for line in frames.read_text().split()]] = True
        louder += active.all() or power[active].mean() > power[~active].mean()
    assert louder == len(sounds)


def test_repetitions_and_the_way_of_the_sound_are_in_the_frames(make_example) -> None:
    part: ExamplePart = replace(
        make_example(0).parts[0], onset_s=0.0, active_s=0.5, repeats=2, distance_m=3.43
    )
    # It arrives after 10 ms: 0.01-0.51 s and, after a gap of 0.25 s, 0.76-1.26 s.
    assert active_frames(part, 343.0) == [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12]
    on_the_edge = replace(part, repeats=1, distance_m=34.3, active_s=0.1)
    assert active_frames(on_the_edge, 343.0) == [1], "0.1-0.2 s is frame 1 and no other"
    short = replace(part, repeats=1, active_s=0.001)
    assert active_frames(short, 343.0) == [0]


def test_two_sources_are_two_lines_a_frame(make_example) -> None:
    example: Example = make_example(1)
    places = [(90.4, -10.0, 1.0), (-179.6, 45.0, 2.5)]
    parts = tuple(
        replace(part, azimuth_deg=az, elevation_deg=el, distance_m=d, labels=(name,), active_s=0.05)
        for part, (az, el, d), name in zip(example.parts, places, ("b", "a"), strict=True)
    )
    lines = frame_rows(replace(example, parts=parts), {"a": 0, "b": 1}, 10)
    assert lines == [(0, 0, 1, -180, 45, 250), (0, 1, 0, 90, -10, 100)]


# LAION-CLAP


def test_clap_tars_are_as_published(exports: Path, rows: dict[str, Example]) -> None:
    folder = exports / "laion-clap"
    assert {path.name for path in folder.iterdir()} == {"train", "valid", "test", "export.json"}
    seen = set()
    for split in ("train", "valid", "test"):
        sizes = json.loads((folder / split / "sizes.json").read_text())
        tars = sorted((folder / split).glob("*.tar"))
        assert sizes.keys() == {path.name for path in tars}
        for path in tars:
            found = list(webdataset.WebDataset(str(path), shardshuffle=False))
            assert len(found) == sizes[path.name]
            for sample in found:
                assert {k for k in sample if not k.startswith("__")} == {"flac", "json"}
                told = json.loads(sample["json"])
                example = rows[sample["__key__"]]
                seen.add(example.example_id)
                assert told["text"] == list(example.captions)
                assert told["tag"] == list(example.parts[0].labels)
                assert told["original_data"]["example_id"] == example.example_id
                audio, rate = soundfile.read(io.BytesIO(sample["flac"]))
                assert rate == 48_000
                assert audio.ndim == 1, "the loader of CLAP hears one channel"
    assert seen == rows.keys()


# WAV


def test_wav_is_the_row_sample_for_sample(exports: Path, rows: dict[str, Example]) -> None:
    found = {path.stem: path for path in (exports / "wav").glob("*/*.wav")}
    assert found.keys() == rows.keys()
    for name, path in found.items():
        audio, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
        wanted, wanted_rate = decode(rows[name].audio)
        assert rate == wanted_rate
        assert np.array_equal(audio.T, wanted)
        told = json.loads(path.with_suffix(".json").read_text())
        assert told["caption"] == rows[name].caption
        assert told["conventions"]["format"] == "AmbiX"
        assert "audio" not in told


def test_resampling_never_clips_and_says_what_it_did() -> None:
    square = np.tile(np.repeat([0.99, -0.99], 50), 200).astype(np.float32)
    example = object.__new__(Example)
    object.__setattr__(example, "audio", encode(np.stack([square] * 4), 16_000))
    audio, gain_db = sound_of(example, sample_rate_hz=24_000)
    assert -3 < gain_db < 0, "a square wave overshoots, so all channels are turned down together"
    assert np.abs(audio).max() <= 1.0
    stored, _ = soundfile.read(io.BytesIO(wav(audio, 24_000)), dtype="float32")
    assert np.abs(stored.T - audio).max() <= 1 / 32768


# All


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_killed_export_goes_on_and_ends_the_same(
    exports: Path, standing_build: Path, tmp_path: Path, layout: str
) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines", "export", standing_build, out, "--to", layout],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    done = json.loads((out / "export.json").read_text())["shards"]
    assert 0 < len(done) < 6
    tars = [out / tar_path(ref) for name in done if (ref := shard_ref(name))]
    first = {path: path.stat().st_mtime_ns for path in tars if path.is_file()}
    time.sleep(0.01)
    said: list[str] = []
    export(Directory(str(standing_build)), out, layout, said.append)
    assert len(said) == 6
    assert tree(out) == tree(exports / layout)
    for path, when in first.items():
        assert path.stat().st_mtime_ns == when, "a finished tar is not written again"


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_set_without_its_build_is_exported_too(
    exports: Path, standing_build: Path, tmp_path: Path
) -> None:
    shutil.copytree(standing_build / "data", tmp_path / "set" / "data")
    export(Directory(str(tmp_path / "set")), tmp_path / "out", "dcase", quiet)
    mine, its = tree(tmp_path / "out"), tree(exports / "dcase")
    assert mine.pop("export.json") != its.pop("export.json")
    assert mine == its


def test_tars_are_exported_as_parquet_is(
    exports: Path, standing_build: Path, tmp_path: Path
) -> None:
    source = Directory(str(standing_build))
    (tmp_path / "set" / "data").mkdir(parents=True)
    for urls in data_files(source).values():
        for url in urls:
            ref = shard_ref(Path(url).stem)
            assert ref is not None
            path = tmp_path / "set" / "data" / f"{ref}.tar"
            write_data("webdataset", read_data(source, ref), path)
    export(Directory(str(tmp_path / "set")), tmp_path / "out", "wav", quiet)
    mine, its = tree(tmp_path / "out"), tree(exports / "wav")
    assert mine.keys() == its.keys()
    assert all(mine[name] == its[name] for name in its if name != "export.json")


def test_another_set_or_a_strange_folder_is_refused(
    exports: Path, standing_build: Path, tmp_path: Path
) -> None:
    source = Directory(str(standing_build))
    copy = Path(shutil.copytree(exports / "wav", tmp_path / "copy"))
    with pytest.raises(ConfigError, match="another set or layout"):
        export(source, copy, "dcase", quiet)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ConfigError, match=r"not empty and no export \(letter.txt\)"):
        export(source, tmp_path / "mine", "wav", quiet)
    assert tree(tmp_path / "mine") == {"letter.txt": b"dear"}


def test_half_a_set_is_refused(build: Path, tmp_path: Path) -> None:
    (build / "data" / "train-00002-of-00004.parquet").unlink()
    with pytest.raises(BuildError, match=r"each of the 4 shards of train .* number 2"):
        export(Directory(str(build)), tmp_path / "out", "wav", quiet)


@pytest.mark.parametrize("field", ["example_id", "group_id"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_id_cannot_climb_out_of_the_folder(
    make_example, tmp_path: Path, field: str, layout: str
) -> None:
    evil = replace(make_example(0), **{field: "../../evil"})
    (tmp_path / "set" / "data").mkdir(parents=True)
    write_data("parquet", [evil], tmp_path / "set" / "data" / "train-00000-of-00001.parquet")
    with pytest.raises(BuildError, match="is no id"):
        export(Directory(str(tmp_path / "set")), tmp_path / "out", layout, quiet)
    assert not list(tmp_path.rglob("*evil*"))
