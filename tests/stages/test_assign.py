"""Shards: every clip in one, containers together, numbers that no worker count can move."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from elsa_data.config import load_preset, load_vocabulary
from elsa_data.stages.assign import MAX_SHARDS, MEMBER_RUN, MIN_SHARDS, shard_count, shards_of
from elsa_data.stages.settings import Settings


def settings(tmp_path: Path, preset: str = "tiny", seed: int = 3) -> Settings:
    loaded = load_preset(preset)
    return Settings(
        url=str(tmp_path),
        seed=seed,
        preset=loaded,
        vocabulary=load_vocabulary(loaded.vocabulary),
        manifest_sha256="0",
    )


def clips(uris: list[str], active_s: float | None = 5.0) -> pa.Table:
    return pa.table(
        {
            "uri": pa.chunked_array([pa.array(uris, pa.string())]),
            "active_s": pa.chunked_array([pa.array([active_s] * len(uris), pa.float64())]),
        }
    )


@pytest.mark.parametrize("count", [1, 3, 17, 64, 1000, 12_345])
def test_every_clip_is_in_one_shard(count: int, tmp_path: Path) -> None:
    shards = shards_of(clips([f"/{n}.wav" for n in range(count)]), "train", settings(tmp_path))
    assert sorted(np.concatenate(shards).tolist()) == list(range(count))
    assert all(len(shard) for shard in shards)


def test_members_of_a_container_stay_in_runs(tmp_path: Path) -> None:
    uris = [f"/{tar}.tar#{n * 512}+512" for tar in range(8) for n in range(200)]
    for shard in shards_of(clips(uris), "train", settings(tmp_path)):
        runs = {(row // 200, row % 200 // MEMBER_RUN) for row in shard}
        rows = {
            row
            for tar, run in runs
            for row in range(tar * 200, tar * 200 + 200)
            if row % 200 // MEMBER_RUN == run
        }
        assert set(shard.tolist()) == rows, "a run was cut"


def test_a_seed_scatters_its_own_way(tmp_path: Path) -> None:
    table = clips([f"/{n}.wav" for n in range(300)])
    first, again, other = (
        shards_of(table, "train", settings(tmp_path, seed=seed)) for seed in (1, 1, 2)
    )
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any(len(a) != len(b) or (a != b).any() for a, b in zip(first, other, strict=True))


def test_shards_are_about_half_a_gigabyte() -> None:
    preset = load_preset("elsa")
    assert shard_count(40, 400.0, preset) == 10
    assert shard_count(1000, 10_000.0, preset) == MIN_SHARDS
    many = shard_count(100_000, 2_000_000.0, preset)
    stored = 2_000_000 * 48_000 * 2 * 0.6 * (4 * preset.augmentations + 1)
    assert 0.8 < stored / many / 500e6 < 1.2
    assert shard_count(100_000_000, 2e9, preset) == MAX_SHARDS
