"""From a build to the Hub and back: the command, then what strangers load from there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from elsa_data.shards.directory import Directory
from elsa_data.shards.flac import decode
from elsa_data.shards.parquet import read_examples
from tests.conftest import Command
from tests.shards.hub_server import hub
from tests.shards.hub_store import Store

TOKEN = "hf_thisIsTheSecret"
REPO = "a-team/spatial-sounds"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("hub")
    with hub(folder / "state", TOKEN) as store, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", store.url)
        patch.setenv("HF_HUB_DISABLE_XET", "1")
        patch.setenv("HF_TOKEN", TOKEN)
        patch.setenv("HF_HOME", str(folder / "home"))
        yield store


@pytest.fixture(scope="module")
def first(
    store: Store, standing_build: Path, elsa_data: Command
) -> subprocess.CompletedProcess[str]:
    return elsa_data("publish", standing_build, REPO)


def run_code(code: str, store: Store, folder: Path) -> str:
    """Return what code prints in a process of its own, as a stranger without a token runs it."""
    env = {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}
    env |= {"HF_HOME": str(folder), "HF_ENDPOINT": store.url}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_it_is_verified_and_sent_whole(
    first: subprocess.CompletedProcess[str], store: Store, standing_build: Path
) -> None:
    assert first.returncode == 0, first.stderr
    assert "dry * RIR * gain computed again" in first.stdout
    assert "Verified: everything holds." in first.stdout
    assert f"{REPO} holds each of 6 shards once, hashes equal" in first.stdout
    files = {f"data/{p.name}": p.read_bytes() for p in (standing_build / "data").iterdir()}
    assert store.files(REPO).keys() == files.keys() | {"README.md", "croissant.json"}
    assert all(store.content(REPO, path) == data for path, data in files.items())
    assert store.commits(REPO)[-1] == "Card"
    assert store.again == []


@pytest.mark.slow
def test_the_token_is_nowhere(
    first: subprocess.CompletedProcess[str], store: Store, standing_build: Path
) -> None:
    assert TOKEN not in first.stdout + first.stderr
    for folder in (store.folder, standing_build):
        for path in folder.rglob("*"):
            assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path


@pytest.mark.slow
def test_again_sends_nothing(
    first: subprocess.CompletedProcess[str], store: Store, standing_build: Path, here: Command
) -> None:
    before = store.commits(REPO), store.uploads()
    done = sent_here(here, store, standing_build, REPO)
    assert done.returncode == 0, done.stderr
    assert "Sent 0 of 6 shards (0.0 MB) and 0 of 2 pages" in done.stdout
    assert (store.commits(REPO), store.uploads()) == before


def sent_here(here: Command, store: Store, *words: object) -> subprocess.CompletedProcess[str]:
    """Publish inside this process; the client read its address when it was loaded."""
    from huggingface_hub import constants

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "ENDPOINT", store.url)
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        return here("publish", *words)


LOAD = f"""
import datasets
datasets.disable_progress_bars()
rows = datasets.load_dataset("{REPO}")
info = rows["train"].info
print({{name: len(split) for name, split in rows.items()}})
print({{name: (s.num_bytes, s.num_examples) for name, s in info.splits.items()}})
train = rows["train"].cast_column("audio", datasets.Audio(decode=False))
print(sorted(row["example_id"] for row in train))
stream = datasets.load_dataset("{REPO}", split="train", streaming=True)
stream = stream.cast_column("audio", datasets.Audio(decode=False))
assert [row["example_id"] for row in stream] == [row["example_id"] for row in train]
for row, other in zip(stream, train):
    assert row == other
    assert row["audio"]["bytes"][:4] == b"fLaC"
"""


@pytest.mark.slow
def test_strangers_load_it(
    first: subprocess.CompletedProcess[str], store: Store, standing_build: Path, tmp_path: Path
) -> None:
    counts, sizes, ids = run_code(LOAD, store, tmp_path).splitlines()
    assert counts == "{'train': 48, 'validation': 12, 'test': 12}"
    told = re.findall(r"num_bytes: (\d+)\n +num_examples: (\d+)", card_of(store))
    assert re.findall(r"\((\d+), (\d+)\)", sizes) == told
    fs = Directory(str(standing_build)).fs
    files = sorted((standing_build / "data").glob("train-*"))
    assert ids == str(sorted(e.example_id for p in files for e in read_examples(str(p), fs)))


def card_of(store: Store, repo: str = REPO) -> str:
    return store.content(repo, "README.md").decode()


@pytest.mark.slow
def test_the_code_of_the_card_runs(
    first: subprocess.CompletedProcess[str], store: Store, tmp_path: Path
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", card_of(store), re.DOTALL)
    assert run_code(code, store, tmp_path).strip()


WEB = """
import io, json, soundfile, webdataset
urls = {urls}
rows = 0
for sample in webdataset.WebDataset(urls, shardshuffle=False):
    row = json.loads(sample["json"])
    audio, rate = soundfile.read(io.BytesIO(sample["flac"]), always_2d=True)
    assert audio.shape[1] == row["channels"] == (4 if row["spatial"] else 1)
    rows += 1
print(rows)
"""


@pytest.mark.slow
def test_tars_are_published_and_read_from_their_addresses(
    store: Store, build: Path, here: Command, tmp_path: Path
) -> None:
    done = here("render", build, "--format", "webdataset", "--redo")
    assert done.returncode == 0, done.stderr
    repo = "a-team/tars"
    done = sent_here(here, store, build, repo)
    assert done.returncode == 0, done.stdout + done.stderr
    (code,) = re.findall(r"```python\n(.*?)```", card_of(store, repo), re.DOTALL)
    assert run_code(code, store, tmp_path).strip()
    if shutil.which("curl") is None:
        pytest.skip("curl, by which webdataset fetches")
    urls = [
        f"{store.url}/datasets/{repo}/resolve/main/{path}"
        for path in store.files(repo)
        if path.startswith("data/train-")
    ]
    assert run_code(WEB.format(urls=urls), store, tmp_path).strip() == "48"


def test_a_dry_run_sends_nothing(store: Store, standing_build: Path, here: Command) -> None:
    before = len(store.log)
    done = sent_here(here, store, standing_build, "a-team/elsewhere", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "Would send 6 of 6 shards" in done.stdout
    assert "# elsewhere" in done.stdout
    assert store.repo("a-team/elsewhere") is None
    assert {method for method, _ in store.log[before:]} == {"GET"}


@pytest.mark.parametrize("private", [(), ("--private",)], ids=["public", "private"])
def test_a_dry_run_needs_no_token(
    store: Store,
    standing_build: Path,
    here: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    private: tuple[str, ...],
) -> None:
    from huggingface_hub import constants

    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "none"))
    words = (here, store, standing_build, "a-team/elsewhere", "--sample", 1, *private)
    done = sent_here(*words, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "sending will need one" in done.stdout
    assert "Would send 6 of 6 shards" in done.stdout
    done = sent_here(*words)
    assert done.returncode == 2
    assert done.stderr == "elsa-data: no token for the Hub: run `hf auth login`, or set HF_TOKEN\n"
    assert store.repo("a-team/elsewhere") is None


def test_what_verify_refuses_is_not_published(store: Store, build: Path, here: Command) -> None:
    path = build / "data" / "train-00001-of-00004.parquet"
    example = next(iter(read_examples(str(path), Directory(str(build)).fs)))
    audio, _ = decode(example.audio)
    assert audio.size
    path.write_bytes(path.read_bytes().replace(example.audio[-64:], bytes(64)))
    done = sent_here(here, store, build, "a-team/damaged")
    assert done.returncode == 1
    assert "Not published: mend what was found first." in done.stdout
    assert store.repo("a-team/damaged") is None


def test_a_missing_package_is_named(standing_build: Path, tmp_path: Path) -> None:
    blocker = tmp_path / "sitecustomize.py"
    blocker.write_text("import sys\nsys.modules['huggingface_hub'] = None\n")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "publish", standing_build, REPO],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr == (
        "elsa-data: huggingface_hub is not installed: pip install 'elsa-data[hub]'\n"
    )
