"""Where in a recording one source sounds alone and stays where it is, and that piece as a sound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from elsa_data.config import Vocabulary
from elsa_data.conventions import FOA_CHANNELS
from elsa_data.errors import ConfigError
from elsa_data.evaluate.sets import Meta
from elsa_data.geometry import Vector, great_circle_deg, spherical, unit_vector, wrap_azimuth_deg

SHORTEST_S: Final = 1.0
STILL_DEG: Final = 5.0
"""A piece is at least so long, and no two of its labels are farther apart."""

_SAME_S: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A label: from when to when what is where. Labels of one ``source`` may follow each other."""

    start_s: float
    end_s: float
    source: str
    label: str
    azimuth_deg: float
    elevation_deg: float
    distance_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A piece of a recording with one source that stays where it is.

    Attributes:
        clip: what sounds, as far as the set tells it apart.
        place: the room; the recording where a set has only one room.
        fold: ``train`` or ``test``, as the set divides itself.
    """

    path: Path
    start_s: float
    end_s: float
    clip: str
    place: str
    fold: str
    label: str
    azimuth_deg: float
    elevation_deg: float
    distance_m: float | None
    floor_area_m2: float | None = None
    t30_s: float | None = None


def alone(events: Sequence[Event]) -> Iterator[Event]:
    """Yield the pieces of a recording in which exactly one source is active and does not move.

    A piece ends where another source begins, where its own ends, and where a label lies more than
    `STILL_DEG` from any before it in the piece. Its direction is the mean of its labels; pieces
    under `SHORTEST_S` are left out.
    """
    piece: list[Event] = []
    for start_s, end_s, event in _single(events):
        part = _between(event, start_s, end_s)
        if piece and not _goes_on(piece, part):
            yield from _finished(piece)
            piece = []
        piece.append(part)
    yield from _finished(piece)


def _single(events: Sequence[Event]) -> Iterator[tuple[float, float, Event]]:
    """Yield (from, to, event) wherever one event is active alone, in order of time."""
    starts = [round(event.start_s, 6) for event in events]
    ends = [round(event.end_s, 6) for event in events]
    times = np.unique([*starts, *ends])
    # Sums over time of how many events are active, and of their numbers: where it is one, the
    # second sum is its number.
    count, which = np.zeros(len(times), dtype=np.int64), np.zeros(len(times), dtype=np.int64)
    for edges, step in ((starts, 1), (ends, -1)):
        at = np.searchsorted(times, edges)
        np.add.at(count, at, step)
        np.add.at(which, at, step * np.arange(len(events)))
    count, which = count.cumsum(), which.cumsum()
    for at in np.flatnonzero(count == 1):
        yield float(times[at]), float(times[at + 1]), events[which[at]]


def _goes_on(piece: Sequence[Event], part: Event) -> bool:
    there = _toward(part)
    return (
        piece[-1].source == part.source
        and part.start_s - piece[-1].end_s < _SAME_S
        and all(great_circle_deg(there, _toward(each)) <= STILL_DEG for each in piece)
    )


def _finished(piece: Sequence[Event]) -> Iterator[Event]:
    if not piece or piece[-1].end_s - piece[0].start_s < SHORTEST_S - _SAME_S:
        return
    weights = [each.end_s - each.start_s for each in piece]
    mean = np.average([_toward(each) for each in piece], axis=0, weights=weights)
    azimuth_deg, elevation_deg, _ = spherical((float(mean[0]), float(mean[1]), float(mean[2])))
    known = [each.distance_m for each in piece if each.distance_m is not None]
    yield Event(
        start_s=piece[0].start_s,
        end_s=piece[-1].end_s,
        source=piece[0].source,
        label=piece[0].label,
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        distance_m=float(np.mean(known)) if known else None,
    )


def _toward(event: Event) -> Vector:
    return unit_vector(event.azimuth_deg, event.elevation_deg)


def _between(event: Event, start_s: float, end_s: float) -> Event:
    return Event(
        start_s=start_s,
        end_s=end_s,
        source=event.source,
        label=event.label,
        azimuth_deg=event.azimuth_deg,
        elevation_deg=event.elevation_deg,
        distance_m=event.distance_m,
    )


def read_segment(segment: Segment) -> tuple[NDArray[np.float32], int]:
    """Return the audio (4, samples) of a segment as it is stored, and its rate.

    Raises:
        ConfigError: the file cannot be read, ends before the segment, or has not four channels.
    """
    try:
        with soundfile.SoundFile(segment.path) as file:
            rate = file.samplerate
            if file.channels != len(FOA_CHANNELS):
                raise ConfigError(f"{segment.path}: {file.channels} channels, wanted 4 (ambisonic)")
            start = round(segment.start_s * rate)
            # Labels lie on a grid of their own: the last one may end after the recording does.
            stop = min(round(segment.end_s * rate), file.frames)
            if stop - start < round((SHORTEST_S - 0.1) * rate):
                raise ConfigError(
                    f"{segment.path}: {file.frames / rate:.1f} s of sound, labels up to "
                    f"{segment.end_s:.1f} s: sound and labels are not of one recording"
                )
            file.seek(start)
            audio = file.read(stop - start, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ConfigError(f"{segment.path}: {error.error_string}") from error
    return np.ascontiguousarray(audio.T, dtype=np.float32), rate


def meta_of(segment: Segment, vocabulary: Vocabulary) -> Meta:
    """Return what is known of a segment, with the words that are true of its numbers."""
    azimuth_deg = wrap_azimuth_deg(segment.azimuth_deg)
    numbers = {
        "direction": azimuth_deg,
        "elevation": segment.elevation_deg,
        "distance": segment.distance_m,
        "size": segment.floor_area_m2,
    }
    words = {
        name: vocabulary.word(name, value) for name, value in numbers.items() if value is not None
    }
    return Meta(
        clip=segment.clip,
        room=segment.place,
        sources=(segment.clip,),
        label=segment.label,
        words={name: word for name, word in words.items() if word is not None},
        azimuth_deg=azimuth_deg,
        elevation_deg=segment.elevation_deg,
        distance_m=segment.distance_m,
        floor_area_m2=segment.floor_area_m2,
        t30_s=segment.t30_s,
    )
