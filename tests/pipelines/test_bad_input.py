"""Whatever is wrong with a corpus costs the rows that it is in, and says so."""

import csv
import json
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

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
