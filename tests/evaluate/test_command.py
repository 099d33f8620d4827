import json
import subprocess
import sys
from dataclasses import replace

import pytest

from elsa_data.evaluate.__main__ import main
from elsa_data.train.__main__ import main as train
from tests.train.sounds import example, plain_set, write_set

TRAIN = [
    *("--set", "train.epochs=12", "--set", "train.batch=32", "--set", "data.crop_s=0.2"),
    *("--set", "model.width=16", "--set", "model.text_width=16", "--set", "model.words=300"),
    *("--set", "train.learning_rate=0.004", "--set", "model.dropout=0"),
]

TEXTS = """\
name: noise
texts:
  direction: {front: [noise from the front], left: [noise from the left],
              right: [noise from the right], back: [noise from the back]}
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run that knows four directions, its data, and the folder of both."""
    folder = tmp_path_factory.mktemp("evaluated")
    rows = [example(at, mono=at % 8 == 7) for at in range(240)]
    rows += [example(at, split="test", mono=at % 8 == 7) for at in range(240)]
    rows = [replace(row, small=row.split == "test" and row.spatial) for row in rows]
    data = write_set(folder / "set", rows, shards=2).url
    assert train([data, str(folder / "run"), *TRAIN]) == 0
    return str(folder / "run"), data


def test_the_whole_command(trained, tmp_path):
    run, data = trained
    texts = tmp_path / "noise.yaml"
    texts.write_text(TEXTS)
    words = [
        run,
        data,
        "--texts",
        str(texts),
        "--controls",
        "--beside",
        f"again={run}",
        "--to",
        str(tmp_path),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "elsa_data.evaluate", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "<svg" in (tmp_path / "errors.svg").read_text()
    told = json.loads((tmp_path / "evaluation.json").read_text())
    found = {(each["protocol"], each["subject"]): each["value"] for each in told["scores"]}
    assert told["test"]["sounds"] == 210
    assert told["test"]["words"].keys() == {"front", "left", "back", "right"}

    direction = "direction, zero-shot"
    assert found[direction, "model"] > 90
    assert found[direction, "again"] == found[direction, "model"]
    assert found[direction, "intensity, no training"] == 100
    assert found[direction, "commonest word"] == 25
    for blind in ("mono input", "reactive intensity only", "shuffled pairs", "random encoder"):
        assert found[direction, blind] < 45, blind
    assert found["direction words that turn with the sound", "turned by +90 deg"] > 85

    error = "localisation, mean error"
    assert found[error, "model"] < 25
    assert found[error, "own head"] < 35
    assert found[error, "intensity, no training"] < 1
    for blind in ("mono input", "shuffled pairs", "one direction for all"):
        assert found[error, blind] > 60, blind

    assert found["direction swap, in the new class", "model"] > 80
    assert found["spatial captions, text to audio, R@10", "model"] > 30
    assert found["direction, read from text", "model"] > 60
    assert found["direction clusters, Wasserstein distance", "model, front to back"] > 0.1
    for line in (direction, "mono input", "92.0 to 92.8", "210 spatial sounds", "evaluation.json"):
        assert line in done.stdout, line


def test_a_split_that_singles_out_no_row_of_a_clip_is_judged_on_all(trained, tmp_path):
    run, data = trained
    assert main([run, data, "--split", "train", "--limit", "64", "--to", str(tmp_path)]) == 0
    told = json.loads((tmp_path / "evaluation.json").read_text())
    protocols = {each["protocol"] for each in told["scores"]}
    assert "direction, zero-shot" in protocols
    assert not any(name.startswith("direction swap") for name in protocols)


def test_the_same_twice(trained, tmp_path, capsys):
    run, data = trained
    for folder in ("one", "two"):
        assert main([run, data, "--limit", "80", "--to", str(tmp_path / folder)]) == 0
    told = [(tmp_path / name / "evaluation.json").read_text() for name in ("one", "two")]
    assert told[0] == told[1]
    assert json.loads(told[0])["test"]["sounds"] == 80
    assert "n/a" in capsys.readouterr().out


def test_a_run_that_only_says_where_is_asked_only_that(tmp_path, capsys):
    data = plain_set(tmp_path / "set", rows=60).url
    run = str(tmp_path / "run")
    options = ["--config", "seld", "--set", "train.epochs=1", "--set", "data.crop_s=0.2"]
    assert train([data, run, *options]) == 0
    assert main([run, data, "--split", "validation", "--controls"]) == 0
    said = capsys.readouterr().out
    assert "localisation, mean error" in said
    assert "own head" in said
    assert "captions" not in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["no-run", "SET"], "no-run: no folder"),
        (["RUN", "no-set"], "no split 'train'; it has no shards in data/"),
        (["RUN", "SET", "--split", "tset"], "no split 'tset'; it has test, train"),
        (["RUN", "SET", "--texts", "zeroshot.v2"], "Did you mean 'zeroshot.v1'"),
        (["RUN", "SET", "--control"], "Did you mean '--controls'"),
        (["RUN", "SET", "--beside", "mono"], "wanted NAME=RUN"),
        (["RUN", "SET", "--limit", "0"], "wanted 1 or more"),
        (["RUN", "SET", "--device", "cuda"], "--device cuda"),
    ],
)
def test_a_mistake_is_one_line(trained, capsys, words, message):
    places = {"RUN": trained[0], "SET": trained[1]}
    code: object
    try:
        code = main([places.get(word, word) for word in words])
    except SystemExit as leaving:
        code = leaving.code
    said = capsys.readouterr().err
    assert code == 2
    assert message in said
    assert len(said.splitlines()) == 1


def test_it_loads_nothing_that_makes_data():
    code = (
        "import sys, elsa_data.evaluate.command; "
        "print([n for n in ('apache_beam', 'openai', 'pyroomacoustics', 'transformers', 'umap') "
        "if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_captions_are_written_and_judged(trained, tmp_path, capsys):
    run, data = trained
    words = [run, data, "--captioning", "--umap", "--limit", "120", "--to", str(tmp_path)]
    assert main(words) == 0
    told = json.loads((tmp_path / "evaluation.json").read_text())
    found = {(each["protocol"], each["subject"]): each["value"] for each in told["scores"]}
    side = "captioning, direction words, F1"
    assert found[side, "model"] > 80
    assert found[side, "of another sound"] < 50
    assert "noise number" in next(iter(told["captions"].values()))
    assert "captioning, CIDEr-D" in capsys.readouterr().out
    assert "<svg" in (tmp_path / "space.svg").read_text()
