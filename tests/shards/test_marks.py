import dataclasses
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from elsa_data.errors import BuildError
from elsa_data.records import Reject, ShardRef
from elsa_data.shards.commit import scratch
from elsa_data.shards.directory import Directory
from elsa_data.shards.marks import (
    Mark,
    Output,
    digest_of,
    fingerprint,
    finish,
    is_current,
    read_mark,
    read_marks,
    read_rejects,
)

REF = ShardRef(split="train", index=0, count=2)
REJECT = Reject(key="demo:ä", stage="plan", shard=str(REF), error="too-short", message="0.1 s")
INPUTS = {"probe/clips-00000-of-00001": "ab"}


@pytest.fixture
def directory(tmp_path):
    return Directory(str(tmp_path / "ein Bau € ä"))


def done(directory: Directory, text: str = "rows", ref: ShardRef = REF, **changes) -> Mark:
    with scratch(directory, ref) as folder:
        (folder / "out").write_text(text)
        named = {
            "stage": "plan",
            "ref": ref,
            "fingerprint": "f",
            "inputs": INPUTS,
            "files": {directory.shard("plan", ref): folder / "out"},
            "rejects": [REJECT],
            "rows": 3,
            "counts": {"words:left": 2},
        }
        return finish(directory, **(named | changes))


def test_a_finished_shard_is_current_and_accounted_for(directory):
    assert read_mark(directory, "plan", REF) is None
    assert not is_current(directory, "plan", REF, "f", INPUTS)
    mark = done(directory, seconds=1.23456, device="cpu", versions={"torch": "2"})
    assert read_mark(directory, "plan", REF) == mark
    assert is_current(directory, "plan", REF, "f", INPUTS, rehash=True)
    assert read_rejects(directory, "plan", REF) == [REJECT]
    assert (mark.rows, mark.rejects, mark.seconds) == (3, 1, 1.235)
    assert mark.outputs == {f"plan/{REF}.parquet": Output(sha256=mark_sha("rows"), size=4)}
    assert mark.versions["torch"] == "2"
    assert mark.versions["pyarrow"]
    assert directory.unexpected() == directory.leftovers() == []


def mark_sha(text: str) -> str:
    return subprocess.run(
        ["sha256sum"], input=text, capture_output=True, text=True, check=True
    ).stdout.split()[0]


@pytest.mark.parametrize(("asked", "inputs"), [("g", INPUTS), ("f", {}), ("f", {"a": "b"})])
def test_another_fingerprint_or_another_input_is_not_current(directory, asked, inputs):
    done(directory)
    assert not is_current(directory, "plan", REF, asked, inputs)


def test_an_output_that_is_gone_or_cut_is_not_current(directory):
    done(directory)
    output = Path(directory.shard("plan", REF))
    output.write_text("row")
    assert not is_current(directory, "plan", REF, "f", INPUTS)
    output.unlink()
    assert not is_current(directory, "plan", REF, "f", INPUTS)


def test_changed_bytes_of_equal_size_are_seen_by_rehash_alone(directory):
    done(directory)
    Path(directory.shard("plan", REF)).write_text("ROWS")
    assert is_current(directory, "plan", REF, "f", INPUTS)
    assert not is_current(directory, "plan", REF, "f", INPUTS, rehash=True)


def test_lost_rejects_are_made_again(directory):
    done(directory)
    Path(directory.rejects("plan", REF)).unlink()
    assert not is_current(directory, "plan", REF, "f", INPUTS)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"outputs": 3}', '{"outputs": {}, "x": 1}'])
def test_a_damaged_mark_is_no_mark(directory, text):
    done(directory)
    Path(directory.mark("plan", REF)).write_text(text)
    assert read_mark(directory, "plan", REF) is None
    assert not is_current(directory, "plan", REF, "f", INPUTS)


def test_a_build_may_be_moved(directory, tmp_path):
    mark = done(directory)
    moved = Directory(str(tmp_path / "elsewhere"))
    shutil.move(directory.local, moved.local)
    assert read_mark(moved, "plan", REF) == mark
    assert is_current(moved, "plan", REF, "f", INPUTS, rehash=True)


def test_the_digest_sees_what_a_later_stage_sees_and_no_more(directory):
    mark = done(directory)
    same = {"seconds": 9.0, "host": "x", "versions": {}, "device": "cuda", "rejects": 9}
    for field, value in same.items():
        assert digest_of(dataclasses.replace(mark, **{field: value})) == digest_of(mark), field
    other = {
        "stage": "render",
        "shard": "x",
        "fingerprint": "g",
        "inputs": {},
        "outputs": {},
        "counts": {},
    }
    for field, value in other.items():
        assert digest_of(dataclasses.replace(mark, **{field: value})) != digest_of(mark), field
    assert digest_of(read_mark(directory, "plan", REF)) == digest_of(mark)


def test_a_fingerprint_depends_on_names_and_values_and_on_no_order():
    assert fingerprint(a=1, b={"x": 1, "y": [2]}) == fingerprint(b={"y": [2], "x": 1}, a=1)
    prints = [fingerprint(a=1), fingerprint(a="1"), fingerprint(b=1), fingerprint(a=[1])]
    assert len({*prints, fingerprint()}) == 5
    # Pinned: a build made by one version must be known to the next.
    assert fingerprint(seed=7) == "beced1fe696351bb996169a4f1987ca19b5f52f37c7ef3071f9c044cf3580bfc"
    with pytest.raises(TypeError):
        fingerprint(a={1})


def test_a_shard_made_again_replaces_its_output_and_its_rejects(directory):
    first = done(directory)
    second = done(directory, "other rows", rejects=[], rows=4)
    assert digest_of(first) != digest_of(second)
    assert read_rejects(directory, "plan", REF) == []
    assert is_current(directory, "plan", REF, "f", INPUTS, rehash=True)


def test_marks_of_a_stage_are_listed_in_order(directory):
    refs = [ShardRef(split="train", index=index, count=12) for index in (11, 2, 0)]
    for ref in refs:
        done(directory, ref=ref)
    assert [mark.shard for mark in read_marks(directory, "plan")] == sorted(map(str, refs))
    assert read_marks(directory, "simulate") == []


def test_a_file_of_another_file_system_is_copied(directory, tmp_path):
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system here")
    file = other / f"elsa-{os.getpid()}"
    file.write_text("rows")
    try:
        done(directory, files={directory.shard("plan", REF): file})
    finally:
        file.unlink()
    assert is_current(directory, "plan", REF, "f", INPUTS, rehash=True)


def test_the_mark_comes_last(directory):
    # A folder in the place of the rejects: the storage refuses after the output is committed.
    Path(directory.rejects("plan", REF)).mkdir(parents=True)
    with pytest.raises(BuildError, match="a folder stands where the file should"):
        done(directory)
    assert Path(directory.shard("plan", REF)).read_text() == "rows"
    assert read_mark(directory, "plan", REF) is None


def test_a_mark_is_json_a_person_can_read(directory):
    done(directory)
    text = Path(directory.mark("plan", REF)).read_text()
    plain = json.loads(text)
    assert list(plain) == sorted(plain)
    assert text.count("\n") > len(plain)
