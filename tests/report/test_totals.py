from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from elsa_data.errors import BuildError
from elsa_data.examples import Example
from elsa_data.report.totals import (
    COLUMNS,
    T30_BINS_AN_OCTAVE,
    T30_FIRST_S,
    Totals,
    add_rows,
    losses_of,
    t30_bin,
)
from elsa_data.shards.data import read_columns, write_data
from elsa_data.shards.directory import Directory, data_files


def counted(folder: Path) -> Totals:
    totals = Totals()
    directory = Directory(str(folder))
    for urls in data_files(directory).values():
        for url in urls:
            for batch in read_columns(directory, url, COLUMNS):
                add_rows(totals, batch)
    return totals


def test_a_build_is_counted_as_its_rows_are(standing_build: Path, rows: list[Example]) -> None:
    totals, placed = counted(standing_build), [p for r in rows if r.spatial for p in r.parts]
    assert totals.rows == Counter(row.split for row in rows)
    assert totals.spatial.total() == sum(row.spatial for row in rows)
    assert sum(totals.seconds.values()) == pytest.approx(sum(row.duration_s for row in rows))
    assert totals.rooms == {row.group_id for row in rows if row.spatial}
    assert len(totals.clips) == len({part.clip_id for row in rows for part in row.parts})
    assert totals.sources == Counter(s for row in rows for s in row.caption_sources)
    assert totals.words["direction", "left"] == sum(p.direction == "left" for p in placed)
    assert totals.words["distance", None] == sum(p.distance is None for p in placed)
    assert totals.words["size", "small"] == sum(r.room_size == "small" for r in rows)
    left = [p for p in placed if p.azimuth_deg is not None and 80 <= p.azimuth_deg < 90]
    assert totals.azimuth[80] == len(left)
    assert totals.azimuth.total() == totals.elevation.total() == len(placed)
    assert totals.distance.total() == totals.t30.total() + totals.t30_unmeasured == len(placed)
    assert totals.frames.total() == totals.spatial.total()
    assert totals.read_again == totals.sources["template"] > 0
    assert not totals.misspoken


def test_tars_are_counted_alike(standing_build: Path, rows: list[Example], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for split in {row.split for row in rows}:
        path = tmp_path / "data" / f"{split}-00000-of-00001.tar"
        write_data("webdataset", [row for row in rows if row.split == split], path)
    assert counted(tmp_path) == counted(standing_build)


def test_a_decay_time_falls_into_its_eighth_of_an_octave() -> None:
    for seconds in (0.1, 0.11, 0.2, 0.37, 1.0, 2.7):
        low = T30_FIRST_S * 2 ** (t30_bin(seconds) / T30_BINS_AN_OCTAVE)
        assert low <= seconds * (1 + 1e-9)
        assert seconds < low * 2 ** (1 / T30_BINS_AN_OCTAVE)


def test_a_caption_of_another_row_is_told(rows: list[Example], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    told = [row for row in rows if row.spatial and row.parts[0].direction == "left"]
    wrong = [replace(r, parts=(replace(r.parts[0], direction="right"),)) for r in told]
    write_data("parquet", wrong, tmp_path / "data" / "train-00000-of-00001.parquet")
    totals = counted(tmp_path)
    assert totals.misspoken == {"direction": totals.read_again}
    assert totals.read_again >= len(told) > 0


@pytest.mark.parametrize("azimuth_deg", [None, float("nan")])
def test_a_row_without_a_place_is_told(
    rows: list[Example], tmp_path: Path, azimuth_deg: float | None
) -> None:
    (tmp_path / "data").mkdir()
    row = next(row for row in rows if row.spatial)
    lost = replace(row, parts=(replace(row.parts[0], azimuth_deg=azimuth_deg),))
    write_data("parquet", [lost], tmp_path / "data" / "train-00000-of-00001.parquet")
    with pytest.raises(BuildError, match=f"row '{row.example_id}': azimuth_deg is .*wanted a num"):
        counted(tmp_path)


def test_what_was_lost_is_read_from_the_marks(standing_build: Path, tmp_path: Path) -> None:
    losses = losses_of(Directory(str(standing_build)))
    assert losses is not None
    assert losses.manifest_rows == 24
    assert losses.planned == 72
    assert losses.rejects == {}
    assert losses_of(Directory(str(tmp_path))) is None
