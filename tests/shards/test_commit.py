import errno
import json
import os
import stat
from pathlib import Path

import pytest

from elsa_data.errors import BuildError
from elsa_data.records import ShardRef
from elsa_data.shards.commit import commit, explained, scratch, sweep, write_json
from elsa_data.shards.directory import Directory

REF = ShardRef(split="train", index=0, count=1)


@pytest.fixture
def directory(tmp_path):
    return Directory(str(tmp_path / "ein Bau € ä"))


@pytest.fixture
def sealed(tmp_path):
    """A folder that may be entered and not written; root steps down, for it may write anywhere."""
    folder = tmp_path / "sealed"
    folder.mkdir()
    folder.chmod(0o500)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(user)


def test_a_committed_file_is_whole_and_has_moved(directory):
    url = directory.shard("plan", REF)
    with scratch(directory, REF) as folder:
        for text in ("first", "second"):
            file = folder / "plan"
            file.write_text(text)
            commit(file, url)
            assert not file.exists()
            with directory.fs.open(url, "r") as read:
                assert read.read() == text
    assert directory.files() == [directory.relative(url)]


def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_return(
    directory, monkeypatch
):
    url, calls, sync = directory.shard("plan", REF), [], os.fsync
    with scratch(directory, REF) as folder:
        (folder / "plan").write_text("x")
        names = {(folder / "plan").stat().st_ino: "file"}

        def watched(descriptor):
            node = os.fstat(descriptor)
            kind = names.get(node.st_ino, "folder" if stat.S_ISDIR(node.st_mode) else "other")
            calls.append((kind, Path(url).exists()))
            sync(descriptor)

        monkeypatch.setattr(os, "fsync", watched)
        commit(folder / "plan", url)
    assert calls == [("file", False), ("folder", True)]


def test_scratch_folders_are_apart_and_removed(directory):
    with scratch(directory, REF) as first, scratch(directory, REF) as second:
        assert first != second
        assert first.parent == second.parent == directory.local / "tmp"
        assert first.name.startswith(str(REF))
        (first / "half").write_text("x")
        assert directory.leftovers() == [f"tmp/{first.name}/half"]
    assert directory.leftovers() == []


def test_scratch_is_removed_after_an_error_that_passes_unchanged(directory):
    with pytest.raises(PermissionError, match="of the clip"), scratch(directory, REF) as folder:
        raise PermissionError(errno.EACCES, "of the clip")
    assert not folder.exists()


def test_scratch_of_a_remote_build_is_in_the_systems_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch(Directory("s3://bucket/build"), REF) as folder:
        assert folder.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_committed_files_can_be_read_by_others(directory):
    write_json(directory, directory.state(), {})
    mask = os.umask(0)
    os.umask(mask)
    assert (directory.local / "build.json").stat().st_mode & 0o777 == 0o666 & ~mask


def test_json_is_readable_and_sorted(directory):
    write_json(directory, directory.state(), {"b": [1, 2.5], "a": "ä"})
    text = (directory.local / "build.json").read_text(encoding="utf-8")
    assert text == '{\n  "a": "ä",\n  "b": [\n    1,\n    2.5\n  ]\n}\n'
    assert directory.leftovers() == []


def test_a_value_that_is_no_json_leaves_the_old_file(directory):
    write_json(directory, directory.state(), {"a": 1})
    for bad in (float("nan"), {1, 2}):
        with pytest.raises((TypeError, ValueError)):
            write_json(directory, directory.state(), {"a": bad})
    assert json.loads((directory.local / "build.json").read_text()) == {"a": 1}


def test_sweep_removes_what_killed_attempts_left(directory):
    write_json(directory, directory.state(), {})
    (directory.local / "tmp" / "old").mkdir()
    (directory.local / "tmp" / "old" / "half").write_text("x")
    sweep(directory)
    assert directory.leftovers() == []
    assert directory.files() == ["build.json"]
    sweep(directory)


def test_no_permission_is_one_line(sealed):
    directory = Directory(str(sealed / "build"))
    with pytest.raises(BuildError, match="build/tmp: no permission to write there"):
        write_json(directory, directory.state(), {})


def test_a_file_in_the_way_is_one_line(tmp_path):
    (tmp_path / "build").write_text("I am a file")
    directory = Directory(str(tmp_path / "build"))
    with pytest.raises(BuildError, match="a file stands where a folder should"):
        write_json(directory, directory.state(), {})


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full: free some space"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "no permission"),
        (errno.EDQUOT, "quota"),
        (errno.EIO, "Input/output error; check the storage"),
    ],
)
def test_a_storage_that_refuses_is_one_line_with_path_and_cure(number, words):
    with pytest.raises(BuildError, match=words) as raised, explained("/a/b c"):
        raise OSError(number, os.strerror(number))
    assert str(raised.value).startswith("cannot write /a/b c: ")
    assert str(raised.value).endswith("then run the same command again")
    assert "\n" not in str(raised.value)


def test_what_is_no_fault_of_the_storage_passes():
    with pytest.raises(ValueError, match="a bug"), explained("x"):
        raise ValueError("a bug")
