"""``elsa-data report`` as a command."""

import shutil
from pathlib import Path

import pytest

from elsa_data.shards.directory import Directory
from tests.conftest import Command

SAMPLE = ("--sample", 3)


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_report_stands_beside_its_build_and_leaves_that_alone(here: Command, build: Path) -> None:
    before = names(build)
    done = here("report", build, *SAMPLE)
    assert done.returncode == 0, done.stderr
    report = build.with_name("build-report")
    assert f"open {report}/index.html" in done.stdout
    assert "Counted 72 rows in" in done.stdout
    assert names(build) == before
    assert names(report)[-1] == "index.html"
    assert "preset tiny, seed 7" in (report / "index.html").read_text()
    again = names(report), (report / "index.html").read_bytes()
    assert here("report", build, *SAMPLE).returncode == 0
    assert (names(report), (report / "index.html").read_bytes()) == again
    assert here("report", build, *SAMPLE, "--seed", 5).returncode == 0
    assert (report / "index.html").read_bytes() != again[1]


def test_a_published_set_has_a_report_too(here: Command, build: Path, tmp_path: Path) -> None:
    published = tmp_path / "set"
    published.mkdir()
    shutil.move(build / "data", published / "data")
    done = here("report", published, "--to", tmp_path / "page", *SAMPLE)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "page" / "index.html").read_text()
    assert "a published set, " in text
    assert "The impulse response is not kept here" in text


def test_a_remote_build_has_the_same_report(
    here: Command, build: Path, s3: str, tmp_path: Path
) -> None:
    remote = Directory(f"{s3}/reported/build")
    remote.fs.put(str(build), remote.url, recursive=True)
    for source, target in ((build, "here"), (remote.url, "there")):
        done = here("report", source, "--to", tmp_path / target, *SAMPLE)
        assert done.returncode == 0, done.stderr
    one, two = tmp_path / "here", tmp_path / "there"
    assert names(one) == names(two)
    for name in names(one)[:-1]:
        assert (one / name).read_bytes() == (two / name).read_bytes()
    shown = (one / "index.html").read_text().count("<article")
    assert (two / "index.html").read_text().count("<article") == shown == 3


def test_tars_have_the_same_rows(here: Command, manifest: Path, tmp_path: Path) -> None:
    for format_name in ("parquet", "webdataset"):
        words = ("--preset", "tiny", "--seed", 3, "--limit", 4, "--format", format_name)
        done = here("build", manifest, tmp_path / format_name / "build", *words)
        assert done.returncode == 0, done.stderr
        assert here("report", tmp_path / format_name / "build", *SAMPLE).returncode == 0
    one, two = (tmp_path / name / "build-report" for name in ("parquet", "webdataset"))
    assert names(one) == names(two)
    for name in names(one)[:-1]:
        assert (one / name).read_bytes() == (two / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "{build}/page"), "is inside"),
        (("--to", "{full}"), "not empty and no report: give a new folder with --to"),
        (("--to", "s3://bucket/page"), "give a folder on this machine"),
        (("--sample", 0), "wanted a whole number, 1 or more"),
        (("--smaple", 3), "Did you mean '--sample'?"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    here: Command, build: Path, tmp_path: Path, words: tuple, said: str
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.tex").write_text("years of work")
    before = names(tmp_path)
    done = here("report", build, *(str(w).format(build=build, full=full) for w in words))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert names(tmp_path) == before


def test_a_folder_without_rows_is_no_traceback(here: Command, tmp_path: Path) -> None:
    done = here("report", tmp_path)
    assert done.returncode == 1
    assert "holds no finished shard in data/" in done.stderr
    assert done.stderr.count("\n") == 1
    done = here("report", "s3://bucket/build")
    assert done.returncode == 2
    assert "say where to with --to FOLDER" in done.stderr
