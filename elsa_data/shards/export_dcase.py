"""The layout SELD systems train on: DCASE task 3, 24 kHz first-order ambisonics and frames.

    DEST/foa_dev/{dev-train,dev-val,dev-test}/fold{3,5,4}_room{group}_mix{n}.wav
         metadata_dev/.../the same.csv      frame, class, source, azimuth, elevation, distance
         recordings/{shard}.csv             which row each recording is
         classes.csv                        the class of each index

Frames last 100 ms and count from 0; angles are whole degrees, azimuth counter-clockwise with +90
left, distances whole centimetres. Training is fold 3 and testing fold 4, as in STARSS23; validation
is fold 5, which it does not use. The room number is the group_id in decimal. Mono rows are left
out. A source is active from the arrival of its direct sound, repetition by repetition; its echo is
not. Its class is the first of its labels.

Source: Shimada et al., "STARSS23: An audio-visual dataset of spatial recordings of real scenes with
spatiotemporal annotations of sound events", NeurIPS 2023, and its README at
doi.org/10.5281/zenodo.7880637; DCASE 2024 task 3 for the distance.
"""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from typing import Final

from elsa_data.examples import REPEAT_GAP_S, Example, ExamplePart
from elsa_data.records import ShardRef
from elsa_data.rooms import speed_of_sound
from elsa_data.shards.export_rows import sound_of, wav

RATE_HZ: Final = 24_000
FRAME_S: Final = 0.1
UNLABELLED: Final = "unlabelled"

FOLDS: Final = {
    "train": (3, "dev-train"),
    "validation": (5, "dev-val"),
    "test": (4, "dev-test"),
}

_COLUMNS: Final = ("recording", "example_id", "corpus", "clip_id", "class", "gain_db", "caption")
_ROUNDING_S: Final = 1e-9
"""An edge this near a frame's counts as on it: times are sums of floats."""


def class_of(labels: Iterable[str]) -> str:
    """Return the class of a source: the first of its labels."""
    return next(iter(labels), UNLABELLED)


def class_list(classes: Iterable[str]) -> bytes:
    """Return classes.csv: index and name, in the order given."""
    return _csv([("index", "class"), *enumerate(classes)])


def recorded(
    ref: ShardRef, example: Example, mix: int, indices: Mapping[str, int]
) -> tuple[dict[str, bytes], tuple[object, ...]]:
    """Return the files of a spatial row by their paths, and its line in recordings/.

    Args:
        ref: the shard it is from.
        example: the row.
        mix: its number among the rows of its room, from 1.
        indices: of the classes.
    """
    _, folder = FOLDS[ref.split]
    name = recording(example, mix)
    audio, gain_db = sound_of(example, sample_rate_hz=RATE_HZ)
    frames = frame_rows(example, indices, audio.shape[1] // round(RATE_HZ * FRAME_S))
    files = {
        f"foa_dev/{folder}/{name}.wav": wav(audio, RATE_HZ),
        f"metadata_dev/{folder}/{name}.csv": _csv(frames),
    }
    part = example.parts[0]
    names = (name, example.example_id, part.corpus, part.clip_id, class_of(part.labels))
    return files, (*names, round(gain_db, 3), example.caption)


def recording(example: Example, mix: int) -> str:
    """Return the name of a recording: its fold, its room, and its number in that room."""
    fold, _ = FOLDS[example.split]
    return f"fold{fold}_room{int(example.group_id, 16)}_mix{mix:03d}"


def recordings(rows: Iterable[tuple[object, ...]]) -> bytes:
    """Return the CSV of the recordings of a shard."""
    return _csv([_COLUMNS, *rows])


def frame_rows(
    example: Example, indices: Mapping[str, int], count: int
) -> list[tuple[int, int, int, int, int, int]]:
    """Return a line for each source in each frame it is active in, frame by frame.

    Args:
        example: a spatial row.
        indices: of the classes.
        count: frames of the recording.
    """
    speed = speed_of_sound(example.temperature_c)
    lines = []
    for source, part in enumerate(example.parts):
        place = _place(part)
        index = indices[class_of(part.labels)]
        lines += [
            (frame, index, source, *place) for frame in active_frames(part, speed) if frame < count
        ]
    return sorted(lines)


def active_frames(part: ExamplePart, speed_m_s: float) -> list[int]:
    """Return the frames in which the direct sound of a source is heard, however shortly."""
    arrival = part.onset_s + (part.distance_m or 0.0) / speed_m_s
    stride = part.active_s + REPEAT_GAP_S
    frames: set[int] = set()
    for repeat in range(part.repeats):
        start = arrival + repeat * stride
        first = math.floor((start + _ROUNDING_S) / FRAME_S)
        frames.update(range(first, math.ceil((start + part.active_s - _ROUNDING_S) / FRAME_S)))
    return sorted(frames)


def _place(part: ExamplePart) -> tuple[int, int, int]:
    if part.azimuth_deg is None or part.elevation_deg is None or part.distance_m is None:
        raise ValueError(f"a source of {part.clip_id!r} has no place: its row is not spatial")
    return round(part.azimuth_deg), round(part.elevation_deg), round(100 * part.distance_m)


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
