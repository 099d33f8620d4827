import dataclasses
import hashlib

import numpy as np
import pyarrow.parquet as pq
import pytest

from elsa_data.errors import BuildError
from elsa_data.shards.directory import Directory
from elsa_data.shards.rirs import read_measures, read_rirs, read_some, rir_sha256, write_rirs

FS = Directory("/").fs


@pytest.fixture
def rows(make_rir):
    return [make_rir(number) for number in range(5)]


def test_rirs_come_back_bit_for_bit(tmp_path, rows):
    path = tmp_path / "rirs.parquet"
    assert write_rirs(iter(rows), path) == 5
    back = list(read_rirs(str(path), FS))
    assert [row.measures for row in back] == [measures for _, measures in rows]
    for (rir, _), row in zip(rows, back, strict=True):
        assert row.rir.samples.dtype == np.float32
        assert np.array_equal(row.rir.samples, rir.samples)
        assert (row.rir.group_id, row.rir.placement_id) == (rir.group_id, rir.placement_id)
        assert row.rir.sample_rate_hz == rir.sample_rate_hz
        assert row.rir.samples.flags.writeable


def test_some_are_found_by_their_hashes(tmp_path, make_rir):
    path = tmp_path / "rirs.parquet"
    write_rirs([make_rir(number) for number in range(70)], path)  # two row groups
    hashes = [sha256 for _, sha256 in read_measures(str(path), FS)]
    found = read_some(str(path), FS, {hashes[66], hashes[3], "not there"})
    assert [row.sha256 for row in found] == [hashes[3], hashes[66]]
    assert all(rir_sha256(row.rir) == row.sha256 for row in found)


def test_the_digest_is_of_the_channels_one_after_the_other(tmp_path, rows):
    path = tmp_path / "rirs.parquet"
    # The same numbers, laid out sample by sample in memory: the digest must not see that.
    turned = [(dataclasses.replace(r, samples=np.asfortranarray(r.samples)), m) for r, m in rows]
    write_rirs(turned, path)
    wanted = [
        hashlib.sha256(b"".join(c.astype("<f4").tobytes() for c in rir.samples)).hexdigest()
        for rir, _ in rows
    ]
    assert [sha256 for _, sha256 in read_measures(str(path), FS)] == wanted
    assert [rir_sha256(rir) for rir, _ in turned] == wanted
    assert [rir_sha256(row.rir) for row in read_rirs(str(path), FS)] == wanted


def test_equal_rirs_give_equal_bytes(tmp_path, rows):
    for name in ("a", "b"):
        write_rirs(rows, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_measures_are_read_without_touching_the_samples(tmp_path, rows):
    path = tmp_path / "rirs.parquet"
    write_rirs(rows, path)
    group = pq.read_metadata(path).row_group(0)
    column = next(
        group.column(index)
        for index in range(group.num_columns)
        if group.column(index).path_in_schema == "samples"
    )
    data = bytearray(path.read_bytes())
    start, size = column.data_page_offset, column.total_compressed_size
    data[start : start + size] = b"\xff" * size
    path.write_bytes(data)
    assert [measures for measures, _ in read_measures(str(path), FS)] == [m for _, m in rows]
    with pytest.raises(BuildError, match=r"cannot read .*rirs\.parquet"):
        list(read_rirs(str(path), FS))


def test_row_groups_stay_small(tmp_path, make_rir):
    write_rirs((make_rir(number, taps=1) for number in range(70)), tmp_path / "a")
    assert pq.read_metadata(tmp_path / "a").num_row_groups == 2
    assert len(list(read_rirs(str(tmp_path / "a"), FS))) == 70


def test_no_rirs_are_a_file_too(tmp_path):
    write_rirs([], tmp_path / "a")
    assert list(read_rirs(str(tmp_path / "a"), FS)) == []
    assert read_measures(str(tmp_path / "a"), FS) == []


def test_measures_of_another_rir_are_refused(tmp_path, make_rir):
    with pytest.raises(ValueError, match="beside measures of"):
        write_rirs([(make_rir(1)[0], make_rir(2)[1])], tmp_path / "a")


@pytest.mark.parametrize("samples", [np.zeros((4, 8)), np.zeros(8, np.float32)])
def test_samples_of_another_kind_are_refused(tmp_path, make_rir, samples):
    rir, measures = make_rir(1)
    with pytest.raises(ValueError, match=r"wanted float32 \(channels, taps\)"):
        write_rirs([(dataclasses.replace(rir, samples=samples), measures)], tmp_path / "a")
