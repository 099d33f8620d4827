"""The real client of the Hub against a stand-in that keeps real state."""

import hashlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from elsa_data.errors import BuildError, ConfigError
from elsa_data.shards import hub
from elsa_data.shards.directory import Directory
from tests.shards.hub_server import hub as stand_in
from tests.shards.hub_store import Fault, Store
from tests.shards.publisher import PAGES, published

TOKEN = "hf_thisIsTheSecret"
REPO = "a-team/sounds"
PUBLISHER = Path(__file__).with_name("publisher.py")
SHARDS, BYTES = 6, 300_000


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    with stand_in(tmp_path / "hub", TOKEN) as store:
        for name, value in {
            "HF_ENDPOINT": store.url,
            "HF_HUB_DISABLE_XET": "1",
            "HF_TOKEN": TOKEN,
            "HF_HOME": str(tmp_path / "home"),
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(constants, "ENDPOINT", store.url)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(hub, "WAITS_S", (0.01,) * 4)
        monkeypatch.setattr(hub, "COMMIT_FILES", 4)
        yield store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shards_in(tmp_path / "set", SHARDS)


def shards_in(folder: Path, count: int) -> Path:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for index in range(count):
        data = random.Random(f"{count} {index}").randbytes(BYTES)
        (folder / "data" / f"train-{index:05d}-of-{count:05d}.parquet").write_bytes(data)
    return folder


def send(folder: Path, *, private: bool = False, revision: str | None = None) -> list[str]:
    said: list[str] = []
    there = hub.connected(REPO, revision=revision, private=private, say=said.append)
    hub.publish(there, Directory(str(folder)), published(folder), PAGES, private=private)
    return said


def holds(store: Store, folder: Path, revision: str = "main") -> None:
    """The repository holds each file of the set once, byte for byte, and nothing was sent twice."""
    files = {f"data/{path.name}": path.read_bytes() for path in (folder / "data").iterdir()}
    wanted = files | PAGES
    assert store.files(REPO, revision).keys() == wanted.keys()
    for path, data in wanted.items():
        assert store.content(REPO, path, revision) == data, path
    assert store.again == [], "sent though it was there"


def test_shards_go_first_and_the_pages_last(store: Store, folder: Path) -> None:
    said = send(folder)
    holds(store, folder)
    assert store.commits(REPO) == ["Shards 1 to 4 of 6", "Shards 5 to 6 of 6", "Card"]
    assert len(store.uploads()) == SHARDS
    assert said == ["4 of 6 shards are there", "6 of 6 shards are there"]


def test_again_sends_nothing(store: Store, folder: Path) -> None:
    send(folder)
    before = store.commits(REPO), list(store.uploads())
    said = send(folder)
    assert (store.commits(REPO), store.uploads()) == before
    assert said == ["6 of 6 shards are there already"]


def test_one_changed_shard_is_one_upload(store: Store, folder: Path) -> None:
    send(folder)
    path = folder / "data" / "train-00003-of-00006.parquet"
    path.write_bytes(b"other" * 1000)
    send(folder)
    holds(store, folder)
    assert len(store.uploads()) == SHARDS + 1
    assert store.commits(REPO)[-1] == "Shards 6 to 6 of 6"


BUSY = {"RateLimit": '"api";r=0;t=0', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", "repos/create", 429, BUSY),
        Fault("POST", "preupload", 429, BUSY, times=2),
        Fault("GET", "/tree/", 429, {"Retry-After": "0"}),
        Fault("POST", "/commit/", 500),
        Fault("POST", "/commit/", 500, when="after"),
        Fault("POST", "/commit/", None, when="after"),
        Fault("POST", "/commit/", 412),
        Fault("POST", "objects/batch", 503),
        Fault("PUT", "/lfs/", None, when="after"),
        Fault("PUT", "/lfs/", None),
    ],
    ids=lambda fault: f"{fault.path}-{fault.status}-{fault.when}",
)
def test_a_fault_that_passes_is_survived(store: Store, folder: Path, fault: Fault) -> None:
    store.faults.append(fault)
    send(folder)
    assert fault.times == 0, "it never happened"
    if fault.method == "PUT" and fault.when == "after":
        store.again.clear()  # the client itself sends it anew, for it never heard that it arrived
    holds(store, folder)
    assert len(store.commits(REPO)) == 3, store.commits(REPO)


def test_a_fault_that_stays_ends_in_one_line_and_resumes(store: Store, folder: Path) -> None:
    store.faults.append(Fault("POST", "/commit/", 412, times=99))
    with pytest.raises(BuildError, match="what arrived is kept: run the same command again"):
        send(folder)
    store.faults.clear()
    uploaded = list(store.uploads())
    send(folder)
    holds(store, folder)
    assert store.uploads()[: len(uploaded)] == uploaded
    assert len(store.uploads()) == SHARDS


def test_a_limit_is_waited_for(store: Store, folder: Path) -> None:
    store.faults.append(Fault("POST", "repos/create", 429, {"RateLimit": '"api";r=0;t=1'}))
    assert send(folder)[0] == "the Hub is busy or away: again in 2 s"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_names_the_cure_and_never_the_token(
    store: Store, folder: Path, status: int
) -> None:
    store.faults.append(Fault("POST", "/commit/", status, times=99, body="no: {token}"))
    with pytest.raises(ConfigError, match="the token may write there") as caught:
        send(folder)
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_no_token_is_told(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(folder / "none"))
    with pytest.raises(ConfigError, match="hf auth login"):
        send(folder)
    assert not store.log


def test_without_a_token_what_is_public_can_be_asked(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(folder)
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(folder / "none"))
    said: list[str] = []
    there = hub.connected(REPO, revision=None, private=False, say=said.append, to_write=False)
    assert "no token" in said[0]
    assert not hub.pending(there, published(folder), PAGES).missing
    store.faults.append(Fault("GET", "/tree/", 403, times=99))
    with pytest.raises(ConfigError, match="the Hub refuses a-team/sounds") as refused:
        hub.pending(there, published(folder), PAGES)
    assert "*" not in str(refused.value), "there is no token to hide"


def test_offline_is_told_at_once(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ConfigError, match="HF_HUB_OFFLINE"):
        send(folder)


@pytest.mark.parametrize("name", ["sounds", "a/b/c", "a team/sounds", "../up", "a/"])
def test_a_name_that_cannot_be_is_refused(store: Store, name: str) -> None:
    with pytest.raises(ConfigError, match=r"name on the Hub|wanted ORG/NAME"):
        hub.connected(name, revision=None, private=False, say=print)
    assert not store.log


def test_private_stays_private(store: Store, folder: Path) -> None:
    send(folder, private=True)
    state = store.repo(REPO)
    assert state is not None
    assert state["private"] is True
    send(folder, private=True)
    holds(store, folder)


def test_private_is_not_sent_to_a_public_place(store: Store, folder: Path) -> None:
    send(folder)
    with pytest.raises(ConfigError, match="there and public"):
        send(folder, private=True)


def test_a_branch_is_its_own(store: Store, folder: Path) -> None:
    send(folder, revision="v2")
    send(folder, revision="v2")
    holds(store, folder, "v2")
    assert store.files(REPO) == {}
    assert len(store.commits(REPO, "v2")) == 3


def test_an_older_set_leaves_with_the_new_pages(store: Store, folder: Path, tmp_path: Path) -> None:
    send(folder)
    state = store.repo(REPO)
    assert state is not None
    mine = {"oid": "f" * 40, "size": 3, "lfs": False}
    state["branches"]["main"][-1]["files"]["NOTES.md"] = mine
    store.keep(REPO, state)
    other = shards_in(tmp_path / "other", 2)
    send(other)
    files = store.files(REPO)
    assert files.pop("NOTES.md") == mine, "a file of the owner is left alone"
    names = {f"data/train-{index:05d}-of-00002.parquet" for index in range(2)}
    assert files.keys() == names | PAGES.keys()
    state = store.repo(REPO)
    assert state is not None
    for commit in state["branches"]["main"]:
        old = {path for path in commit["files"] if path.endswith("of-00006.parquet")}
        if "README.md" in commit["files"] and old:
            assert len(old) == SHARDS, "the pages never stood beside a part of their set"


def test_a_card_the_hub_cannot_take_is_told_before_anything_is_sent(
    store: Store, folder: Path
) -> None:
    there = hub.connected(REPO, revision=None, private=False, say=lambda line: None)
    pages = {"README.md": b"---\nlicense: forged\n---\n\n# A set\n"}
    with pytest.raises(BuildError, match="not a license the Hub knows"):
        hub.publish(there, Directory(str(folder)), published(folder), pages, private=False)
    assert store.repo(REPO) is None


def test_a_shard_that_changed_since_is_found(store: Store, folder: Path) -> None:
    shards = published(folder)
    (folder / "data" / "train-00001-of-00006.parquet").write_bytes(b"changed")
    there = hub.connected(REPO, revision=None, private=False, say=lambda line: None)
    with pytest.raises(BuildError, match=r"train-00001-of-00006.parquet .* changed after"):
        hub.publish(there, Directory(str(folder)), shards, PAGES, private=False)


def test_a_remote_set_is_fetched_shard_by_shard(store: Store, folder: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    for path in (folder / "data").iterdir():
        memory.pipe_file(f"/set/data/{path.name}", path.read_bytes())
    there = hub.connected(REPO, revision=None, private=False, say=lambda line: None)
    hub.publish(there, Directory("memory://set"), published(folder), PAGES, private=False)
    holds(store, folder)


def killed_and_rerun(store: Store, folder: Path, moment: int) -> bool:
    """Publish, killed at this moment, then again; return whether the kill came in time."""
    command = [sys.executable, str(PUBLISHER), str(folder), REPO]
    root = str(Path(__file__).parents[2])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])}
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)

    def kill(number: int) -> None:
        if number == moment:
            os.kill(process.pid, signal.SIGKILL)

    store.watch = kill
    process.communicate(timeout=120)
    store.watch = lambda _: None
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    return process.returncode == -signal.SIGKILL


KILLS = [
    *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3)),
    *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(3, 13)),
]


@pytest.mark.parametrize("seed", KILLS)
def test_an_upload_killed_at_any_moment_goes_on(store: Store, folder: Path, seed: int) -> None:
    # An undisturbed run has some 75 moments: requests, and pieces of 64 kB of their bodies.
    assert killed_and_rerun(store, folder, random.Random(seed).randrange(4, 70))
    holds(store, folder)
    for path in (folder / "data").iterdir():
        oid = hashlib.sha256(path.read_bytes()).hexdigest()
        assert store.files(REPO)[f"data/{path.name}"]["oid"] == oid
