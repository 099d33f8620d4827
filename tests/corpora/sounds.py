"""Real files for the tests of corpora."""

from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from elsa_data.records import Clip


def tone(seconds: float, rate: int = 16_000, hz: float = 440.0, peak: float = 0.5) -> NDArray:
    return (peak * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype("f4")


def noise(seconds: float, rate: int = 16_000, seed: int = 0, peak: float = 0.3) -> NDArray:
    samples = np.random.default_rng(seed).uniform(-peak, peak, round(seconds * rate))
    return samples.astype("f4")


def write(path: Path, samples: NDArray, rate: int = 16_000, **options: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    sf.write(path, samples, rate, **options)
    return str(path)


def clip(uri: str, *captions: str) -> Clip:
    return Clip(
        clip_id="c", source_id="s:c", corpus="s", uri=uri, captions=captions or ("A tone sounds",)
    )
