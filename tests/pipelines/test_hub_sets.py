"""Sets that lie on the Hub, read in place: ``hf://datasets/ORG/NAME`` where a build may stand."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from elsa_data.shards import hub
from elsa_data.shards.directory import Directory
from tests.conftest import Command
from tests.shards.hub_server import hub as stand_in
from tests.shards.hub_store import Fault, Store
from tests.shards.publisher import PAGES, published

TOKEN = "hf_thisIsTheSecret"
SETS = {"a-team/sounds": False, "a-team/secret": True}
"""Each with whether it is private."""

FEW_STEPS = ("--set", "train.epochs=1", "--set", "train.batch=16", "--set", "data.crop_s=0.2")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def store(standing_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("hub")
    with stand_in(folder, TOKEN) as store, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_TOKEN", TOKEN)
        patch.setattr(constants, "ENDPOINT", store.url)
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        files = published(standing_build)
        for repo, private in SETS.items():
            there = hub.connected(repo, revision=None, private=private, say=lambda line: None)
            hub.publish(there, Directory(str(standing_build)), files, PAGES, private=private)
        yield store


@pytest.fixture
def run(store: Store, tmp_path: Path) -> Run:
    """Return what runs a command as a stranger does: without a token, in an empty folder."""

    def run(program: str, *words: object, **env: str) -> subprocess.CompletedProcess[str]:
        own = {"HF_ENDPOINT": store.url, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(tmp_path / "hf")}
        plain = {name: value for name, value in os.environ.items() if name != "HF_TOKEN"}
        return subprocess.run(
            [Path(sys.executable).with_name(program), *map(str, words)],
            cwd=tmp_path,
            env={**plain, **own, **env},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run


@pytest.mark.parametrize("layout", ["wav", pytest.param("dcase", marks=pytest.mark.slow)])
def test_an_export_is_the_one_of_the_build(
    standing_build: Path, here: Command, run: Run, tmp_path: Path, layout: str
) -> None:
    assert here("export", standing_build, tmp_path / "near", "--to", layout).returncode == 0
    done = run("elsa-data", "export", "hf://datasets/a-team/sounds", "far", "--to", layout)
    assert done.returncode == 0, done.stderr
    near, far = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "near", tmp_path / "far")
    )
    assert len(near) > 40
    near.pop(Path("export.json"))  # says of which set it is, by marks or by sizes
    far.pop(Path("export.json"))
    assert near == far


@pytest.mark.slow
def test_a_private_set_is_read_by_who_may(run: Run) -> None:
    where = "hf://datasets/a-team/secret"
    done = run("elsa-data", "export", where, "far", "--to", "wav", HF_TOKEN=TOKEN)
    assert done.returncode == 0, done.stderr
    assert TOKEN not in done.stdout + done.stderr


@pytest.mark.slow
def test_a_revision_is_named_behind_an_at(store: Store, run: Run) -> None:
    before = store.repo("a-team/sounds")
    assert before is not None
    commit = before["branches"]["main"][-1]["id"]
    done = run("elsa-data", "export", f"hf://datasets/a-team/sounds@{commit}", "far", "--to", "wav")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_model_trained_in_place_is_the_one_of_the_build(
    standing_build: Path, store: Store, run: Run, tmp_path: Path
) -> None:
    for name, data in (("near", standing_build), ("far", "hf://datasets/a-team/sounds")):
        done = run("elsa-train", data, name, *FEW_STEPS)
        assert done.returncode == 0, done.stderr
        assert "100 %  step 3  contrastive" in done.stdout
    near, far = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("near", "far"))
    assert near == far


@pytest.mark.parametrize(
    "words",
    [
        ("elsa-data", "inspect", "SET", "abcd"),
        pytest.param(("elsa-data", "export", "SET", "x", "--to", "wav"), marks=pytest.mark.slow),
        pytest.param(("elsa-data", "report", "SET", "--to", "x"), marks=pytest.mark.slow),
        pytest.param(("elsa-train", "SET", "x"), marks=pytest.mark.slow),
    ],
    ids=lambda words: words[1] if words[0] == "elsa-data" else words[0],
)
@pytest.mark.parametrize(
    "where",
    [
        "hf://datasets/a-team/nothing",
        pytest.param("hf://datasets/a-team/secret", marks=pytest.mark.slow),
        pytest.param("hf://datasets/a-team", marks=pytest.mark.slow),
    ],
)
def test_a_set_that_cannot_be_seen_is_told_in_one_line(
    run: Run, where: str, words: tuple[str, ...]
) -> None:
    done = run(*(where if word == "SET" else word for word in words))
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(f"{words[0]}: cannot read {where}: ")
    assert "repository not found" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_line_that_breaks_while_it_is_read_is_told_in_one_line(store: Store, run: Run) -> None:
    store.faults.append(Fault("GET", "/resolve/.*/data/train-00002", None, times=999))
    for program, *words in (
        ("elsa-data", "inspect", "hf://datasets/a-team/sounds", "abcd"),
        ("elsa-train", "hf://datasets/a-team/sounds", "x"),
    ):
        done = run(program, *words)
        assert done.returncode == 1, done.stderr
        *retries, told = done.stderr.splitlines()
        assert told.startswith(f"{program}: cannot read hf://datasets/a-team/sounds/data/train-")
        assert retries, "the client itself tries again"
        assert "Traceback" not in done.stderr
    store.faults.clear()


def test_a_hub_that_is_away_is_told_in_one_line(run: Run) -> None:
    done = run(
        *("elsa-data", "inspect", "hf://datasets/a-team/sounds", "abcd"),
        HF_ENDPOINT="http://127.0.0.1:9",
    )
    assert done.returncode == 1
    assert done.stderr.startswith("elsa-data: cannot reach hf://datasets/a-team/sounds: ")
    assert done.stderr.count("\n") == 1
