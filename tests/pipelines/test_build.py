"""A whole build, through the command and through Beam: the same bytes whoever makes them."""

import dataclasses
import hashlib
import json
from pathlib import Path

import apache_beam as beam
import pyarrow.parquet as pq
import pytest
import yaml
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from elsa_data.config import asset
from elsa_data.errors import ConfigError
from elsa_data.shards.data import read_data
from elsa_data.shards.directory import Directory, shard_ref
from elsa_data.shards.marks import read_marks
from elsa_data.shards.state import read_state
from elsa_data.stages.settings import STAGES, settings_from
from pipelines.builds import note_device, shards
from pipelines.transforms import MakeShards
from tests.conftest import SEED, Command


def hashes(build: Path, folder: str = "data") -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted((build / folder).iterdir())
    }


def settings_of(build: Path):
    state = read_state(Directory(str(build)))
    assert state is not None
    return settings_from(state, str(build))


def audio_of(build: Path) -> dict[str, str]:
    directory = Directory(str(build))
    return {
        example.example_id: hashlib.sha256(example.audio).hexdigest()
        for ref in shards(settings_of(build))
        for example in read_data(directory, ref)
    }


def test_two_workers_write_the_bytes_of_one(
    elsa_data: Command, manifest: Path, standing_build: Path, tmp_path: Path
) -> None:
    out = tmp_path / "build"
    words = ("--preset", "tiny", "--seed", SEED, "--workers", 2)
    done = elsa_data("build", manifest, out, *words)
    assert done.returncode == 0, done.stderr
    for folder in ("rirs", "captions", "data"):
        assert hashes(out, folder) == hashes(standing_build, folder), folder


@pytest.mark.slow
def test_webdataset_is_the_same_for_any_worker_count(
    here: Command, manifest: Path, tmp_path: Path
) -> None:
    made = []
    for workers in (1, 2):
        out = tmp_path / f"{workers}"
        words = ("--preset", "tiny", "--seed", SEED, "--format", "webdataset")
        done = here("build", manifest, out, *words, "--workers", workers)
        assert done.returncode == 0, done.stderr
        made.append(hashes(out))
    assert made[0] == made[1]
    assert all(name.endswith(".tar") for name in made[0])


@pytest.mark.slow
def test_another_seed_gives_other_bytes(
    here: Command, manifest: Path, standing_build: Path, tmp_path: Path
) -> None:
    out = tmp_path / "build"
    assert here("build", manifest, out, "--preset", "tiny", "--seed", 8).returncode == 0
    assert not set(hashes(out).values()) & set(hashes(standing_build).values())
    assert not set(audio_of(out)) & set(audio_of(standing_build)), "ids repeat across seeds"


def test_a_replayed_bundle_changes_nothing(build: Path) -> None:
    before = hashes(build)
    settings = settings_of(build)
    names = [str(ref) for ref in shards(settings)]
    for name in names[:2]:
        ref = shard_ref(name)
        assert ref is not None
        Path(settings.directory.mark("render", ref)).unlink()
        Path(settings.directory.mark("simulate", ref)).unlink()
    with beam.Pipeline(runner=FnApiRunner(bundle_repeat=2)) as pipeline:
        _ = pipeline | MakeShards(names, STAGES, settings, hinted=False)
    assert hashes(build) == before


def test_a_different_request_is_refused_by_what_differs(
    here: Command, manifest: Path, build: Path
) -> None:
    before = hashes(build)
    asked = here("build", manifest, build, "--preset", "tiny", "--seed", 8)
    assert asked.returncode == 2
    assert "seed: 7 in the build, 8 asked" in asked.stderr
    words = ("--preset", "tiny", "--seed", SEED)
    asked = here("build", manifest, build, *words, "--engine", "pyroomacoustics")
    assert asked.returncode == 2
    assert "engine" in asked.stderr
    asked = here("render", build, "--format", "webdataset")
    assert asked.returncode == 2
    assert "--redo" in asked.stderr
    assert hashes(build) == before


def test_another_format_keeps_the_sound(here: Command, build: Path) -> None:
    before = audio_of(build)
    done = here("render", build, "--format", "webdataset", "--redo")
    assert done.returncode == 0, done.stderr
    assert {file.suffix for file in (build / "data").iterdir()} == {".tar"}
    assert audio_of(build) == before
    assert here("verify", build).returncode == 0


def test_other_words_keep_the_sound(here: Command, build: Path, tmp_path: Path) -> None:
    before = audio_of(build)
    directory, refs = Directory(str(build)), shards(settings_of(build))
    words = {e.example_id: e.parts[0].distance for r in refs for e in read_data(directory, r)}
    seconds = sum(mark.seconds for mark in read_marks(directory, "render"))
    vocabulary = yaml.safe_load(asset("prompts", "attributes.elsa.v1").read_text())
    near, far = vocabulary["slots"]["distance"]["rules"]
    near["intervals"], far["intervals"] = [[0, 2]], [[3, 1000]]
    changed = tmp_path / "words.yaml"
    changed.write_text(yaml.safe_dump(vocabulary))
    for command in (("caption", build, "--vocabulary", changed, "--redo"), ("render", build)):
        done = here(*command)
        assert done.returncode == 0, done.stderr
    after = {e.example_id: e.parts[0].distance for r in refs for e in read_data(directory, r)}
    assert after != words
    assert audio_of(build) == before
    # Copying, not rendering: far less work than the first time, by the marks' own account.
    assert sum(mark.seconds for mark in read_marks(directory, "render")) < seconds
    assert here("verify", build).returncode == 0


def test_slices_of_an_array_make_the_whole_build(
    here: Command, manifest: Path, standing_build: Path, tmp_path: Path
) -> None:
    out = tmp_path / "build"
    assert here("plan", manifest, out, "--preset", "tiny", "--seed", SEED).returncode == 0
    for index in (1, 0):
        for stage in ("simulate", "caption", "render"):
            words = ("--shard-index", index, "--shard-count", 2)
            done = here(stage, out, *words)
            assert done.returncode == 0, done.stderr
    assert hashes(out) == hashes(standing_build)


def test_rows_are_what_the_readme_says(standing_build: Path) -> None:
    file = next((standing_build / "data").iterdir())
    metadata = pq.read_schema(file).metadata
    features = json.loads(metadata[b"huggingface"])["info"]["features"]
    assert features["audio"]["_type"] == "Audio"
    rows = pq.read_table(file).to_pylist()
    assert {row["channels"] for row in rows} == {1, 4}
    for row in rows:
        assert row["spatial"] == (row["channels"] == 4)
        assert (row["parts"][0]["azimuth_deg"] is not None) == row["spatial"]


def test_another_kind_of_device_is_refused(build: Path) -> None:
    settings = settings_of(build)
    note_device(settings)
    state = read_state(settings.directory)
    assert state is not None
    assert state["devices"] == ["cpu"]
    with pytest.raises(ConfigError, match="--allow-mixed-devices"):
        note_device(dataclasses.replace(settings, device="cuda"))
    note_device(dataclasses.replace(settings, device="cuda", allow_mixed_devices=True))
    assert (read_state(settings.directory) or {})["devices"] == ["cpu", "cuda"]
