"""A run as files: saved whole or not at all, loaded anywhere, pushed to the Hub.

RUN/ config.json         settings, stage, seed, data
     model.safetensors   weights
     tokenizer.json ...  what the model needs beside them
     checkpoint.pt       what --resume needs
     log.jsonl README.md
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from elsa_data.errors import ConfigError
from elsa_data.shards.commit import commit, explained
from elsa_data.shards.directory import local_path
from elsa_data.train.hub import fetch
from elsa_data.train.registry import Model, build_model
from elsa_data.train.settings import Settings, parse_settings, plain_settings

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"
CARD: Final = "README.md"
PUBLISHED: Final = (CONFIG, WEIGHTS, CARD, "tokenizer.json", "semantic.json", "text.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run is: its settings, and where it came from.

    ``spatial_from`` is the run whose spatial branch it started with.
    """

    settings: Settings
    stage: str
    seed: int
    data: str
    world: int = 1
    spatial_from: str | None = None


def write_run(folder: Path, run: Run, assets: dict[str, str]) -> None:
    """Write everything that stands before the first step."""
    told = {
        "settings": plain_settings(run.settings),
        "stage": run.stage,
        "seed": run.seed,
        "data": shown(run.data),
        "world": run.world,
        "spatial_from": None if run.spatial_from is None else shown(run.spatial_from),
        "assets": sorted(assets),
    }
    for name, text in {**assets, CONFIG: json.dumps(told, indent=1)}.items():
        replace_file(folder / name, lambda path, text=text: path.write_text(text, "utf-8"))


def shown(place: str) -> str:
    """Return what strangers may read of where something lies: a folder of ours is its name."""
    path = local_path(place)
    if path is None or not path.is_dir():
        return place
    return path.resolve().name


def read_run(folder: Path) -> tuple[Run, dict[str, str]]:
    """Return a run and its assets.

    Raises:
        ConfigError: the folder holds no run.
    """
    path = folder / CONFIG
    try:
        told = json.loads(path.read_text("utf-8"))
        assets = {name: (folder / name).read_text("utf-8") for name in told["assets"]}
        settings = parse_settings(told["settings"], str(path))
        rest = {name: told[name] for name in ("stage", "seed", "data", "world", "spatial_from")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{folder} holds no run that can be read: {error}") from error
    return Run(settings=settings, **rest), assets


def save_weights(folder: Path, model: nn.Module) -> None:
    """Write the weights, whole or not at all."""
    tensors = {name: value.contiguous() for name, value in model.state_dict().items()}
    replace_file(folder / WEIGHTS, lambda path: save_file(tensors, path))


def load_run(run: str | Path, device: str = "cpu") -> Model:
    """Return the model of a run, ready to embed: a folder, or a model of the Hub by name.

    ``model.embed_audio(audio)`` takes (batch, 4, samples) at ``model.rate_hz``, and
    ``model.embed_text(texts)`` a list; both return (batch, width).

    Raises:
        ConfigError: there is no such run, or its files do not belong together.
    """
    folder = Path(run) if Path(run).is_dir() else fetch(str(run), PUBLISHED)
    found, assets = read_run(folder)
    model = build_model(found.settings.model, assets, found.settings.data.sample_rate_hz)
    try:
        model.load_state_dict(load_file(folder / WEIGHTS))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ConfigError(f"{folder / WEIGHTS}: {_line(error)}") from error
    return model.to(device).eval()


def load_spatial(model: Model, run: str | Path) -> None:
    """Copy the spatial branch of another run, such as a pre-trained one, into a model.

    Raises:
        ConfigError: it has another shape.
    """
    other = load_run(run)
    if other.spatial is None or model.spatial is None:
        raise ConfigError(f"{run} or this model has no spatial branch: set model.spatial")
    try:
        model.spatial.load_state_dict(other.spatial.state_dict())
    except RuntimeError as error:
        raise ConfigError(f"{run}: another kind of spatial branch: {_line(error)}") from error


def replace_file(path: Path, write: Callable[[Path], Any]) -> None:
    """Write a file whole or not at all.

    Raises:
        BuildError: the disk refuses.
    """
    partial = path.with_name(f".{path.name}.part")
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write(partial)
    commit(partial, str(path))


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
