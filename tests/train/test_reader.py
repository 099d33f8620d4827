import numpy as np
import pytest
import soundfile
import torch

from elsa_data.errors import BuildError, ConfigError
from elsa_data.shards.directory import Directory
from elsa_data.train.reader import read_index
from elsa_data.train.rows import FULL, read_rows
from elsa_data.train.sound import sound_of
from tests.train.sounds import data, example, order, plain_set, reader, write_set

FORMS = ("parquet", "webdataset")


def batches(directory, told, position=0, end=None, **changes):
    index, read = reader(directory, told)
    plan = order(index, **changes)
    return list(read.batches(plan, position, end or 2 * plan.rows))


def same(first, second) -> bool:
    return (
        first.texts == second.texts
        and first.rows == second.rows
        and all(torch.equal(first.inputs[n], second.inputs[n]) for n in first.inputs)
        and all(
            torch.equal(first.targets[n].nan_to_num(9e9), second.targets[n].nan_to_num(9e9))
            for n in first.targets
        )
    )


@pytest.mark.parametrize("crop", ["start", "random"])
def test_both_formats_give_the_same_batches_for_any_number_of_threads(tmp_path, crop):
    found = [
        batches(
            plain_set(tmp_path / f"{form}{workers}", form=form), data(crop=crop, workers=workers)
        )
        for form, workers in (("parquet", 1), ("parquet", 3), ("webdataset", 2))
    ]
    assert len(found[0]) == 12
    for other in found[1:]:
        assert all(same(a, b) for a, b in zip(found[0], other, strict=True))


def test_reading_goes_on_from_a_position(tmp_path):
    directory, told = plain_set(tmp_path / "set"), data(crop="random")
    whole = batches(directory, told)
    rest = batches(directory, told, position=whole[4].end)
    assert all(same(a, b) for a, b in zip(whole[5:], rest, strict=True))


def test_a_row_is_what_soundfile_hears_channel_by_channel(tmp_path):
    directory = write_set(tmp_path / "set", [example(0)], shards=1)
    (batch,) = batches(directory, data(crop_s=0.25), end=1)
    file = tmp_path / "row.flac"
    file.write_bytes(example(0).audio)
    heard, _ = soundfile.read(file, dtype="float32")
    assert np.array_equal(sound_of(batch.inputs["audio"][0]).numpy(), heard.T)
    w, y, z, x = heard.T
    toward = np.array([w @ x, w @ y, w @ z]) / (w @ w)
    assert batch.targets["direction"][0].numpy() == pytest.approx(toward, abs=1e-3)


def test_a_crop_is_a_part_of_the_row_and_short_rows_end_in_silence(tmp_path):
    rows = [example(0, seconds=0.5), example(1, seconds=0.1)]
    told = data(crop="random", crop_s=0.2)
    (batch,) = batches(write_set(tmp_path / "set", rows, shards=1), told, end=2)
    for audio, row in zip(sound_of(batch.inputs["audio"]), batch.rows, strict=True):
        number = int(row["example_id"][-1])
        whole = soundfile.read(_file(tmp_path, rows[number]), dtype="float32")[0].T
        if number == 1:
            assert np.array_equal(audio[:, :1600], whole)
            assert not audio[:, 1600:].any()
        else:
            starts = [at for at in range(4801) if np.array_equal(audio, whole[:, at : at + 3200])]
            assert len(starts) == 1
            assert starts[0] > 0


def _file(folder, row):
    path = folder / "row.flac"
    path.write_bytes(row.audio)
    return path


@pytest.mark.parametrize(("mono", "channels"), [("w_only", 1), ("elsa_copy", 4)])
def test_a_mono_row_fills_the_channels_it_should(tmp_path, mono, channels):
    directory = write_set(tmp_path / "set", [example(0, mono=True)], shards=1)
    (batch,) = batches(directory, data(mono=mono), end=1)
    audio = batch.inputs["audio"][0]
    assert [bool(channel.any()) for channel in audio] == [at < channels for at in range(4)]
    assert torch.equal(audio[channels - 1], audio[0])
    assert all(target.isnan().all() for target in batch.targets.values())


def test_mono_rows_can_be_left_out(tmp_path):
    found = batches(plain_set(tmp_path / "set"), data(mono="leave_out"))
    assert all(row["spatial"] for batch in found for row in batch.rows)


def test_kept_features_are_those_of_the_row_alone(tmp_path):
    directory = plain_set(tmp_path / "set")

    def hear(audio):
        assert len(audio) == 1
        return {"level": audio.square().mean(-1)}

    index, read = reader(directory, data(keep=True), hear=hear)
    plan = order(index)
    first, second = (
        {
            row["example_id"]: level
            for batch in read.batches(plan, start, start + plan.rows)
            for row, level in zip(batch.rows, batch.inputs["level"], strict=True)
        }
        for start in (0, plan.rows)
    )
    assert first.keys() == second.keys()
    assert len(first) == 40
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_two_processes_read_what_one_would(tmp_path):
    directory = plain_set(tmp_path / "set")
    index, _ = reader(directory, data())
    plan = order(index, world=2)
    found = []
    for rank in (0, 1):
        _, read = reader(directory, data(), rank=rank)
        found.append(list(read.batches(plan, 0, plan.rows)))
    ids = [row["example_id"] for own in found for batch in own for row in batch.rows]
    assert len(ids) == len(set(ids)) == 40
    assert [batch.end for batch in found[0]] == [batch.end for batch in found[1]]


def test_a_remote_set_reads_the_same(tmp_path, s3):
    local, there = plain_set(tmp_path / "set"), Directory(f"{s3}/set")
    for path in local.files("data"):
        there.fs.pipe_file(there.path(path), (tmp_path / "set" / path).read_bytes())
    remote = batches(there, data())
    assert all(same(a, b) for a, b in zip(batches(local, data()), remote, strict=True))


def test_faults_name_the_file_or_the_key(tmp_path):
    directory = plain_set(tmp_path / "set")
    with pytest.raises(ConfigError, match=r"set data\.sample_rate_hz"):
        batches(directory, data(sample_rate_hz=48_000))
    with pytest.raises(ConfigError, match="it has train, validation"):
        read_index(directory, "tests", data(), spatial_only=False)
    shard = tmp_path / "set" / directory.files("data")[0]
    shard.write_bytes(shard.read_bytes()[:-50])
    with pytest.raises(BuildError, match=shard.name):
        batches(directory, data())


@pytest.mark.parametrize("form", FORMS)
def test_only_the_columns_asked_for_are_read(tmp_path, form):
    directory = write_set(tmp_path / "set", [example(0)], shards=1, form=form)
    url = directory.path(*directory.files("data")[0].split("/"))
    (row,) = read_rows(url, directory.fs, ("group_id", "parts.source_id"))
    assert row["group_id"] == "train-0"
    assert row["parts"][0]["source_id"] == "recording:train-0"
    assert "audio" not in row
    (row,) = read_rows(url, directory.fs, FULL)
    assert bytes(row["audio"]) == example(0).audio


def test_a_batch_that_is_held_keeps_its_sound_while_others_are_read(tmp_path):
    directory, told = plain_set(tmp_path / "set"), data(crop="random")
    index, read = reader(directory, told)
    plan = order(index)
    held, copies = [], []
    for batch in read.batches(plan, 0, 3 * plan.rows):
        held.append(batch)
        copies.append(batch.inputs["audio"].clone())
    assert all(torch.equal(b.inputs["audio"], c) for b, c in zip(held, copies, strict=True))
    again = read.batches(plan, 0, 3 * plan.rows)
    # Read once more and let go of one by one, in memory that is lent again and again.
    assert all(torch.equal(b.inputs["audio"], c) for b, c in zip(again, copies, strict=True))
    assert len(read._decoded._held) < len(held) + 8


def test_a_window_that_is_read_leaves_the_sounds_of_others_alone(tmp_path):
    # Of unequal size, so that memory is lent again that fits, and memory that does not.
    rows = [example(n, seconds=0.1 + 0.02 * (n % 7)) for n in range(48)]
    directory, told = write_set(tmp_path / "set", rows, shards=8), data(crop_s=0.05, window=1)
    for batch in batches(directory, told, end=4 * len(rows), batch=4):
        for audio, row in zip(sound_of(batch.inputs["audio"]), batch.rows, strict=True):
            whole = rows[int(row["example_id"][-3:])]
            heard, _ = soundfile.read(_file(tmp_path, whole), dtype="float32")
            assert np.array_equal(audio.numpy(), heard[:800].T)


def test_nothing_is_held_of_what_is_kept(tmp_path):
    index, read = reader(plain_set(tmp_path / "set"), data(keep=True), hear=lambda a: {"a": a})
    plan = order(index)
    for _ in read.batches(plan, 0, 2 * plan.rows):
        pass
    assert not read._stored._held
