"""Processes killed at any moment, and two at once: a shard is there whole or not at all."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from elsa_data.records import ShardRef
from elsa_data.shards.commit import scratch
from elsa_data.shards.directory import Directory, shard_ref
from elsa_data.shards.marks import finish, is_current, output_of, read_mark
from tests.shards.committer import content

FILE_CALLS = {
    *("open", "write", "sendfile", "mkdir", "rmdir", "unlink", "remove", "rename", "replace"),
}
COMMITTER = Path(__file__).with_name("committer.py")
REF = ShardRef(split="train", index=0, count=2)


@pytest.fixture
def directory(tmp_path):
    return Directory(str(tmp_path / "ein Bau"))


def done(directory: Directory, text: str, fingerprint: str = "f") -> None:
    with scratch(directory, REF) as folder:
        (folder / "out").write_text(text)
        finish(
            directory,
            stage="plan",
            ref=REF,
            fingerprint=fingerprint,
            inputs={},
            files={directory.shard("plan", REF): folder / "out"},
            rejects=[],
            rows=1,
        )


def killed_at(step: int, directory: Directory, **changes) -> bool:
    """Finish a shard in a child that is killed after its step-th call on a file; False: it ended.

    Among them are the moments when a file is open and still empty.
    """
    child = os.fork()
    if child == 0:
        seen = itertools.count(1)

        def watch(_frame, event, function):
            called = event == "c_return" and function.__name__ in FILE_CALLS
            if called and next(seen) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(watch)
        done(directory, **changes)
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


@pytest.mark.parametrize(
    "standing",
    [pytest.param(False, marks=pytest.mark.slow, id="fresh"), pytest.param(True, id="again")],
)
def test_a_kill_at_any_call_leaves_the_shard_or_none(tmp_path, standing):
    step, seen = 0, set()
    while True:
        step += 1
        directory = Directory(str(tmp_path / str(step)))
        if standing:
            done(directory, "olds")
        ended = not killed_at(step, directory, text="news", fingerprint="g")
        output, mark = Path(directory.shard("plan", REF)), read_mark(directory, "plan", REF)
        text = output.read_text() if output.exists() else None
        assert text in ({"olds", "news"} if standing else {None, "news"}), step
        if mark is not None:
            assert mark.outputs == {f"plan/{REF}.parquet": output_of(output)}, step
            assert is_current(directory, "plan", REF, mark.fingerprint, {}, rehash=True), step
        seen.add((text, mark and mark.fingerprint))
        assert directory.unexpected() == []
        if ended:
            break
    assert seen == {
        ("olds", "f") if standing else (None, None),
        *({("olds", None)} if standing else ()),
        ("news", None),
        ("news", "g"),
    }


def committer(directory: Directory, shards: int) -> subprocess.Popen:
    root = Path(__file__).parents[2]
    paths = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, str(COMMITTER), directory.url, str(shards)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths})


def assert_whole(directory: Directory) -> None:
    for path in directory.files("data"):
        ref = shard_ref(Path(path).stem)
        assert Path(directory.path(path)).read_bytes() == content(ref.index), path
    for path in directory.files("done/render"):
        ref = shard_ref(Path(path).stem)
        assert is_current(directory, "render", ref, "f", {}, rehash=True), path
    assert directory.unexpected() == []


def kill_and_resume(directory: Directory, kills: int, shards: int) -> None:
    rng = random.Random(kills)
    for _ in range(kills):
        before = len(directory.files("done"))
        process = committer(directory, shards)
        while len(directory.files("done")) <= before and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert_whole(directory)
    assert committer(directory, shards).wait() == 0
    assert_whole(directory)
    assert len(directory.files("done/render")) == len(directory.files("data")) == shards


def test_a_killed_process_leaves_whole_shards_or_none(directory):
    kill_and_resume(directory, kills=2, shards=40)


@pytest.mark.soak
def test_many_killed_processes_leave_whole_shards_or_none(directory):
    kill_and_resume(directory, kills=60, shards=2000)


def test_two_attempts_at_once_end_with_one_good_shard_each(directory):
    both = [committer(directory, 20) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert_whole(directory)
    assert len(directory.files("done/render")) == 20
    assert directory.leftovers() == []
