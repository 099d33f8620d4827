import numpy as np
import pytest

from elsa_data.errors import ConfigError
from elsa_data.evaluate.sets import shard_sounds
from tests.train.sounds import RATE_HZ, data, example, write_set


def test_a_row_comes_with_its_sound_and_what_is_known_of_it(tmp_path):
    directory = write_set(tmp_path / "set", [example(0), example(1, mono=True)], shards=1)
    (audio, rate_hz, meta), (mono, _, alone) = shard_sounds(directory, "train", data())
    assert (audio.shape, audio.dtype, rate_hz) == ((4, 3200), np.float32, RATE_HZ)
    assert meta.words == {"direction": example(0).parts[0].direction}
    assert meta.azimuth_deg == example(0).parts[0].azimuth_deg
    assert (meta.clip, meta.room, meta.label) == ("recording:train-0", "train-0", "Noise")
    assert meta.captions == example(0).captions
    assert meta.originals == example(0).original_captions
    assert (meta.spatial, meta.floor_area_m2, meta.t30_s) == (True, 30.0, 0.35)
    assert np.abs(audio[1:]).max() > 0.01
    assert (alone.spatial, alone.words, alone.azimuth_deg) == (False, {}, None)
    assert np.abs(mono[0]).max() > 0.01
    assert not mono[1:].any()


def test_of_two_sources_neither_place_is_told(tmp_path):
    both = example(0, sources=["b", "a"])
    directory = write_set(tmp_path / "set", [both], shards=1)
    ((_, _, meta),) = shard_sounds(directory, "train", data())
    assert (meta.clip, meta.sources, meta.words, meta.azimuth_deg) == ("b+a", ("a", "b"), {}, None)


def test_no_more_rows_than_asked_for_and_no_split_that_is_not_there(tmp_path):
    directory = write_set(tmp_path / "set", [example(number) for number in range(5)], shards=2)
    assert len(list(shard_sounds(directory, "train", data(), limit=3))) == 3
    with pytest.raises(ConfigError, match=r"no split 'test'; it has train"):
        next(shard_sounds(directory, "test", data()))
