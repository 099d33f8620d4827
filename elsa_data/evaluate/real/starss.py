"""STARSS22 and STARSS23: scenes that people acted in real rooms, recorded and labelled.

    FOLDER/ foa_dev/       dev-train-sony/fold3_room21_mix001.wav ...     24 kHz, 4 channels
            metadata_dev/  dev-train-sony/fold3_room21_mix001.csv ...     one line a label

A label says ``frame,class,source,azimuth,elevation`` and, in STARSS23, ``,distance``: frames of 0.1
seconds, degrees, centimetres. Sony's and Tampere's rooms differ, and so do those of the two folds.

Source: Politis et al., "STARSS22", DCASE 2022, arXiv:2206.01948; Shimada et al., "STARSS23",
NeurIPS 2023, arXiv:2306.09126.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from elsa_data.errors import ConfigError
from elsa_data.evaluate.real.audit import Reading
from elsa_data.evaluate.real.segments import Event, Segment, alone
from elsa_data.evaluate.real.tables import numbers, read_lines

READING: Final = Reading()

FRAME_S: Final = 0.1
CENTIMETRES: Final = 100.0

CLASSES: Final = (
    *("female speech", "male speech", "clapping", "telephone", "laughter", "domestic sounds"),
    *("footsteps", "door", "music", "musical instrument", "water tap", "bell", "knock"),
)

_FOLDER: Final = re.compile(r"dev-(train|test)-(\w+)")
_FILE: Final = re.compile(r"fold\d+_(room\d+)_mix\d+")


def segments(folder: Path) -> Iterator[Segment]:
    """Yield the segments of the development set.

    Raises:
        ConfigError: the folder is not laid out as the set is, or a line is damaged.
    """
    paths = sorted((folder / "foa_dev").glob("*/*.wav"))
    if not paths:
        raise ConfigError(f"{folder}: no foa_dev/dev-train-sony/*.wav and the like")
    for path in paths:
        part, file = _FOLDER.fullmatch(path.parent.name), _FILE.fullmatch(path.stem)
        if part is None or file is None:
            raise ConfigError(f"{path}: wanted a name like dev-train-sony/fold3_room21_mix001.wav")
        labels = folder / "metadata_dev" / path.parent.name / f"{path.stem}.csv"
        place = f"{part[2]}-{file[1]}"
        for event in alone(_events(labels)):
            yield Segment(
                path=path,
                start_s=event.start_s,
                end_s=event.end_s,
                clip=f"{part[2]}-{path.stem}-{event.source}",
                place=place,
                fold=part[1],
                label=event.label,
                azimuth_deg=event.azimuth_deg,
                elevation_deg=event.elevation_deg,
                distance_m=event.distance_m,
            )


def _events(path: Path) -> list[Event]:
    events = []
    for number, line in enumerate(read_lines(path), 1):
        fields = line.split(",")
        found = numbers(fields, 6 if len(fields) > 5 else 5, path, number)
        frame, kind, source, azimuth_deg, elevation_deg = found[:5]
        if not 0 <= kind < len(CLASSES) or kind % 1:
            raise ConfigError(f"{path}, line {number}: class {kind:g}, wanted 0 to 12")
        events.append(
            Event(
                start_s=frame * FRAME_S,
                end_s=(frame + 1) * FRAME_S,
                source=f"{kind:g}-{source:g}",
                label=CLASSES[int(kind)],
                azimuth_deg=azimuth_deg,
                elevation_deg=elevation_deg,
                distance_m=found[5] / CENTIMETRES if len(found) > 5 else None,
            )
        )
    return events
