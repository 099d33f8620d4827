"""Whatever is asked wrongly gets one line, and nothing is begun."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch

from elsa_data.config import asset
from tests.conftest import SEED, Command

TINY = ("--preset", "tiny", "--seed", SEED)


def preset(folder: Path, old: str, new: str) -> Path:
    text = asset("room_presets", "tiny").read_text()
    assert old in text
    path = folder / "mine.yaml"
    path.write_text(text.replace(old, new))
    return path


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """One line on stderr, exit 2, and in the line every word that helps."""
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


DISTANCE = "distance_m: {law: uniform, low: 0.5, high: 4.0}"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("clearance_m", "clearence_m", "Did you mean 'clearance_m'?"),
        ("strict_captions: true", "strict_captions: perhaps", "strict_captions"),
        (DISTANCE, "distance_m: {law: uniform, low: 40, high: 50}", "the largest room holds"),
        (DISTANCE, "distance_m: {law: uniform, low: 4, high: 0.5}", "distance_m"),
        ("clearance_m: 0.3", "clearance_m: 3", "clearance_m"),
        ("clearance_m: 0.3", "clearance_m: .nan", "nan"),
        ("low: 0.15, high: 0.4}", "low: 15, high: 40}", "target_t30_s"),
        ("train: 0.6", "trian: 0.6", "trian"),
        ("name: tiny", "name: [tiny", "YAML"),
        ("name: tiny", "name: !!python/object/apply:os.getcwd []", "YAML"),
    ],
)
def test_a_wrong_preset(
    here: Command, manifest: Path, tmp_path: Path, old: str, new: str, says: str
) -> None:
    out = tmp_path / "out"
    refused(here("build", manifest, out, "--preset", preset(tmp_path, old, new)), "mine.yaml", says)
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.csv", None, "no such file"),
        ("empty.csv", "", "empty"),
        ("header.csv", "clip_id,path,caption\n", "no rows"),
        ("names.csv", "id,file,text\na,b,c\n", "clip_id"),
        ("slip.csv", "clip_idd,path,caption\na,b,c\n", "clip_idd"),
        ("semicolons.csv", "clip_id;path;caption\na;b;c\n", "commas"),
        ("text.parquet", "clip_id", "not a Parquet file"),
        ("list.txt", "a", ".csv"),
        ("bad.jsonl", "[1]\n", "clip_id"),
        ("bad.csv", "clip_id,path,caption\n,b,c\n", "no valid row"),
    ],
)
def test_a_wrong_manifest(
    here: Command, tmp_path: Path, name: str, content: str | None, says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    refused(here("build", path, tmp_path / "out", *TINY), name, says)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--preset", "tinny"), "Did you mean 'tiny'?"),
        (("--preset", "nowhere/tiny.yaml"), "nowhere/tiny.yaml"),
        (("--prest", "tiny"), "Did you mean '--preset'?"),
        (("--pre", "tiny"), "--preset"),
        (("--seed", "x"), "--seed"),
        (("--max-rejects", "7"), "share"),
        (("--workers", "0"), "1 or more"),
        ((*TINY, "--vocabulary", "nowhere"), "nowhere"),
        ((*TINY, "--exclude", "nowhere"), "nowhere"),
        ((*TINY, "--shard-index", 2, "--shard-count", 2), "--shard-index"),
        ((*TINY, "--", "--runner", "DaskRunner"), "DaskRunner"),
        ((*TINY, "--", "--runner=apache_beam.runners.dask.dask_runner.DaskRunner"), "DaskRunner"),
        ((*TINY, "--", "--direct_running_mode=multi_threading"), "multi_threading"),
        ((*TINY, "--", "--runner=NoRunner"), "NoRunner"),
        ((*TINY, "--", "--runner=nowhere.NoRunner"), "nowhere"),
    ],
)
def test_wrong_flags(here: Command, manifest: Path, tmp_path: Path, words: Any, says: str) -> None:
    refused(here("build", manifest, tmp_path / "out", *words), says)
    assert not (tmp_path / "out" / "build.json").exists(), "nothing may be begun"


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_cuda_without_cuda(here: Command, manifest: Path, tmp_path: Path) -> None:
    refused(here("build", manifest, tmp_path / "out", *TINY, "--device", "cuda"), "cuda", "cpu")


@pytest.mark.parametrize("command", ["simulate", "caption", "render", "verify", "status"])
def test_no_build_there(here: Command, tmp_path: Path, command: str) -> None:
    refused(here(command, tmp_path / "none"), "none", "build.json")
    assert not (tmp_path / "none").exists()


def test_wrong_commands(here: Command) -> None:
    refused(here("biuld"), "biuld", "build")
    refused(here(), "COMMAND")


def test_a_directory_of_something_else(here: Command, manifest: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    refused(here("build", manifest, tmp_path, *TINY), "thesis.txt", "not empty")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["thesis.txt"]


def test_a_build_of_something_else(here: Command, manifest: Path, build: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in build.rglob("*") if path.is_file()}
    refused(here("build", manifest, build, "--preset", "tiny", "--seed", 8), "seed: 7", "8 asked")
    refused(here("build", manifest, build, "--preset", "elsa", "--seed", SEED), "preset.name")
    refused(here("build", manifest, build, *TINY, "--limit", 3), "limit")
    refused(here("render", build, "--format", "webdataset"), "--redo")
    refused(here("simulate", build, "--engine", "pyroomacoustics"), "engine")
    after = {path: path.stat().st_mtime_ns for path in build.rglob("*") if path.is_file()}
    assert after == before
