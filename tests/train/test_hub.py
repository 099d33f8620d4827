"""Runs on the Hub, against a stand-in that speaks its HTTP on the loopback."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.shards.hub_server import hub
from tests.shards.hub_store import Store
from tests.train.sounds import plain_set
from tests.train.test_command import FAST

TOKEN = "hf_thisIsTheSecret"
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with hub(tmp_path / "hub", TOKEN) as store:
        yield store


@pytest.fixture
def command(store: Store, tmp_path: Path) -> Command:
    def command(*words: str, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "HF_ENDPOINT": store.url, "HF_HOME": str(tmp_path / "home")}
        env |= {"HF_HUB_DISABLE_XET": "1", "HF_TOKEN": token}
        return subprocess.run(
            [sys.executable, *words], env=env, capture_output=True, text=True, check=False
        )

    return command


def test_a_pushed_run_is_fetched_and_embeds_the_same(tmp_path, command, store):
    directory = plain_set(tmp_path / "set")
    run = tmp_path / "run"
    trained = command(
        *("-m", "elsa_data.train", directory.url, str(run), *FAST, "--push-to-hub", "a-team/ears")
    )
    assert trained.returncode == 0, trained.stderr
    assert "Sent to" in trained.stdout
    files = store.files("a-team/ears")
    assert set(files) >= {"config.json", "model.safetensors", "README.md", "tokenizer.json"}
    assert not {"checkpoint.pt", "log.jsonl"} & set(files)
    for name in ("config.json", "model.safetensors", "README.md"):
        sent = store.content("a-team/ears", name)
        assert sent == (run / name).read_bytes()
        assert str(tmp_path).encode() not in sent
    assert json.loads(store.content("a-team/ears", "config.json"))["data"] == "set"
    code = (
        "import sys, torch; from elsa_data.train.export import load_run; torch.set_num_threads(1);"
        "print([load_run(name).embed_text(['noise from the left']).tolist() for name in "
        "('a-team/ears', sys.argv[1])])"
    )
    fetched = command("-c", code, str(run), token="")
    assert fetched.returncode == 0, fetched.stderr
    far, near = json.loads(fetched.stdout)
    assert far == near


def test_a_hub_that_refuses_is_one_line_and_the_run_stands(tmp_path, command):
    directory = plain_set(tmp_path / "set", rows=8)
    run = tmp_path / "run"
    done = command(
        *("-m", "elsa_data.train", directory.url, str(run), *FAST, "--push-to-hub", "a-team/ears"),
        token="hf_wrong",
    )
    assert done.returncode == 2
    assert "a-team/ears" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (run / "model.safetensors").is_file()


READING = """
import sys, torch
from huggingface_hub import HfApi
from elsa_data.shards.directory import Directory
from tests.train.sounds import data, order, reader
local, repo, there = sys.argv[1:]
HfApi().create_repo(repo, repo_type="dataset")
HfApi().upload_folder(repo_id=repo, repo_type="dataset", folder_path=local)
found = []
for url in (local, there):
    index, read = reader(Directory(url), data(crop="random"))
    plan = order(index)
    found.append(list(read.batches(plan, plan.rows // 2, 2 * plan.rows)))
assert len(found[0]) > 6
for one, other in zip(*found, strict=True):
    assert torch.equal(one.inputs["audio"], other.inputs["audio"])
    assert (one.texts, one.rows, one.end) == (other.texts, other.rows, other.end)
print("the same")
"""


@pytest.mark.parametrize("form", ["parquet", "webdataset"])
def test_a_set_on_the_hub_gives_the_batches_of_the_folder_it_was_sent_from(tmp_path, command, form):
    directory = plain_set(tmp_path / "set", form=form)
    repo = "a-team/sounds"
    done = command("-c", READING, directory.url, repo, f"hf://datasets/{repo}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("the same\n")
