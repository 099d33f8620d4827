import dataclasses
import io
import json
import tarfile

import numpy as np
import pytest
import webdataset

from elsa_data.conventions import CONVENTIONS
from elsa_data.errors import BuildError
from elsa_data.shards.directory import Directory
from elsa_data.shards.flac import decode
from elsa_data.shards.webdataset import read_examples, write_examples

FS = Directory("/").fs


@pytest.fixture
def rows(make_example):
    return [make_example(number, channels=1 if number % 3 == 0 else 4) for number in range(7)]


def test_rows_come_back_equal(tmp_path, rows):
    path = tmp_path / "train-00000-of-00001.tar"
    assert write_examples(iter(rows), path) == 7
    assert list(read_examples(str(path), FS)) == rows


def test_more_rows_than_a_batch_come_back_in_order(tmp_path, make_example):
    rows = [make_example(number, audio=bytes([number])) for number in range(130)]
    write_examples(rows, tmp_path / "a.tar")
    assert list(read_examples(str(tmp_path / "a.tar"), FS)) == rows


def test_equal_rows_give_equal_bytes(tmp_path, rows):
    for name in ("a", "b"):
        write_examples(rows, tmp_path / name, metadata={"preset": "tiny"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_no_rows_make_a_file_that_reads_as_none(tmp_path):
    assert write_examples([], tmp_path / "none.tar") == 0
    assert list(read_examples(str(tmp_path / "none.tar"), FS)) == []


def test_members_stand_side_by_side_and_say_nothing_of_their_maker(tmp_path, rows):
    write_examples(rows, tmp_path / "a.tar")
    with tarfile.open(tmp_path / "a.tar") as tar:
        members = tar.getmembers()
    wanted = [f"{row.example_id}.{ext}" for row in rows for ext in ("flac", "json", "txt")]
    assert [member.name for member in members] == wanted
    owners = {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members}
    assert owners == {(0, 0, 0, "root", "root", 0o644)}


def test_the_webdataset_library_reads_it(tmp_path, rows):
    path = tmp_path / "a.tar"
    write_examples(rows, path, metadata={"preset": "tiny"})
    samples = list(webdataset.WebDataset(str(path), shardshuffle=False))
    assert [sample["__key__"] for sample in samples] == [row.example_id for row in rows]
    assert [sample["txt"].decode() for sample in samples] == [row.caption for row in rows]
    said = json.loads(samples[1]["json"])
    assert said["conventions"] == CONVENTIONS
    assert said["metadata"] == {"preset": "tiny"}
    assert said["parts"][0]["clip_id"] == "klang/ä 1"
    assert set(said) == {*dataclasses.asdict(rows[1]), "conventions", "metadata"} - {"audio"}
    assert np.array_equal(decode(samples[1]["flac"])[0], decode(rows[1].audio)[0])


@pytest.mark.parametrize("key", ["a.b", "a/b", "", "ä", "a b"])
def test_an_id_that_would_merge_or_split_samples_is_refused(tmp_path, make_example, key):
    row = dataclasses.replace(make_example(1), example_id=key)
    with pytest.raises(ValueError, match="no tar key"):
        write_examples([row], tmp_path / "a.tar")


def test_a_damaged_tar_is_named(tmp_path, rows):
    path = tmp_path / "a.tar"
    write_examples(rows, path)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(BuildError, match=r"cannot read .*a\.tar"):
        list(read_examples(str(path), FS))


def test_a_sample_without_audio_is_named(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        member = tarfile.TarInfo("k.json")
        member.size = 2
        tar.addfile(member, io.BytesIO(b"{}"))
    with pytest.raises(BuildError, match=r"k\.json has no k\.flac before it"):
        list(read_examples(str(tmp_path / "a.tar"), FS))


def test_a_missing_field_is_named(tmp_path, make_example):
    write_examples([make_example(1)], tmp_path / "a.tar")
    data = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(data.replace(b'"group_id"', b'"group_ix"'))
    with pytest.raises(BuildError, match=r"Example\.group_id is null"):
        list(read_examples(str(tmp_path / "a.tar"), FS))
