"""Small data sets with a law that can be learnt: noise from a direction that the caption names."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from elsa_data.ambisonics import encode as gains_of
from elsa_data.examples import Example, ExamplePart
from elsa_data.geometry import unit_vector
from elsa_data.records import ShardRef
from elsa_data.seeding import rng_for
from elsa_data.shards import flac
from elsa_data.shards.data import EXTENSION, write_data
from elsa_data.shards.directory import Directory
from elsa_data.train.order import Order
from elsa_data.train.reader import Index, Reader, read_index
from elsa_data.train.settings import Data, Settings, parse_settings

RATE_HZ = 16_000
SECONDS = 0.25
WORDS = {0.0: "front", 90.0: "left", 180.0: "back", -90.0: "right"}


def example(
    number: int,
    *,
    group: int | None = None,
    sources: Sequence[str] | None = None,
    split: str = "train",
    mono: bool = False,
    seconds: float = SECONDS,
    rate_hz: int = RATE_HZ,
) -> Example:
    """A row of noise from one of four sides; with two sources the second is left without place."""
    rng = rng_for(3, "example", split, number)
    azimuth = list(WORDS)[int(rng.integers(4))]
    noise = 0.1 * rng.standard_normal(round(seconds * rate_hz))
    gains = np.ones(1) if mono else gains_of(unit_vector(azimuth, 0.0))
    sources = sources or [f"recording:{split}-{number}"]
    what = f"noise number {number % 5}"
    caption = what if mono else f"{what} from the {WORDS[azimuth]}"
    group_id = f"{split}-{number if group is None else group}"
    return Example(
        schema_version=1,
        example_id=f"{split}{number:012d}",
        group_id=group_id,
        split=split,
        seed=3,
        audio=flac.encode(np.clip(gains[:, None] * noise, -1, 1), rate_hz),
        spatial=not mono,
        small=False,
        sample_rate_hz=rate_hz,
        channels=len(gains),
        duration_s=seconds,
        caption=caption,
        captions=(caption, f"{caption}, again"),
        original_captions=(what, what),
        caption_sources=("template", "template"),
        caption_models=(None, None),
        caption_attempts=(1, 1),
        prompt_sha256=None,
        gain_db=0.0,
        wet_level_dbfs=-20.0,
        parts=tuple(_part(source, None if mono else azimuth) for source in sources),
        size_m=None if mono else (6.0, 5.0, 3.0),
        floor_area_m2=None if mono else 30.0 + number,
        volume_m3=None if mono else 90.0 + number,
    )


def _part(source: str, azimuth: float | None) -> ExamplePart:
    here = azimuth is not None
    return ExamplePart(
        clip_id=source,
        source_id=source,
        corpus="noise",
        licence="CC0-1.0",
        attribution="",
        labels=("Noise",),
        clip_sha256=None,
        onset_s=0.0,
        active_s=SECONDS,
        repeats=1,
        crop_start_s=0.0,
        crop_share=1.0,
        source_level_dbfs_1m=-30.0,
        dry_gain_db=0.0,
        placement_id="p0" if here else None,
        azimuth_deg=azimuth,
        elevation_deg=0.0 if here else None,
        distance_m=1.5 if here else None,
        direction=WORDS[azimuth] if azimuth is not None else None,
        t30_s=(None, 0.4, 0.4, 0.35, 0.3, 0.3, 0.2, None) if here else None,
        t30_mid_s=0.35 if here else None,
        drr_db=3.0 if here else None,
    )


def write_set(
    folder: Path, examples: Iterable[Example], *, shards: int = 4, form: str = "parquet"
) -> Directory:
    """Write rows as a data set: groups to shards in turn, splits apart."""
    directory = Directory(str(folder))
    (folder / "data").mkdir(parents=True)
    splits: dict[str, dict[str, list[Example]]] = {}
    for each in examples:
        splits.setdefault(each.split, {}).setdefault(each.group_id, []).append(each)
    for split, groups in splits.items():
        for index in range(shards):
            ref = ShardRef(split=split, index=index, count=shards)
            rows = [row for group in list(groups.values())[index::shards] for row in group]
            write_data(form, rows, Path(directory.shard("render", ref, EXTENSION[form])))
    return directory


def plain_set(folder: Path, rows: int = 40, **options) -> Directory:
    """A set of single rows, every third of them mono, with a small validation split."""
    train = [example(number, mono=number % 3 == 2) for number in range(rows)]
    held_out = [example(number, split="validation") for number in range(8)]
    return write_set(folder, [*train, *held_out], **options)


def data(**changes) -> Data:
    """How the small sets are read."""
    plain = {
        "sample_rate_hz": RATE_HZ,
        "crop_s": 0.2,
        "crop": "start",
        "mono": "w_only",
        "window": 2,
        "keep": False,
        "workers": 2,
    }
    return Data(**(plain | changes))


def order(index: Index, **changes) -> Order:
    """An order of these units."""
    return Order(index.units, **({"seed": 5, "window": 2, "batch": 8} | changes))


def reader(directory: Directory, told: Data, **changes) -> tuple[Index, Reader]:
    """An index of the train split, and a reader of it."""
    index = read_index(directory, "train", told, spatial_only=False)
    return index, Reader(directory, index.urls, told, seed=5, **changes)


def settings(change: Callable[[dict], None] = lambda _: None) -> Settings:
    """A model that trains in a second."""
    told = {
        "data": {
            "sample_rate_hz": RATE_HZ,
            "crop_s": 0.2,
            "crop": "start",
            "mono": "w_only",
            "window": 2,
            "keep": False,
            "workers": 2,
        },
        "model": {
            "kind": "elsa",
            "semantic": "conv",
            "spatial": "conv-content",
            "text": "small",
            "words": 300,
            "text_width": 16,
            "width": 16,
            "dropout": 0.2,
            "heads": ["direction", "distance", "area"],
            "mel": {
                "n_fft": 256,
                "hop": 128,
                "mels": 16,
                "low_hz": 50,
                "high_hz": 8000,
                "normalize": "energy",
            },
        },
        "train": {
            "epochs": 4,
            "batch": 8,
            "accumulate": 1,
            "optimizer": "adamw",
            "learning_rate": 0.003,
            "warmup": 0.1,
            "weight_decay": 0.01,
            "clip_norm": 1.0,
            "weights": {"contrastive": 1, "direction": 1, "distance": 1, "area": 1},
            "save_every": 10,
            "threads": 1,
        },
    }
    change(told)
    return parse_settings(told, "a test")
