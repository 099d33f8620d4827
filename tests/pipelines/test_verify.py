"""`verify` must fail for everything that can go wrong after, and inside, a renderer."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from elsa_data.acoustics import engine
from elsa_data.examples import Example
from elsa_data.shards.data import read_data, write_data
from elsa_data.shards.directory import Directory
from elsa_data.shards.flac import decode, encode
from elsa_data.stages import render as render_stage
from elsa_data.stages import simulate as simulate_stage
from elsa_data.stages.audit import audit, audit_url
from elsa_data.stages.verdict import verdict
from pipelines.builds import shards
from tests.conftest import Command
from tests.pipelines.test_build import settings_of

Rows = list[Example]


def rewrite(build: Path, change: Callable[[Rows], Rows], *, shard_count: int = 99) -> None:
    """Change rows of a build as a faulty renderer would have: hashes and marks fit."""
    directory = Directory(str(build))
    for ref in shards(settings_of(build))[:shard_count]:
        url = Path(directory.shard("render", ref))
        write_data("parquet", change(list(read_data(directory, ref))), url)
        mark_file = Path(directory.mark("render", ref))
        mark = json.loads(mark_file.read_text())
        content = url.read_bytes()
        output = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        mark["outputs"] = {f"data/{url.name}": output}
        mark_file.write_text(json.dumps(mark))


def with_channels(order: list[int], signs: list[int]) -> Callable[[Example], Example]:
    def change(example: Example) -> Example:
        if not example.spatial:
            return example
        audio, rate = decode(example.audio)
        swapped = audio[order] * np.array(signs, np.float32)[:, None]
        return dataclasses.replace(example, audio=encode(swapped, rate))

    return change


def findings(build: Path, *, shard_count: int = 99) -> list[str]:
    settings = settings_of(build)
    refs = shards(settings)[:shard_count]
    for ref in refs:
        audit(ref, settings)
    return verdict(settings, refs).findings


def test_an_untouched_build_passes(here: Command, standing_build: Path) -> None:
    done = here("verify", standing_build)
    assert done.returncode == 0, done.stdout
    assert "Verified" in done.stdout
    assert "dry * RIR * gain" in done.stdout
    assert not list((standing_build / "progress").glob("*"))


@pytest.mark.parametrize(
    ("order", "signs"),
    [([0, 3, 2, 1], [1, 1, 1, 1]), ([0, 1, 2, 3], [1, -1, 1, 1]), ([0, 1, 2, 3], [1, 1, -1, 1])],
    ids=["Y and X swapped", "Y flipped", "Z flipped"],
)
def test_wrong_channels_in_the_shards_are_found(
    build: Path, order: list[int], signs: list[int]
) -> None:
    swap = with_channels(order, signs)
    rewrite(build, lambda rows: [swap(row) for row in rows])
    found = findings(build)
    assert any("steps of 16 bits" in finding for finding in found)
    assert any("channels are swapped or flipped" in finding for finding in found)


def test_a_renderer_that_swaps_channels_is_found(
    build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(build)
    true = render_stage.convolve

    def swapped(jobs, *, device):
        return [w[[0, 3, 2, 1]] if len(w) == 4 else w for w in true(jobs, device=device)]

    with monkeypatch.context() as patch:
        patch.setattr(render_stage, "convolve", swapped)
        ref = shards(settings)[0]
        Path(settings.directory.mark("render", ref)).unlink()
        render_stage.render(ref, settings)
    assert any("steps of 16 bits" in finding for finding in findings(build, shard_count=1))


def test_a_simulator_that_flips_a_sign_has_every_rir_rejected(
    build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(build)
    for name in ("simulate_rirs", "simulate_early"):
        true = getattr(engine, name)

        def flipped(groups, true=true, **options):
            signs = np.array([1, -1, 1, 1], np.float32)[:, None]
            return [
                dataclasses.replace(rir, samples=rir.samples * signs)
                for rir in true(groups, **options)
            ]

        monkeypatch.setattr(engine, name, flipped)
    ref = shards(settings)[0]
    Path(settings.directory.mark("simulate", ref)).unlink()
    report = simulate_stage.simulate(ref, settings)
    assert report.rows == 0
    assert report.rejects > 0


def relabelled(example: Example) -> Example:
    parts = tuple(
        dataclasses.replace(part, azimuth_deg=-part.azimuth_deg) if part.azimuth_deg else part
        for part in example.parts
    )
    return dataclasses.replace(example, parts=parts)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (relabelled, "parts is"),
        (lambda e: dataclasses.replace(e, caption="A dog barks far away."), "caption is"),
        (lambda e: dataclasses.replace(e, gain_db=e.gain_db - 1.0), "steps of 16 bits"),
        (lambda e: dataclasses.replace(e, audio=e.audio[:200]), "cannot be decoded"),
    ],
    ids=["azimuth", "caption", "gain", "cut audio"],
)
def test_a_false_row_is_found(build: Path, change: Callable[[Example], Example], said: str) -> None:
    rewrite(build, lambda rows: [change(row) for row in rows], shard_count=1)
    found = findings(build, shard_count=1)
    assert any(said in finding for finding in found), found


def test_damage_to_files_is_found(here: Command, build: Path) -> None:
    file = next((build / "data").iterdir())
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    (build / "data" / "notes.txt").write_text("mine")
    done = here("verify", build)
    assert done.returncode == 1
    assert "render is not what its mark says" in done.stdout
    assert "data/notes.txt does not belong" in done.stdout
    (build / "data" / "notes.txt").unlink()
    assert here("render", build, "--rehash").returncode == 0
    assert here("verify", build).returncode == 0


def test_a_missing_row_breaks_the_account(build: Path) -> None:
    rewrite(build, lambda rows: rows[1:], shard_count=1)
    assert any("examples planned" in finding for finding in findings(build, shard_count=1))


def test_audits_are_told_once(build: Path) -> None:
    settings = settings_of(build)
    ref = shards(settings)[0]
    audit(ref, settings)
    assert Path(audit_url(settings.directory, ref)).exists()
    verdict(settings, [ref])
    assert not Path(audit_url(settings.directory, ref)).exists()
