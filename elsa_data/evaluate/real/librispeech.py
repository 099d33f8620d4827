"""Spatial LibriSpeech: speech in simulated rooms, as a microphone array would hear it.

    FOLDER/ metadata.parquet
            ambisonics/000000.flac ...     16 kHz, 4 channels; those that are there are read

Angles are in radians. No word for reverberation is given: ours are of the full-band decay, which
the set does not state; ``t30_s`` is the mean of its third octaves from 400 Hz to 1.25 kHz.

Source: Sarabia et al., "Spatial LibriSpeech", Interspeech 2023, doi:10.21437/Interspeech.2023-2117;
columns as github.com/apple/ml-spatial-librispeech, DATASET_SCHEMA.md, names them.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow
import pyarrow.parquet

from elsa_data.errors import ConfigError
from elsa_data.evaluate.real.audit import Reading
from elsa_data.evaluate.real.segments import SHORTEST_S, Segment

READING: Final = Reading(degrees=False)

MID_HZ: Final = (390.0, 1300.0)
"""The third octaves that make up those of 500 Hz and 1 kHz."""

_COLUMNS: Final = (
    *("sample_id", "split", "audio_info/duration", "room/room_id", "room/floor_area"),
    *("speech/azimuth", "speech/elevation", "speech/distance"),
    *("acoustics/frequency_bins", "acoustics/t30_ms"),
)


def segments(folder: Path) -> Iterator[Segment]:
    """Yield a segment for each sample that lies in the folder.

    Raises:
        ConfigError: there is no metadata, or it has not the columns, or no sample is there.
    """
    path = folder / "metadata.parquet"
    try:
        table = pyarrow.parquet.read_table(path, columns=list(_COLUMNS))
    except (OSError, pyarrow.ArrowException) as error:
        raise ConfigError(f"{path}: {' '.join(str(error).split())}") from error
    if lost := [name for name in _COLUMNS if name not in table.column_names]:
        raise ConfigError(f"{path}: no column {', '.join(lost)}")
    there = {file.stem for file in (folder / "ambisonics").glob("*.flac")}
    rows = (row for batch in table.to_batches() for row in batch.to_pylist())
    for row in rows:
        name = f"{row['sample_id']:06}"
        if name in there and row["audio_info/duration"] >= SHORTEST_S:
            yield _segment(folder / "ambisonics" / f"{name}.flac", row)


def _segment(path: Path, row: Mapping[str, Any]) -> Segment:
    return Segment(
        path=path,
        start_s=0.0,
        end_s=row["audio_info/duration"],
        clip=path.stem,
        place=f"room {row['room/room_id']}",
        fold=row["split"],
        label="speech",
        azimuth_deg=math.degrees(row["speech/azimuth"]),
        elevation_deg=math.degrees(row["speech/elevation"]),
        distance_m=row["speech/distance"],
        floor_area_m2=row["room/floor_area"],
        t30_s=_mid(row["acoustics/frequency_bins"], row["acoustics/t30_ms"]),
    )


def _mid(bins_hz: list[float], t30_ms: list[float]) -> float | None:
    kept = [
        decay
        for hz, decay in zip(bins_hz, t30_ms, strict=True)
        if MID_HZ[0] <= hz <= MID_HZ[1] and decay is not None and math.isfinite(decay)
    ]
    return float(np.mean(kept)) / 1000 if kept else None
