"""Sounds through ears: a model, the same model with something taken from it, or plain physics.

One pass over a set feeds all ears, so that a set is decoded once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from elsa_data.conventions import FOA_CHANNELS
from elsa_data.errors import ConfigError
from elsa_data.evaluate.scores import Floats
from elsa_data.evaluate.sets import Meta, Sound, Sounds
from elsa_data.seeding import rng_for
from elsa_data.train.export import Run
from elsa_data.train.features import resample
from elsa_data.train.hearing import Features
from elsa_data.train.registry import Model, build_model

BATCH: Final = 32

Heard = dict[str, Floats]
"""``audio`` (rows, width) and what heads say, such as ``direction`` (rows, 3) as x, y, z."""

Ear = Callable[[Sequence[Sound]], Heard]


@dataclass(frozen=True, slots=True)
class Listened:
    """What is known of the sounds of a set, and what each ear heard, row by row."""

    metas: list[Meta]
    heard: dict[str, Heard]

    def pick(self, keep: Callable[[Meta], bool]) -> "Listened":
        """Return the rows whose facts pass."""
        rows = np.array([at for at, meta in enumerate(self.metas) if keep(meta)], dtype=np.intp)
        heard = {
            ear: {name: values[rows] for name, values in found.items()}
            for ear, found in self.heard.items()
        }
        return Listened([self.metas[at] for at in rows], heard)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEar:
    """A model that hears the first ``crop_s`` of a sound.

    Attributes:
        turn: what is done to audio (batch, 4, samples) before.
        veil: what is done to its features.
    """

    model: Model
    crop_s: float
    turn: Callable[[Tensor], Tensor] = lambda audio: audio
    veil: Callable[[Features], Features] = lambda features: features

    @torch.no_grad()
    def __call__(self, sounds: Sequence[Sound]) -> Heard:
        """Return what it hears."""
        rate_hz = self.model.rate_hz
        audio = torch.stack([fit(each, rate, rate_hz, self.crop_s) for each, rate, _ in sounds])
        audio = self.turn(audio.to(next(self.model.parameters()).device))
        found = self.model(self.veil(self.model.hear(audio)))
        return {name: value.float().cpu().numpy() for name, value in found.items()}


def fit(audio: NDArray[np.float32], from_hz: int, rate_hz: int, seconds: float) -> Tensor:
    """Return the first seconds (4, samples) of a sound at another rate, silence after its end.

    Raises:
        ConfigError: it has not four channels.
    """
    if audio.ndim != 2 or len(audio) != len(FOA_CHANNELS):
        raise ConfigError(f"got a sound of shape {audio.shape}, wanted (4, samples): W, Y, Z, X")
    heard = torch.from_numpy(np.ascontiguousarray(audio[:, : round(seconds * from_hz)]))
    heard = resample(heard, from_hz, rate_hz)[:, : round(seconds * rate_hz)]
    return torch.nn.functional.pad(heard, (0, round(seconds * rate_hz) - heard.shape[1]))


def listen(ears: Mapping[str, Ear], sounds: Sounds) -> Listened:
    """Return what ears hear of a set."""
    metas: list[Meta] = []
    heard: dict[str, list[Heard]] = {name: [] for name in ears}
    waiting = iter(sounds)
    while batch := list(islice(waiting, BATCH)):
        metas += [meta for _, _, meta in batch]
        for name, ear in ears.items():
            heard[name].append(ear(batch))
    return Listened(metas, {name: _joined(parts) for name, parts in heard.items()})


def _joined(parts: Iterable[Heard]) -> Heard:
    columns: dict[str, list[Floats]] = {}
    for part in parts:
        for name, values in part.items():
            columns.setdefault(name, []).append(values)
    return {name: np.concatenate(values) for name, values in columns.items()}


def random_ear(run: Run, assets: Mapping[str, str], device: str) -> ModelEar:
    """Return an ear of a run's shape with the weights of no training at all."""
    with torch.random.fork_rng():
        torch.manual_seed(int(rng_for(run.seed, "random encoder").integers(2**62)))
        told = run.settings
        model = build_model(told.model, assets, told.data.sample_rate_hz)
    return ModelEar(model=model.to(device).eval(), crop_s=run.settings.data.crop_s)
