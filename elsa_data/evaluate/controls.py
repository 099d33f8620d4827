"""What is taken from a model to see what it stood on, and what must follow when a sound turns."""

from collections.abc import Callable
from typing import Final

import numpy as np
import torch
from torch import Tensor

from elsa_data.evaluate.embed import ModelEar
from elsa_data.evaluate.scores import FEWEST, Floats, Score, percent
from elsa_data.evaluate.sets import Meta
from elsa_data.evaluate.zeroshot import Prototypes, judged, nearest_words
from elsa_data.seeding import rng_for
from elsa_data.train.hearing import Features

MONO: Final = "mono input"
ACTIVE: Final = "active intensity only"
REACTIVE: Final = "reactive intensity only"
TURNED: Final = "turned by +90 deg"
LEVEL: Final = "level drawn anew"

GAIN_DB: Final = 10.0
"""The most that the level of a sound is changed by, up or down."""

_INTENSITIES: Final = ("intensity", "intensity_bins")

NEXT: Final = {"front": "left", "left": "back", "back": "right", "right": "front"}
"""Where a word goes when the sound turns by +90 degrees: counter-clockwise seen from above."""


def control_ears(ear: ModelEar, seed: int) -> dict[str, ModelEar]:
    """Return the model with each control's change made to what it hears."""
    model, crop_s = ear.model, ear.crop_s
    return {
        MONO: ModelEar(model=model, crop_s=crop_s, turn=only_w),
        ACTIVE: ModelEar(model=model, crop_s=crop_s, veil=without_reactive),
        REACTIVE: ModelEar(model=model, crop_s=crop_s, veil=without_active),
        TURNED: ModelEar(model=model, crop_s=crop_s, turn=turn_left),
        LEVEL: ModelEar(model=model, crop_s=crop_s, turn=drawn_level(seed)),
    }


def only_w(audio: Tensor) -> Tensor:
    """Return audio (batch, 4, samples) with W alone: nothing of it has a direction."""
    return audio * torch.tensor([1.0, 0.0, 0.0, 0.0], device=audio.device)[:, None]


def turn_left(audio: Tensor) -> Tensor:
    """Return audio (batch, 4, samples) turned by +90 degrees about the vertical.

    A source at azimuth a is heard at a + 90: Y becomes what X was, X what -Y was.
    """
    w, y, z, x = audio.unbind(1)
    return torch.stack([w, x, z, -y], dim=1)


def drawn_level(seed: int) -> Callable[[Tensor], Tensor]:
    """Return what gives each sound another level: near is then no longer louder than far."""
    drawn = torch.Generator().manual_seed(int(rng_for(seed, "level").integers(2**62)))

    def change(audio: Tensor) -> Tensor:
        gains_db = GAIN_DB * (2 * torch.rand(len(audio), 1, 1, generator=drawn) - 1)
        return audio * (10 ** (gains_db / 20)).to(audio.device)

    return change


def without_reactive(features: Features) -> Features:
    """Return features whose reactive intensity is zero."""
    return _veiled(features, slice(3, None))


def without_active(features: Features) -> Features:
    """Return features whose active intensity is zero."""
    return _veiled(features, slice(0, 3))


def _veiled(features: Features, channels: slice) -> Features:
    changed = {name: features[name].clone() for name in _INTENSITIES if name in features}
    for value in changed.values():
        value[:, channels] = 0
    return features | changed


def turning(metas: list[Meta], words: Prototypes, before: Floats, after: Floats) -> Score:
    """Return the share of predicted words that turn with the sound, over sounds that have one."""
    rows = judged(metas, "direction")
    names = list(words)
    follows = np.array([names.index(NEXT[name]) for name in names])
    was, became = nearest_words(before[rows], words), nearest_words(after[rows], words)
    return Score(
        protocol="direction words that turn with the sound",
        subject=TURNED,
        value=percent(float(np.mean(follows[was] == became))) if len(rows) >= FEWEST else None,
        unit="%",
        n=len(rows),
        reference="chance 25",
    )
