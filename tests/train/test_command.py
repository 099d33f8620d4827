import json
import subprocess
import sys

import pytest

from elsa_data.train.__main__ import main
from tests.train.sounds import plain_set

FAST = [
    *("--set", "train.epochs=1", "--set", "train.batch=16", "--set", "data.crop_s=0.2"),
    *("--set", "model.width=16", "--set", "model.text_width=16", "--set", "model.words=300"),
]


def test_a_run_says_how_far_it_is_and_leaves_a_model(tmp_path, capsys):
    directory = plain_set(tmp_path / "set")
    assert main([directory.url, str(tmp_path / "run"), *FAST]) == 0
    said = capsys.readouterr().out
    assert "100 %  step 3  contrastive" in said
    assert "validation/contrastive" in said
    assert "Trained " in said
    files = {path.name for path in (tmp_path / "run").iterdir()}
    assert files >= {
        *("config.json", "model.safetensors", "tokenizer.json", "checkpoint.pt"),
        *("log.jsonl", "README.md"),
    }
    assert not any(name.startswith(".") for name in files)
    card = (tmp_path / "run" / "README.md").read_text()
    assert "| all | " in card
    assert "| contrastive | " in card
    assert json.loads((tmp_path / "run" / "config.json").read_text())["seed"] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["no-set", "RUN"], "no split 'train'; it has no shards in data/"),
        (["SET", "RUN", "--config", "tinny"], "Did you mean 'tiny'"),
        (["SET", "RUN", "--resume"], "holds no run"),
        (["SET", "RUN", "--sead", "3"], "Did you mean '--seed'"),
        (["SET", "RUN", "--device", "cuda"], "--device cuda"),
        (["SET", "RUN", "--stage", "spatial", "--set", "model.spatial=none"], "spatial branch"),
        (["SET", "RUN", "--semantic", "no/such/model"], "model 'no/such/model'"),
    ],
)
def test_a_mistake_is_one_line(tmp_path, capsys, words, message):
    places = {"SET": plain_set(tmp_path / "set", rows=4).url, "RUN": str(tmp_path / "run")}
    code: object
    try:
        code = main([places.get(word) or word for word in words])
    except SystemExit as leaving:
        code = leaving.code
    said = capsys.readouterr().err
    assert code == 2
    assert message in said
    assert len(said.splitlines()) == 1


def test_it_loads_nothing_that_makes_data():
    code = (
        "import sys, elsa_data.train.command; "
        "print([n for n in ('apache_beam', 'openai', 'pyroomacoustics', 'scipy', 'transformers') "
        "if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_the_demo_trains(standing_build, tmp_path, capsys):
    assert main([str(standing_build), str(tmp_path / "run"), *FAST]) == 0
    assert "Trained " in capsys.readouterr().out
