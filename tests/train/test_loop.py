import json
import os
import subprocess
import sys
import time

import pytest
import torch
from safetensors.torch import load_file

from elsa_data.errors import ConfigError
from elsa_data.train.command import spatial_stage
from elsa_data.train.export import Run, load_run
from elsa_data.train.loop import train
from elsa_data.train.processes import Processes
from elsa_data.train.reader import Reader, read_index
from elsa_data.train.sound import sound_of
from tests.train.sounds import data, order, plain_set, settings

ALONE = Processes(0, 1, torch.device("cpu"))
PACE = ("seconds", "rows_per_second", "waiting")


def run_of(directory, change=lambda told: None, **changes) -> Run:
    plain = {
        "settings": settings(change),
        "stage": "joint",
        "seed": 3,
        "data": directory.url,
    }
    return Run(**(plain | changes))


def log_of(folder):
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [{k: v for k, v in line.items() if k not in PACE} for line in lines]


@pytest.mark.parametrize(("keep", "pieces"), [(False, 1), (True, 2)])
def test_a_run_that_was_broken_off_ends_bit_for_bit_the_same(tmp_path, keep, pieces):
    directory = plain_set(tmp_path / "set")

    def change(told):
        told["data"] |= {"keep": keep, "crop": "start" if keep else "random"}
        told["train"] |= {"accumulate": pieces, "save_every": 7}

    run = run_of(directory, change)
    train(run, tmp_path / "whole", ALONE)
    train(run, tmp_path / "broken", ALONE, stop_after=10)
    train(run, tmp_path / "broken", ALONE, resume=True, stop_after=13)
    train(run, tmp_path / "broken", ALONE, resume=True)
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        whole, broken = ((tmp_path / each / name).read_bytes() for each in ("whole", "broken"))
        assert whole == broken, name
    held = [
        torch.load(tmp_path / each / "checkpoint.pt", weights_only=True)["optimizer"]["state"]
        for each in ("whole", "broken")
    ]
    for number, state in held[0].items():
        for name, value in state.items():
            assert torch.equal(value, held[1][number][name])
    assert log_of(tmp_path / "whole") == log_of(tmp_path / "broken")
    assert log_of(tmp_path / "whole")[-1]["step"] > 20


def test_losses_fall_and_the_sides_are_learnt(tmp_path):
    directory = plain_set(tmp_path / "set", rows=64)

    def change(told):
        told["model"]["dropout"] = 0.0
        told["train"] |= {"epochs": 12, "learning_rate": 0.01}

    model = train(run_of(directory, change), tmp_path / "run", ALONE).eval()
    told = data(mono="leave_out")
    index = read_index(directory, "validation", told, spatial_only=True)
    read = Reader(directory, index.urls, told, seed=0)
    (batch,) = read.batches(order(index, batch=8, window=4), 0, 8)
    found = model(model.hear(sound_of(batch.inputs["audio"])))["direction"]
    assert torch.cosine_similarity(found, batch.targets["direction"]).min() > 0.9
    log = [line for line in log_of(tmp_path / "run") if "contrastive" in line]
    assert log[-1]["direction"] < log[0]["direction"] / 5
    # Half of the captions are equal, which no model can tell apart.
    assert log[-1]["contrastive"] < 0.9 * log[0]["contrastive"]


def test_a_saved_run_embeds_the_same_in_a_fresh_process(tmp_path):
    directory = plain_set(tmp_path / "set")
    model = train(run_of(directory), tmp_path / "run", ALONE, stop_after=3).eval()
    audio = torch.randn(2, 4, 3200, generator=torch.Generator().manual_seed(0))
    torch.save(audio, tmp_path / "audio.pt")
    code = """
import sys, torch
from elsa_data.train.export import load_run
torch.set_num_threads(1)
model = load_run(sys.argv[1] + "/run")
heard = model.embed_audio(torch.load(sys.argv[1] + "/audio.pt"))
torch.save((heard, model.embed_text(["noise from the left", "a dog"])), sys.argv[1] + "/found.pt")
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    heard, read = torch.load(tmp_path / "found.pt")
    assert torch.equal(heard, model.embed_audio(audio))
    assert torch.equal(read, model.embed_text(["noise from the left", "a dog"]))
    assert heard.norm(dim=1).tolist() == pytest.approx([1, 1], abs=1e-5)


def test_a_spatial_branch_is_trained_alone_and_taken_over(tmp_path):
    directory = plain_set(tmp_path / "set")
    alone = run_of(directory, settings=spatial_stage(settings()), stage="spatial")
    train(alone, tmp_path / "spatial", ALONE, stop_after=4)
    learnt = load_file(tmp_path / "spatial" / "model.safetensors")
    assert {name.partition(".")[0] for name in learnt} == {"spatial", "heads"}
    joint = run_of(directory, spatial_from=str(tmp_path / "spatial"))
    found = train(joint, tmp_path / "joint", ALONE, stop_after=1)
    first = load_run(tmp_path / "spatial").state_dict()
    for name, value in found.state_dict().items():
        if name.startswith("spatial"):
            # One step of Adam moves a number by no more than its rate, 0.003 at the most.
            assert (value - first[name]).abs().max() < 0.01


def test_another_question_is_not_the_same_run(tmp_path):
    directory = plain_set(tmp_path / "set")
    with pytest.raises(ConfigError, match="no run"):
        train(run_of(directory), tmp_path / "run", ALONE, resume=True)
    train(run_of(directory), tmp_path / "run", ALONE, stop_after=1)
    with pytest.raises(ConfigError, match="add --resume"):
        train(run_of(directory), tmp_path / "run", ALONE)
    with pytest.raises(ConfigError, match="seed 3, asked 4"):
        train(run_of(directory, seed=4), tmp_path / "run", ALONE, resume=True)
    with pytest.raises(ConfigError, match="world 1, asked 2"):
        train(run_of(directory, world=2), tmp_path / "run", ALONE, resume=True)


@pytest.mark.slow
def test_a_killed_command_goes_on_and_ends_the_same(tmp_path):
    directory = plain_set(tmp_path / "set", rows=120)

    def command(name, *words):
        told = ["train.epochs=30", "train.save_every=5", "data.crop_s=0.2", "train.batch=16"]
        flags = [word for each in told for word in ("--set", each)]
        place = str(tmp_path / name)
        return [sys.executable, "-m", "elsa_data.train", directory.url, place, *flags, *words]

    subprocess.run(command("whole"), check=True, capture_output=True)
    words: list[str] = []
    for _ in range(3):
        before = _step_of(tmp_path / "killed")
        with subprocess.Popen(command("killed", *words), stdout=subprocess.DEVNULL) as process:
            while process.poll() is None and _step_of(tmp_path / "killed") < before + 10:
                time.sleep(0.02)
            process.kill()
        words = ["--resume"]
    subprocess.run(command("killed", "--resume"), check=True, capture_output=True)
    whole, killed = (tmp_path / each / "model.safetensors" for each in ("whole", "killed"))
    assert whole.read_bytes() == killed.read_bytes()
    assert log_of(tmp_path / "whole") == log_of(tmp_path / "killed")


def _step_of(folder) -> int:
    path = folder / "checkpoint.pt"
    return torch.load(path, weights_only=True)["step"] if path.exists() else 0
