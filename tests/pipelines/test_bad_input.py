"""Whatever is wrong with a corpus costs the rows it is in; whatever is asked wrongly, one line."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from elsa_data.config import asset
from elsa_data.corpora.demo import write_demo
from elsa_data.seeding import stable_id
from elsa_data.shards.data import read_data
from elsa_data.shards.directory import Directory, shard_ref
from elsa_data.shards.marks import read_marks
from tests.conftest import SEED, Command
from tests.pipelines.bad_rows import CLIMBING, HEADER, LONG, Row, write_bad_manifest

TINY = ("--preset", "tiny", "--seed", SEED)


class Spoilt:
    """A build of a manifest in which much is wrong."""

    def __init__(self, folder: Path, command: Command) -> None:
        self.out = folder / "deep" / "er" / "build"
        self.manifest, self.rows = write_bad_manifest(folder)
        self.folder = folder
        words = ("--max-rejects", "1.0", "--format", "webdataset")
        self.done = command("build", self.manifest, self.out, *TINY, *words)

    def rejects(self) -> list[dict[str, Any]]:
        files = sorted((self.out / "rejects").glob("*/*.json"))
        return [reject for file in files for reject in json.loads(file.read_text())]

    def key_of(self, row: Row) -> str:
        """The key of a row's reject: its line while it has no clip, its clip from then on."""
        by_line = {
            "missing-id", "bad-id", "missing-caption", "bad-split", "missing-audio-field",
            "bad-path", "bad-row",
        }  # fmt: skip
        if row.reason not in by_line:
            return f"bad:{row.cells[0]}"
        before = self.rows[: self.rows.index(row)]
        lines = 2 + sum(1 + "".join(other.cells).count("\n") for other in before)
        return f"{self.manifest}:{lines}"

    def counts(self, stage: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for mark in read_marks(Directory(str(self.out)), stage):
            found.update(mark.counts)
            found.update(rows=mark.rows, rejects=mark.rejects)
        return found


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory, here: Command) -> Spoilt:
    return Spoilt(tmp_path_factory.mktemp("bad"), here)


def test_a_build_goes_on_without_its_bad_rows(spoilt: Spoilt) -> None:
    assert spoilt.done.returncode == 0, spoilt.done.stderr
    assert "Traceback" not in spoilt.done.stderr
    assert "Error" not in spoilt.done.stderr


def test_each_bad_row_has_one_reject_that_says_why(spoilt: Spoilt) -> None:
    by_key = Counter((reject["key"], reject["error"]) for reject in spoilt.rejects())
    bad = [row for row in spoilt.rows if row.reason]
    assert len(bad) > 25
    wanted = Counter((spoilt.key_of(row), row.reason) for row in bad)
    assert by_key == wanted
    said = {(reject["key"], reject["error"]): reject for reject in spoilt.rejects()}
    for row in bad:
        reject = said[spoilt.key_of(row), row.reason or ""]
        assert row.says in reject["message"], row.name
        assert any(stop in reject["message"] for stop in ";:,"), f"{row.name}: no cure"
        assert reject["message"].isprintable(), row.name


def test_the_accounts_balance(spoilt: Spoilt) -> None:
    clips = sum(spoilt.counts(stage)["rejects"] for stage in ("read", "probe", "assign", "plan"))
    planned = spoilt.counts("plan")
    assert spoilt.counts("read")["manifest_rows"] == len(spoilt.rows) == planned["clips"] + clips
    lost = sum(spoilt.counts(stage)["rejects"] for stage in ("simulate", "caption", "render"))
    assert planned["examples"] == spoilt.counts("render")["rows"] + lost


def test_what_is_left_is_proven(spoilt: Spoilt, here: Command) -> None:
    done = here("verify", spoilt.out)
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stderr


def test_an_id_is_no_path(spoilt: Spoilt) -> None:
    everywhere = {str(path.relative_to(spoilt.folder)) for path in spoilt.folder.rglob("*")}
    assert not [path for path in everywhere if "escaped" in path]
    assert not Path("/tmp/elsa-data-escaped").exists()
    outside = [path for path in everywhere if not path.startswith("deep")]
    files = {"bad.csv", "folder.wav"} | {row.cells[1] for row in spoilt.rows if len(row.cells) > 1}
    assert set(outside) <= files | {f"good{number}.wav" for number in range(20)}
    names: list[str] = []
    for tar in (spoilt.out / "data").iterdir():
        with tarfile.open(tar) as opened:
            names += opened.getnames()
    hexadecimal = set("0123456789abcdef")
    assert names
    assert all(set(name.partition(".")[0]) <= hexadecimal for name in names), names[:9]
    assert all(len(name.partition(".")[0]) == len(stable_id("x")) for name in names), names[:9]


def test_odd_rows_keep_their_data(spoilt: Spoilt) -> None:
    directory = Directory(str(spoilt.out))
    refs = [shard_ref(mark.shard) for mark in read_marks(directory, "render")]
    examples = [e for ref in refs if ref is not None for e in read_data(directory, ref)]
    originals = {e.parts[0].clip_id: e.original_captions[0] for e in examples}
    assert set(originals) == {row.cells[0] for row in spoilt.rows if row.reason is None}
    assert originals[CLIMBING] == "A fan hums"
    long = originals["=cmd|' /C calc'!A0"]
    assert 300 < len(long) <= 400
    assert LONG.startswith(long)
    assert originals["مقطع"] == "كلب ينبح dogs"
    splits = {e.parts[0].source_id: e.split for e in examples}
    assert all(splits[e.parts[0].source_id] == e.split for e in examples)


# What is asked wrongly ------------------------------------------------------------------------


def preset(folder: Path, old: str, new: str) -> Path:
    text = asset("room_presets", "tiny").read_text()
    assert old in text
    path = folder / "mine.yaml"
    path.write_text(text.replace(old, new))
    return path


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
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
    written(tmp_path, "thesis.txt", "mine")
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


def test_too_many_bad_rows_end_the_build(here: Command, tmp_path: Path) -> None:
    """Judged as soon as the manifest is read: nothing is decoded before."""
    manifest = tmp_path / "many.csv"
    with manifest.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *(_row(n, "train" * (n % 9 > 0)) for n in range(280))])
    text = manifest.read_text().replace("train", "trian", 60)
    manifest.write_text(text)
    done = here("build", manifest, tmp_path / "out", *TINY)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "21.4% of the rows so far were rejected, more than --max-rejects 5.0%" in done.stderr
    assert str(tmp_path / "out" / "rejects") in done.stderr


def _row(number: int, split: str) -> tuple[str, ...]:
    return (f"c{number}", "none.wav", "A fan hums", split, "")


@pytest.mark.slow
def test_too_many_bad_files_end_the_build(elsa_data: Command, tmp_path: Path) -> None:
    manifest = tmp_path / "many.csv"
    with manifest.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *(_row(number, "") for number in range(280))])
    done = elsa_data("build", manifest, tmp_path / "out", *TINY)
    assert done.returncode == 1
    assert "100.0% of the rows so far were rejected" in done.stderr
    assert "Traceback" not in done.stderr


# Storage that refuses -------------------------------------------------------------------------


def test_a_file_where_the_build_should_be(here: Command, manifest: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "out", "mine")
    for out in (file, file / "deeper"):
        done = here("build", manifest, out, *TINY)
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1, done.stderr
        assert "a file stands where a folder should" in done.stderr
    assert file.read_text() == "mine"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, too small for a build."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or not _ran([mount, "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]):
        pytest.skip("cannot mount a file system here (needs root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _ran(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk(elsa_data: Command, small_disk: Path, tmp_path: Path, workers: int) -> None:
    manifest = write_demo(tmp_path / "corpus", seed=SEED, clips=16)
    words = ("build", manifest, small_disk / "build", *TINY, "--workers", workers)
    ended = elsa_data(*words)
    assert ended.returncode == 1
    assert ended.stderr.count("elsa-data:") == 1, ended.stderr
    assert "the disk is full: free some space, then run the same command again" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert _ran(["mount", "-o", "remount,size=100m", str(small_disk)])
    done = elsa_data(*words)
    assert done.returncode == 0, done.stderr
    assert elsa_data("verify", small_disk / "build").returncode == 0


@pytest.mark.slow
def test_a_disk_that_turns_read_only(elsa_data: Command, small_disk: Path, manifest: Path) -> None:
    words = ("build", manifest, small_disk / "build", *TINY)
    assert _ran(["mount", "-o", "remount,ro", str(small_disk)])
    ended = elsa_data(*words)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert "read-only" in ended.stderr


@pytest.mark.slow
def test_files_that_may_not_grow(elsa_data: Command, tmp_path: Path) -> None:
    """The limit of a shell (``ulimit -f``) stands in for a quota, with no rights needed."""
    manifest = write_demo(tmp_path / "corpus", seed=SEED, clips=16)
    words = ("build", str(manifest), str(tmp_path / "build"), *map(str, TINY))
    limited = f"ulimit -f 256 && exec {sys.executable} -m pipelines " + " ".join(words)
    ended = subprocess.run(
        ["bash", "-c", limited], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr.count("elsa-data:") == 1, ended.stderr
    assert "files may not grow this large here" in ended.stderr
    assert "Traceback" not in ended.stderr
    done = elsa_data(*words)
    assert done.returncode == 0, done.stderr
    assert elsa_data("verify", tmp_path / "build").returncode == 0
