"""The layout LAION-CLAP trains on: tars of ``.flac`` and ``.json`` pairs, 48 kHz, one channel.

    DEST/{train,valid,test}/{n}.tar   and sizes.json: how many pairs each tar holds

``text`` is the list of captions, ``tag`` the classes, ``original_data`` every field of the row.
CLAP hears one channel, so of a spatial row it gets W, the sound without its direction.

Source: LAION-AI/audio-dataset, data_preprocess/README.md, "Json file format specification" and
"Webdataset format"; the loader of LAION-AI/CLAP, src/laion_clap/training/data.py.
"""

import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from elsa_data.examples import Example
from elsa_data.records import ShardRef
from elsa_data.shards.export_rows import fields_of, sound_of
from elsa_data.shards.flac import encode
from elsa_data.shards.webdataset import add_member

RATE_HZ: Final = 48_000
FOLDERS: Final = {"train": "train", "validation": "valid", "test": "test"}


def tar_path(ref: ShardRef) -> str:
    """Return where the tar of a shard lies in the export."""
    return f"{FOLDERS[ref.split]}/{ref.index}.tar"


def write_tar(examples: Iterable[Example], path: Path) -> int:
    """Write the pairs of a shard to a local tar; return how many. Equal rows give equal bytes."""
    rows = 0
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for example in examples:
            text = json.dumps(clap_json(example), ensure_ascii=False, allow_nan=False)
            add_member(tar, f"{example.example_id}.flac", clap_flac(example))
            add_member(tar, f"{example.example_id}.json", text.encode())
            rows += 1
    return rows


def clap_json(example: Example) -> dict[str, object]:
    """Return what CLAP reads of a row beside its sound."""
    return {
        "text": list(example.captions),
        "tag": list(dict.fromkeys(label for part in example.parts for label in part.labels)),
        "original_data": fields_of(example),
    }


def clap_flac(example: Example) -> bytes:
    """Return the sound of a row as CLAP hears it: W, at 48 kHz."""
    if example.channels == 1 and example.sample_rate_hz == RATE_HZ:
        return example.audio
    audio, _ = sound_of(example, sample_rate_hz=RATE_HZ)
    return encode(audio[:1], RATE_HZ)


def sizes(tars: Iterable[tuple[ShardRef, int]]) -> dict[str, bytes]:
    """Return the sizes.json of each folder, by its path in the export."""
    found: dict[str, dict[str, int]] = {}
    for ref, rows in tars:
        folder, _, name = tar_path(ref).partition("/")
        found.setdefault(folder, {})[name] = rows
    return {f"{folder}/sizes.json": json.dumps(told).encode() for folder, told in found.items()}
