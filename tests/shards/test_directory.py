import os
import shutil
from pathlib import Path

import pytest

from elsa_data.errors import ConfigError
from elsa_data.records import ShardRef
from elsa_data.shards.directory import Directory, data_files, free_bytes, local_path, shard_ref

REF = ShardRef(split="train", index=7, count=64)
NAME = "train-00007-of-00064"


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def test_everything_has_its_place(tmp_path):
    directory = Directory(str(tmp_path))
    root = str(tmp_path)
    assert directory.shard("plan", REF) == f"{root}/plan/{NAME}.parquet"
    assert directory.shard("probe", REF) == f"{root}/plan/{NAME}.parquet"
    assert directory.shard("simulate", REF) == f"{root}/rirs/{NAME}.parquet"
    assert directory.shard("caption", REF) == f"{root}/captions/{NAME}.parquet"
    assert directory.shard("render", REF, "tar") == f"{root}/data/{NAME}.tar"
    assert directory.mark("render", REF) == f"{root}/done/render/{NAME}.json"
    assert directory.rejects("render", REF) == f"{root}/rejects/render/{NAME}.json"
    assert directory.relative(directory.shard("plan", REF)) == f"plan/{NAME}.parquet"


@pytest.mark.parametrize("url", ["s3://bucket/a build", "s3://bucket/a build/"])
def test_a_remote_build_has_the_same_places(url):
    directory = Directory(url)
    assert directory.local is None
    assert directory.shard("plan", REF) == f"s3://bucket/a build/plan/{NAME}.parquet"
    assert directory.relative(directory.state()) == "build.json"


def test_a_relative_path_and_a_file_url_are_local(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for url in ("ein bau", f"file://{tmp_path}/ein bau", f"{tmp_path}/ein bau/"):
        assert Directory(url).local == tmp_path / "ein bau"
        assert Directory(url).state() == f"{tmp_path}/ein bau/build.json"


def test_an_unknown_stage_suggests_the_near_one():
    with pytest.raises(ValueError, match=r"Did you mean 'simulate'\?"):
        Directory("x").shard("simulat", REF)


def test_an_unknown_protocol_is_a_wrong_request():
    with pytest.raises(ConfigError, match=r"nothing://there.*local path or an fsspec URL"):
        _ = Directory("nothing://there").fs


def test_a_full_build_holds_nothing_unexpected(tmp_path):
    root = tmp_path / "ein Bau € ä"
    directory = Directory(str(root))
    stages = ("read", "probe", "assign", "plan", "simulate", "caption", "render")
    put(root, "build.json", "lock.json", "README.md", "answers/a/1.jsonl", "batches/x.jsonl")
    for stage in stages:
        for url in (directory.shard(stage, REF), directory.mark(stage, REF)):
            put(root, directory.relative(url))
        for url in (directory.rejects(stage, REF), directory.progress(stage, REF)):
            put(root, directory.relative(url))
    put(root, f"data/{NAME}.tar", "plan/clips-00000-of-00002.parquet")
    assert directory.unexpected() == []
    assert "plan/clips-00000-of-00002.parquet" in directory.files()


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "build.json.bak",
        ".DS_Store",
        "more/train-00007-of-00064.parquet",
        "plan/x.parquet",
        "plan/train-00007-of-00064.tar",
        "plan/train-00007-of-00064.parquet.crc",
        "plan/train-00064-of-00064.parquet",
        "plan/train-7-of-64.parquet",
        "plan/deep/train-00007-of-00064.parquet",
        "data/Train-00007-of-00064.parquet",
        "data/train-000007-of-00064.parquet",
        "data/train-00007-of-00064.json",
        "done/train-00007-of-00064.json",
        "done/bake/train-00007-of-00064.json",
        "done/plan/train-00007-of-00064.txt",
        "rejects/plan/deep/train-00007-of-00064.json",
    ],
)
def test_what_has_no_place_is_unexpected(tmp_path, name):
    put(tmp_path, "build.json", f"plan/{NAME}.parquet", name)
    assert Directory(str(tmp_path)).unexpected() == [name]


def test_what_lies_in_tmp_is_left_over_and_no_error(tmp_path):
    put(tmp_path, "tmp/train-00007-of-00064-ab12/data", "build.json")
    directory = Directory(str(tmp_path))
    assert directory.unexpected() == []
    assert directory.leftovers() == ["tmp/train-00007-of-00064-ab12/data"]


def test_a_build_that_is_not_there_is_empty(tmp_path):
    directory = Directory(str(tmp_path / "none"))
    assert directory.files() == directory.unexpected() == directory.leftovers() == []
    assert data_files(directory) == {}


def test_a_file_written_by_another_shows_at_once(tmp_path):
    directory = Directory(str(tmp_path))
    assert directory.files() == []
    put(tmp_path, "build.json")
    assert directory.files() == ["build.json"]


@pytest.mark.parametrize(
    "ref",
    [REF, ShardRef(split="clips", index=0, count=1), ShardRef(split="a_1", index=5, count=123_456)],
)
def test_a_name_reads_back_as_its_shard(ref):
    assert shard_ref(str(ref)) == ref


@pytest.mark.parametrize("name", ["", "train", "train-00002-of-00002", f"{NAME}\n", f" {NAME}"])
def test_another_name_is_no_shard(name):
    assert shard_ref(name) is None


def test_published_files_are_listed_by_split_in_order(tmp_path):
    put(tmp_path, "data/test-00000-of-00001.tar", "data/README.md", "README.md")
    put(tmp_path, *(f"data/train-{index:05d}-of-00011.parquet" for index in (10, 2, 0)))
    assert data_files(Directory(str(tmp_path))) == {
        "test": [f"{tmp_path}/data/test-00000-of-00001.tar"],
        "train": [f"{tmp_path}/data/train-{index:05d}-of-00011.parquet" for index in (0, 2, 10)],
    }


def test_free_space_is_told_before_the_build_exists(tmp_path):
    free = free_bytes(str(tmp_path / "not" / "there" / "yet"))
    assert free is not None
    assert 0 < free <= shutil.disk_usage(tmp_path).total
    stats = os.statvfs(tmp_path)
    assert abs(free - stats.f_bavail * stats.f_frsize) < 2**30
    assert free_bytes("s3://bucket/build") is None


def test_only_urls_are_elsewhere():
    assert local_path("a b/c:d") == Path("a b/c:d")
    assert local_path("file:///a b") == Path("/a b")
    assert local_path("s3://a/b") is None
