"""What is counted, row by row."""

from typing import Any

import pytest

from elsa_data.shards.facts import Census
from elsa_data.stages.census import count


def part(**changes: Any) -> dict[str, Any]:
    return {
        "corpus": "c", "clip_id": "1", "licence": "CC0-1.0", "attribution": "",
        "labels": ["Dog"], "azimuth_deg": -180.0, "elevation_deg": -0.1, "distance_m": 1.0,
        "t30_mid_s": 0.5, "doa_overlap": False, "direction": "back", "elevation": None,
        "distance": "far",
    } | changes  # fmt: skip


def row(*parts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "example_id": "0" * 16, "split": "train", "spatial": True, "small": False,
        "sample_rate_hz": 48_000, "duration_s": 2.5, "caption": "x", "original_captions": ["y"],
        "caption_sources": ["template"], "caption_models": [None], "caption_attempts": [1],
        "room_size": "small", "reverberation": None, "parts": list(parts or [part()]),
    } | changes  # fmt: skip


def counted(*rows: dict[str, Any]) -> Census:
    census = Census()
    for each in rows:
        count(each, census)
    return census


@pytest.mark.parametrize(("azimuth", "low"), [(-180.0, -180), (-0.1, -30), (0.0, 0), (179.9, 150)])
def test_a_direction_falls_in_its_bin(azimuth: float, low: int) -> None:
    assert counted(row(part(azimuth_deg=azimuth))).azimuth == {low: 1}


def test_elevation_and_distance_fall_in_theirs() -> None:
    census = counted(row(part(elevation_deg=-0.1, distance_m=1.2)))
    assert census.elevation == {-15: 1}
    assert census.distance == {2: 1}, "1.0 to 1.5 m is the third step of 0.5 m"


def test_a_time_that_could_not_be_measured_is_no_time() -> None:
    assert counted(row(part(t30_mid_s=None))).t30 == {None: 1}


def test_a_template_is_not_asked_twice_and_a_model_is() -> None:
    spoken = row(
        caption_sources=["llm", "template"], caption_models=["m", "m"], caption_attempts=[2, 3]
    )
    census = counted(spoken, row())
    assert census.caption_sources == {"llm": 1, "template": 2}
    assert census.models == {"m": 2}
    assert census.attempts == {2: 1, 3: 1}


def test_each_source_of_a_row_keeps_its_licence() -> None:
    named = part(licence="CC-BY-4.0", attribution="A. Name", clip_id="2", corpus="d")
    census = counted(row(part(), named))
    assert {name: (use.count, use.unnamed) for name, use in census.licences.items()} == {
        "CC0-1.0": (1, 1),
        "CC-BY-4.0": (1, 0),
    }
    assert census.licences["CC-BY-4.0"].example == "d:2"
    assert not census.words, "words are told of rows with one source"


def test_a_mono_row_has_no_place() -> None:
    nowhere = part(azimuth_deg=None, elevation_deg=None, distance_m=None, direction=None)
    census = counted(row(nowhere, spatial=False))
    assert census.rows == {"train": 1}
    assert census.spatial == {"train": 0}
    assert not census.azimuth
    assert not census.words
    assert not census.samples
