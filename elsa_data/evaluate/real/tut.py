"""TUT Sound Events 2018 REAL: mixtures with impulse responses measured at Tampere University.

    FOLDER/ wav_ov1_split1_30db/   train_0_desc_30_100.wav ...    44.1 kHz, 30 s, 4 channels
            desc_ov1_split1/       train_0_desc_30_100.csv ...    one line an event

A line is ``sound_event_recording,start_time,end_time,ele,azi,dist``: seconds, degrees, metres.
Recordings are of UrbanSound8K, whose file names hold the class. There is one place for all, so each
file counts as one of its own. Only the first cross-validation split is read: the test events of one
are training events of another. For research use only.

Source: Adavanne, Politis, Virtanen, doi:10.5281/zenodo.1237793, 2018; the columns as
github.com/sharathadavanne/seld-net reads them.
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

HEADER: Final = "sound_event_recording,start_time,end_time,ele,azi,dist"

CLASSES: Final = (
    *("air conditioner", "car horn", "children playing", "dog bark", "drilling"),
    *("engine idling", "gun shot", "jackhammer", "siren", "street music"),
)
"""Of UrbanSound8K, by number (Salamon, Jacoby & Bello, ACM Multimedia 2014)."""

_RECORDING: Final = re.compile(r"\d+-(\d)-\d+-\d+")


def segments(folder: Path) -> Iterator[Segment]:
    """Yield the segments of the set's mixtures without overlap.

    Raises:
        ConfigError: the folder is not laid out as the set is, or a line is damaged.
    """
    found = sorted(folder.glob("wav_ov1_split*_30db"))
    if not found:
        raise ConfigError(f"{folder}: no wav_ov1_split1_30db with desc_ov1_split1 beside it")
    sounds = found[0]
    labels = folder / sounds.name.replace("wav", "desc").removesuffix("_30db")
    for path in sorted(sounds.glob("*.wav")):
        fold, _, _ = path.stem.partition("_")
        if fold not in ("train", "test"):
            raise ConfigError(f"{path}: wanted a name that begins with train_ or test_")
        for event in alone(_events(labels / f"{path.stem}.csv")):
            yield Segment(
                path=path,
                start_s=event.start_s,
                end_s=event.end_s,
                clip=event.source,
                place=path.stem,
                fold=fold,
                label=event.label,
                azimuth_deg=event.azimuth_deg,
                elevation_deg=event.elevation_deg,
                distance_m=event.distance_m,
            )


def _events(path: Path) -> list[Event]:
    lines = read_lines(path)
    if not lines or lines[0].replace(" ", "") != HEADER:
        raise ConfigError(f"{path}: wanted the header {HEADER}")
    events = []
    for number, line in enumerate(lines[1:], 2):
        recording, *rest = line.split(",")
        start_s, end_s, elevation_deg, azimuth_deg, distance_m = numbers(rest, 5, path, number)
        kind = _RECORDING.match(recording)
        if kind is None:
            raise ConfigError(f"{path}, line {number}: {recording!r} is no UrbanSound8K recording")
        events.append(
            Event(
                start_s=start_s,
                end_s=end_s,
                source=recording.strip(),
                label=CLASSES[int(kind[1])],
                azimuth_deg=azimuth_deg,
                elevation_deg=elevation_deg,
                distance_m=distance_m,
            )
        )
    return events
