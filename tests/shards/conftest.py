"""Records with every field filled."""

from collections.abc import Callable

import numpy as np
import pytest

from elsa_data.examples import Example, ExamplePart
from elsa_data.records import (
    Clip,
    ExampleSpec,
    Group,
    PartSpec,
    Placement,
    Receiver,
    Rir,
    RirMeasures,
    Room,
    Scene,
)
from elsa_data.shards.flac import encode

RATE_HZ = 16_000


@pytest.fixture
def make_group() -> Callable[[int], Group]:
    return group


@pytest.fixture
def make_example() -> Callable[..., Example]:
    return example


@pytest.fixture
def make_rir() -> Callable[..., tuple[Rir, RirMeasures]]:
    return rir


def group(number: int) -> Group:
    rng = np.random.default_rng(number)
    clip = Clip(
        clip_id=f"klang/ä {number}",
        source_id=f"freesound:{number}",
        corpus="demo",
        uri=f"/a folder/{number}.wav",
        captions=("a dog barks", "ein Hund bellt € laut"),
        labels=() if number % 2 else ("dog", "animal"),
        audio_sha256="ab" * 32 if number % 3 else None,
        duration_s=float(rng.uniform(1, 9)),
    )
    room = Room(
        size_m=(4.0, 5.5, 2.5),
        absorption=_walls(rng),
        scattering=_walls(rng),
        target_t30_s=None if number % 2 else 0.4,
    )
    scene = Scene(
        room=room,
        receiver=Receiver(kind="foa", position_m=(1.0, 2.0, 1.5), yaw_deg=-30.0),
        placements=(Placement(placement_id="p0", position_m=tuple(rng.uniform(1, 2, 3).tolist())),),
    )
    specs = tuple(
        ExampleSpec(
            example_id=f"{number:015x}{mono}",
            parts=(
                PartSpec(
                    clip_id=clip.clip_id,
                    placement_id=None if mono else "p0",
                    level_dbfs_1m=-30.5,
                ),
            ),
            caption_indices=(0, 1),
            small=bool(mono),
        )
        for mono in range(1 + number % 2)
    )
    return Group(
        group_id=f"{number:016x}",
        shard=3,
        split="train",
        seed=7,
        sample_rate_hz=48_000,
        scene=scene,
        clips=(clip,),
        examples=specs,
    )


def example(number: int, *, channels: int = 4, audio: bytes | None = None) -> Example:
    rng = np.random.default_rng(number)
    spatial = channels > 1
    part = ExamplePart(
        clip_id=f"klang/ä {number}",
        source_id=f"freesound:{number}",
        corpus="demo",
        licence="CC0-1.0",
        attribution="someone, “a dog”",
        labels=("dog",),
        clip_sha256=None,
        onset_s=0.0,
        active_s=1.25,
        repeats=1,
        crop_start_s=0.0,
        crop_share=1.0,
        source_level_dbfs_1m=-31.0,
        dry_gain_db=2.5,
        placement_id="p0" if spatial else None,
        position_m=(1.0, 2.0, 1 / 3) if spatial else None,
        azimuth_deg=0.1 + 0.2 if spatial else None,
        t30_s=(None, 0.3, 0.31, 0.3, 0.29, 0.2, 0.1, None) if spatial else None,
        doa_overlap=False if spatial else None,
    )
    if audio is None:
        audio = encode(rng.uniform(-0.5, 0.5, (channels, 400)).astype(np.float32), RATE_HZ)
    return Example(
        schema_version=1,
        example_id=f"{number:016x}",
        group_id=f"{number // 2:016x}",
        split="train",
        seed=7,
        audio=audio,
        spatial=spatial,
        small=False,
        sample_rate_hz=RATE_HZ,
        channels=channels,
        duration_s=0.025,
        caption=f"a dog barks on the left, {number}",
        captions=(f"a dog barks on the left, {number}", 'she says "hi"\n'),
        original_captions=("a dog barks", "hi"),
        caption_sources=("template", "llm"),
        caption_models=(None, "a-model"),
        caption_attempts=(1, 2),
        prompt_sha256="cd" * 32,
        gain_db=-0.25,
        wet_level_dbfs=-28.125,
        parts=(part,) * (1 + number % 2),
        size_m=(4.0, 5.5, 2.5) if spatial else None,
        absorption=_walls(rng) if spatial else None,
    )


def rir(number: int, *, taps: int = 800) -> tuple[Rir, RirMeasures]:
    rng = np.random.default_rng(number)
    names = {"group_id": f"{number:016x}", "placement_id": "p0"}
    samples = rng.standard_normal((4, taps + number)).astype(np.float32)
    measures = RirMeasures(
        **names,
        t30_s=(None, *rng.uniform(0.2, 2, 7).tolist()),
        t30_mid_s=0.5,
        t30_full_s=None,
        edt_s=0.4,
        c50_db=-3.0,
        drr_db=1.5,
        azimuth_deg=-179.5,
        elevation_deg=12.0,
        distance_m=2.25,
        doa_error_deg=1e-4,
        doa_overlap=bool(number % 2),
        curved=False,
        notes=("t30_full_s: short",),
    )
    return Rir(**names, samples=samples, sample_rate_hz=RATE_HZ), measures


def _walls(rng: np.random.Generator) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(wall) for wall in rng.uniform(0.02, 0.9, (6, 8)).tolist())
