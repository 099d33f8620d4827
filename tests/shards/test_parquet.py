import json
from dataclasses import replace

import datasets
import pyarrow.parquet as pq
import pytest

from elsa_data.conventions import CONVENTIONS
from elsa_data.errors import BuildError
from elsa_data.records import Clip
from elsa_data.shards.directory import Directory
from elsa_data.shards.parquet import example_schema, features, read_examples, write_examples
from elsa_data.shards.tables import write_records

FS = Directory("/").fs


@pytest.fixture
def rows(make_example):
    return [make_example(number, channels=1 if number % 3 == 0 else 4) for number in range(7)]


def test_rows_come_back_equal(tmp_path, rows):
    path = tmp_path / "a file.parquet"
    assert write_examples(iter(rows), path) == 7
    assert list(read_examples(str(path), FS)) == rows


def test_equal_rows_give_equal_bytes(tmp_path, rows):
    for name in ("a", "b"):
        write_examples(rows, tmp_path / name, metadata={"seed": "7", "preset": "tiny"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_row_of_two_shards_is_stored_in_the_same_bytes(tmp_path, make_example):
    """Whatever stands before it: a store that removes duplicates then holds it once."""
    sounds = [letter * 100_000 for letter in (b"A", b"B", b"C", b"D")]
    rows = [replace(make_example(number), audio=sound) for number, sound in enumerate(sounds)]
    write_examples(rows, tmp_path / "whole")
    write_examples([rows[0], *rows[2:]], tmp_path / "without")
    files = [(tmp_path / name).read_bytes() for name in ("whole", "without")]
    for sound in (sounds[0], *sounds[2:]):
        headers = [data[data.index(sound) - 20 : data.index(sound)] for data in files]
        assert headers[0] == headers[1]


def test_no_rows_make_a_file_that_reads_as_none(tmp_path):
    assert write_examples([], tmp_path / "none.parquet") == 0
    assert list(read_examples(str(tmp_path / "none.parquet"), FS)) == []


def test_the_features_are_what_datasets_itself_would_say():
    schema = example_schema({})
    said = datasets.Features.from_dict(features(schema))
    assert isinstance(said["audio"], datasets.Audio)
    assert isinstance(said["parts"], datasets.List)
    # datasets falls back to its own guess for a column whose type is not the one it is told.
    assert said.arrow_schema.remove_metadata() == schema.remove_metadata()
    assert json.loads(schema.metadata[b"huggingface"])["info"]["features"] == said.to_dict()


@pytest.mark.parametrize("streaming", [False, True])
def test_datasets_types_and_reads_the_file(tmp_path, rows, streaming):
    path = tmp_path / "data" / "train-00000-of-00001.parquet"
    path.parent.mkdir()
    write_examples(rows, path)
    loaded = datasets.load_dataset(
        "parquet",
        data_files={"train": str(path)},
        split="train",
        streaming=streaming,
        cache_dir=str(tmp_path / "cache"),
    )
    assert isinstance(loaded.features["audio"], datasets.Audio)
    read = list(loaded.cast_column("audio", datasets.Audio(decode=False)))
    assert [row["audio"]["bytes"] for row in read] == [row.audio for row in rows]
    assert [row["audio"]["path"] for row in read] == [f"{row.example_id}.flac" for row in rows]
    assert read[1]["absorption"] == [list(wall) for wall in rows[1].absorption]
    assert read[1]["parts"][1]["t30_s"] == list(rows[1].parts[1].t30_s)
    assert read[0]["absorption"] is None
    assert read[1]["captions"] == list(rows[1].captions)


def test_the_metadata_says_what_the_numbers_mean(tmp_path, rows):
    write_examples(rows, tmp_path / "a", metadata={"preset": "tiny"})
    metadata = pq.read_schema(tmp_path / "a").metadata
    assert json.loads(metadata[b"conventions"]) == CONVENTIONS
    assert metadata[b"preset"] == b"tiny"


def test_audio_is_stored_as_it_is_and_the_rest_compressed(tmp_path, rows):
    write_examples(rows, tmp_path / "a")
    group = pq.read_metadata(tmp_path / "a").row_group(0)
    columns = [group.column(index) for index in range(group.num_columns)]
    for column in columns:
        wanted = "UNCOMPRESSED" if column.path_in_schema == "audio.bytes" else "ZSTD"
        assert column.compression == wanted, column.path_in_schema
        assert column.has_offset_index, column.path_in_schema
    assert sum(column.path_in_schema == "audio.bytes" for column in columns) == 1


def test_row_groups_hold_64_rows_at_most(tmp_path, make_example):
    rows = [make_example(number, audio=b"x") for number in range(130)]
    write_examples(rows, tmp_path / "a")
    metadata = pq.read_metadata(tmp_path / "a")
    sizes = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    assert sizes == [64, 64, 2]
    assert list(read_examples(str(tmp_path / "a"), FS)) == rows


def test_row_groups_hold_24_mb_unless_one_row_is_more(tmp_path, make_example):
    megabytes = (10, 10, 10, 30)
    rows = (make_example(n, audio=bytes(size * 10**6)) for n, size in enumerate(megabytes))
    write_examples(rows, tmp_path / "a")
    metadata = pq.read_metadata(tmp_path / "a")
    groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
    assert [group.num_rows for group in groups] == [2, 1, 1]
    assert max(group.total_byte_size for group in groups[:2]) <= 24_000_000


def test_a_file_that_holds_no_data_rows_is_named(tmp_path, make_group):
    path = tmp_path / "clips.parquet"
    write_records(make_group(1).clips, path, Clip, row_group_rows=8)
    with pytest.raises(BuildError, match=r"clips\.parquet: no column audio"):
        list(read_examples(str(path), FS))
