"""The recorded sets that can be evaluated on, by name. None ships: a person names a folder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from elsa_data.config import Vocabulary, load_vocabulary
from elsa_data.errors import ConfigError
from elsa_data.evaluate.real import librispeech, starss, tut
from elsa_data.evaluate.real.audit import Audit, Reading, audit
from elsa_data.evaluate.real.segments import Segment, meta_of, read_segment
from elsa_data.evaluate.sets import Sound
from elsa_data.seeding import rng_for

VOCABULARY: Final = "attributes.elsa.v1"

MOST: Final = 2000
"""Segments of a fold that are heard; more are drawn from, always the same."""

Find = Callable[[Path], Iterator[Segment]]

SETS: Final[dict[str, tuple[Find, Reading]]] = {
    "tut": (tut.segments, tut.READING),
    "starss": (starss.segments, starss.READING),
    "spatial-librispeech": (librispeech.segments, librispeech.READING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RealSet:
    """A recorded set whose sound and labels were found to agree."""

    name: str
    segments: tuple[Segment, ...]
    found: Audit
    vocabulary: Vocabulary

    def sounds(self, fold: str) -> Iterator[Sound]:
        """Yield the sounds of a fold as AmbiX, at most `MOST` of them.

        Raises:
            ConfigError: a file cannot be read.
        """
        own = [each for each in self.segments if each.fold == fold]
        if len(own) > MOST:
            drawn = rng_for(0, "real", self.name, fold).choice(len(own), MOST, replace=False)
            own = [own[at] for at in np.sort(drawn)]
        for segment in own:
            audio, rate_hz = read_segment(segment)
            if self.found.normalisation == "n3d":
                audio[1:] /= np.sqrt(np.float32(3))
            yield audio, rate_hz, meta_of(segment, self.vocabulary)


def open_set(name: str, folder: Path) -> RealSet:
    """Return a recorded set, its segments cut and its sound held against its labels.

    Raises:
        ConfigError: the folder does not hold the set, or not in the set's own format.
    """
    find, reading = SETS[name]
    segments = tuple(find(folder))
    if not segments:
        raise ConfigError(
            f"{folder}: no piece of a second or more in which one source sounds alone and still"
        )
    try:
        found = audit(segments, reading)
    except ConfigError as error:
        raise ConfigError(f"{folder}: {error}") from error
    return RealSet(
        name=name, segments=segments, found=found, vocabulary=load_vocabulary(VOCABULARY)
    )
