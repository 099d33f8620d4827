"""The same build behind a URL: an S3-compatible server on loopback stands in for the store."""

import pytest

from elsa_data.errors import BuildError, ConfigError
from elsa_data.records import Group, Reject, ShardRef
from elsa_data.shards import parquet, rirs, webdataset
from elsa_data.shards.commit import scratch, write_json
from elsa_data.shards.directory import Directory, data_files
from elsa_data.shards.lock import Lock, read_owner
from elsa_data.shards.marks import finish, is_current, read_mark, read_marks, read_rejects
from elsa_data.shards.state import read_state, write_state
from elsa_data.shards.tables import read_records, read_rows, write_records

REF = ShardRef(split="train", index=0, count=1)
REJECT = Reject(key="k", stage="plan", shard=str(REF), error="e", message="m")


@pytest.fixture
def directory(s3, request):
    return Directory(f"{s3}/{request.node.name}/ein Bau")


def done(directory, stage, write, ext="parquet"):
    url = directory.shard(stage, REF, ext)
    with scratch(directory, REF) as folder:
        rows = write(folder / "out")
        mark = finish(
            directory,
            stage=stage,
            ref=REF,
            fingerprint="f",
            inputs={},
            files={url: folder / "out"},
            rejects=[REJECT],
            rows=rows,
        )
    assert is_current(directory, stage, REF, "f", {}, rehash=True)
    assert read_mark(directory, stage, REF) == mark
    return url


def test_every_kind_of_shard_is_put_read_and_marked(directory, make_group, make_example, make_rir):
    groups = [make_group(number) for number in range(5)]
    examples = [make_example(number) for number in range(5)]
    pairs = [make_rir(number) for number in range(5)]
    fs = directory.fs
    url = done(directory, "plan", lambda p: write_records(groups, p, Group, row_group_rows=2))
    assert list(read_records(url, fs, Group)) == groups
    assert read_rows(url, fs, Group, [4, 1]) == [groups[4], groups[1]]
    url = done(directory, "simulate", lambda p: rirs.write_rirs(pairs, p))
    assert [measures for measures, _ in rirs.read_measures(url, fs)] == [m for _, m in pairs]
    assert [rirs.rir_sha256(row.rir) == row.sha256 for row in rirs.read_rirs(url, fs)] == [True] * 5
    url = done(directory, "render", lambda p: parquet.write_examples(examples, p))
    assert list(parquet.read_examples(url, fs)) == examples
    url = done(directory, "render", lambda p: webdataset.write_examples(examples, p), "tar")
    assert list(webdataset.read_examples(url, fs)) == examples
    assert data_files(directory) == {"train": [url.replace(".tar", ".parquet"), url]}
    assert read_rejects(directory, "plan", REF) == [REJECT]
    assert [mark.shard for mark in read_marks(directory, "plan")] == [str(REF)]
    assert directory.unexpected() == directory.leftovers() == []


def test_a_changed_or_lost_object_is_not_current(directory):
    url = done(directory, "plan", lambda path: path.write_text("rows"))
    directory.fs.pipe_file(url, b"ROWS")
    assert is_current(directory, "plan", REF, "f", {})
    assert not is_current(directory, "plan", REF, "f", {}, rehash=True)
    directory.fs.pipe_file(url, b"row")
    assert not is_current(directory, "plan", REF, "f", {})
    directory.fs.rm_file(url)
    assert not is_current(directory, "plan", REF, "f", {})


def test_a_stranger_is_unexpected(directory):
    write_state(directory, {"seed": 7})
    assert read_state(directory) == {"seed": 7}
    directory.fs.pipe_file(directory.path("plan", "notes.txt"), b"x")
    assert directory.unexpected() == ["plan/notes.txt"]


def test_what_another_machine_writes_shows_at_once(directory, s3):
    url = done(directory, "plan", lambda path: path.write_text("rows"))
    assert len(directory.files()) == 3
    other = pytest.importorskip("s3fs").S3FileSystem(skip_instance_cache=True)
    other.pipe_file(directory.state(), b"{}")
    other.pipe_file(url, b"row")
    assert read_state(directory) == {}
    assert "build.json" in directory.files()
    assert not is_current(directory, "plan", REF, "f", {})


def test_an_empty_prefix_is_an_empty_build(directory):
    assert read_state(directory) is None
    assert read_mark(directory, "plan", REF) is None
    assert directory.files() == []
    with pytest.raises(BuildError, match="is not there: run the stage"):
        list(read_records(directory.shard("plan", REF), directory.fs, Group))


def test_the_lock_is_an_object(directory):
    with Lock(directory, heartbeat_s=0.05):
        with pytest.raises(ConfigError, match="is in use by process"):
            Lock(directory).__enter__()
        first = read_owner(directory)["heartbeat"]
        while read_owner(directory)["heartbeat"] == first:
            pass
    assert directory.files() == []


def test_a_bucket_that_is_not_there_is_one_line(s3):
    directory = Directory("s3://no-such-bucket/build")
    with pytest.raises(BuildError, match=r"s3://no-such-bucket/build/build\.json: the folder or b"):
        write_json(directory, directory.state(), {})


@pytest.mark.slow
def test_a_store_that_does_not_answer_is_one_line(s3, monkeypatch):
    s3fs = pytest.importorskip("s3fs")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    s3fs.S3FileSystem.clear_instance_cache()
    directory = Directory(f"{s3}/build")
    try:
        with pytest.raises(BuildError, match="Could not connect"):
            write_json(directory, directory.state(), {})
    finally:
        s3fs.S3FileSystem.clear_instance_cache()
