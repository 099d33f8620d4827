"""A trained model on recorded sets, through the command a person types."""

import json
from pathlib import Path

import pytest
import torch

from elsa_data.evaluate.__main__ import main
from elsa_data.train.export import Run
from elsa_data.train.loop import train
from elsa_data.train.processes import Processes
from tests.evaluate.real.write_sets import write_librispeech, write_starss, write_tut
from tests.train.sounds import plain_set, settings


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[Path, Path]:
    """A run that learnt four sides from noise, and what it learnt from."""
    folder = tmp_path_factory.mktemp("trained")
    directory = plain_set(folder / "set", rows=96)

    def change(told):
        told["model"]["dropout"] = 0.0
        told["train"] |= {"epochs": 15, "learning_rate": 0.01}

    run = Run(settings=settings(change), stage="joint", seed=3, data=directory.url)
    train(run, folder / "run", Processes(0, 1, torch.device("cpu")))
    return folder / "run", folder / "set"


def scores(folder: Path) -> dict[tuple[str, str], float | None]:
    told = json.loads((folder / "evaluation.json").read_text())
    return {(each["protocol"], each["subject"]): each["value"] for each in told["scores"]}


def test_one_command_gives_directions_on_recorded_sounds(trained, tmp_path, capsys):
    run, data = trained
    write_librispeech(tmp_path / "set", samples=420, seconds=1.0)
    words = ["--real", "spatial-librispeech", "--path", str(tmp_path / "set"), "--controls"]
    assert main([str(run), str(data), *words, "--to", str(tmp_path)]) == 0
    found = scores(tmp_path)
    asked = "localisation, mean error"
    assert found["direction, zero-shot", "model"] > 45
    assert found["direction, zero-shot", "mono input"] < 40
    assert found[asked, "intensity, no training"] < 15
    assert found[asked, "model"] < 45
    assert found[asked, "model, probe of DATA"] < 60
    assert found[asked, "own head"] < 60
    assert found[asked, "one direction for all"] > 70
    said = capsys.readouterr().out
    assert "W Y Z X, rad, azimuth to the left, SN3D: intensity and labels are" in said
    assert "a probe learnt from the recorded set's own train fold" in said


@pytest.mark.parametrize(("name", "write"), [("tut", write_tut), ("starss", write_starss)])
def test_without_data_of_ones_own_a_recorded_set_is_enough(trained, tmp_path, name, write):
    write(tmp_path / "set")
    words = [str(trained[0]), "--real", name, "--path", str(tmp_path / "set")]
    assert main([*words, "--to", str(tmp_path)]) == 0
    found = scores(tmp_path)
    assert found["localisation, mean error", "intensity, no training"] < 15
    assert ("localisation, mean error", "model, probe of DATA") not in found
    assert "direction, zero-shot" in {protocol for protocol, _ in found}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--real", "tut"], "--real and --path: wanted both"),
        (["--path", "x"], "--real and --path: wanted both"),
        ([], "wanted DATA, or --real and --path"),
        (["--real", "tut", "--path", "nowhere"], "nowhere: no wav_ov1_split1_30db"),
        (["--real", "starrs", "--path", "x"], "invalid choice: 'starrs'"),
    ],
)
def test_a_mistake_is_one_line(trained, capsys, words, message):
    code: object
    try:
        code = main([str(trained[0]), *words])
    except SystemExit as leaving:
        code = leaving.code
    said = capsys.readouterr().err
    assert code == 2
    assert message in said
    assert len(said.splitlines()) == 1


def test_a_set_in_another_format_is_refused_before_the_model_hears_it(trained, tmp_path, capsys):
    write_tut(tmp_path / "set", channels="WXYZ")
    assert main([str(trained[0]), "--real", "tut", "--path", str(tmp_path / "set")]) == 2
    said = capsys.readouterr().err
    assert "read as W X Y Z" in said
    assert len(said.splitlines()) == 1
