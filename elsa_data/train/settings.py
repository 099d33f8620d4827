"""What a run is told: a YAML file, read strictly, and changes to it from the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from elsa_data.errors import ConfigError, did_you_mean
from elsa_data.strict import FieldError, Spot, parse, plain, read_yaml
from elsa_data.train.elsa import ElsaConfig
from elsa_data.train.regressor import RegressorConfig
from elsa_data.train.targets import TARGETS

CONFIGS: Final = Path(__file__).parent / "configs"
MODELS: Final = {"elsa": ElsaConfig, "regressor": RegressorConfig}
"""A model is a file and a config: its config says how it is built."""

ModelConfig = ElsaConfig | RegressorConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """How rows become batches.

    Attributes:
        sample_rate_hz: of the rows.
        crop_s: what a model hears of a row; shorter rows end in silence.
        crop: from the start, or from anywhere, drawn anew each epoch.
        mono: a mono row is W alone, or the same in all four channels (as ELSA does), or left out.
        window: shards held in memory, among which rows are permuted; the next ones load meanwhile.
        keep: compute features once and keep them; asks for ``crop: start``.
        workers: threads that decode.
    """

    sample_rate_hz: int
    crop_s: float
    crop: Literal["start", "random"]
    mono: Literal["w_only", "elsa_copy", "leave_out"]
    window: int
    keep: bool
    workers: int

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        _require_positive(self, "sample_rate_hz", "crop_s", "window", "workers")
        if self.keep and self.crop != "start":
            raise FieldError("keep", "features that are kept cannot be of another crop each time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimisation:
    """How weights are found.

    Attributes:
        batch: rows of a step, in all processes together.
        accumulate: pieces a batch is computed in; the loss is that of the whole batch.
        warmup: share of the run in which the learning rate rises; it then falls as a cosine.
        clip_norm: longest gradient, 0 for any.
        weights: of each loss; one that is not named is not computed.
        save_every: steps between checkpoints.
        threads: of torch on a CPU; another number gives other bits.
    """

    epochs: int
    batch: int
    accumulate: int
    optimizer: Literal["adam", "adamw", "lamb"]
    learning_rate: float
    warmup: float
    weight_decay: float
    clip_norm: float
    weights: Mapping[str, float]
    save_every: int
    threads: int

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        _require_positive(
            self, "epochs", "batch", "accumulate", "learning_rate", "save_every", "threads"
        )
        known = ("contrastive", *TARGETS)
        for name in self.weights:
            if name not in known:
                near = did_you_mean(name, known)
                raise FieldError("weights", f"{name!r} is none of {', '.join(known)}.{near}")
        if not 0 <= self.warmup < 1:
            raise FieldError("warmup", f"{self.warmup:g}: wanted a share of the run, below 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a run is told but its seed, its data and its folder."""

    data: Data
    train: Optimisation
    model: ModelConfig


def load_settings(name_or_path: str, changes: Sequence[str] = ()) -> Settings:
    """Return the settings of a shipped config or a file, changed by ``train.epochs=3`` and such.

    Raises:
        ConfigError: no such config, or it does not say what it should.
    """
    path = Path(name_or_path)
    if not path.is_file():
        path = CONFIGS / f"{name_or_path}.yaml"
    if not path.is_file():
        known = sorted(file.stem for file in CONFIGS.glob("*.yaml"))
        near = did_you_mean(name_or_path, known)
        raise ConfigError(
            f"{name_or_path!r} is neither a file nor one of {', '.join(known)}.{near}"
        )
    told = read_yaml(path, ConfigError)
    for change in changes:
        _change(told, change)
    return parse_settings(told, str(path))


def parse_settings(told: Any, where: str) -> Settings:
    """Return the settings that a mapping states.

    Raises:
        ConfigError: naming ``where``, the key and the value.
    """
    spot = Spot(where, ConfigError)
    if not isinstance(told, Mapping) or set(told) != {"data", "train", "model"}:
        raise spot.wrong("wanted the keys data, train and model, and no others")
    model, at = told["model"], spot.at("model")
    if not isinstance(model, Mapping) or model.get("kind") not in MODELS:
        raise at.at("kind").wrong(f"wanted one of {', '.join(MODELS)}")
    own = {name: value for name, value in model.items() if name != "kind"}
    return Settings(
        data=parse(Data, told["data"], spot.at("data")),
        train=parse(Optimisation, told["train"], spot.at("train")),
        model=parse(MODELS[model["kind"]], own, at),
    )


def plain_settings(settings: Settings) -> dict[str, Any]:
    """Return what JSON can hold; `parse_settings` reads it back equal."""
    kind = next(name for name, config in MODELS.items() if isinstance(settings.model, config))
    told = plain(settings)
    return told | {"model": {"kind": kind} | told["model"]}


def _change(told: Any, change: str) -> None:
    key, equals, value = change.partition("=")
    *path, last = key.split(".")
    for name in path:
        told = told.get(name) if isinstance(told, dict) else None
    if not equals or not isinstance(told, dict) or (last not in told and path[-1:] != ["weights"]):
        near = did_you_mean(last, told) if isinstance(told, dict) else ""
        raise ConfigError(f"--set {change}: wanted an existing key and a value, a.b=c.{near}")
    try:
        told[last] = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {change}: {error}") from error


def _require_positive(record: Any, *names: str) -> None:
    for name in names:
        if not getattr(record, name) > 0:
            raise FieldError(name, f"{getattr(record, name):g}: wanted more than 0")
