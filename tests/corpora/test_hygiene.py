import numpy as np
import pytest
from scipy.cluster.hierarchy import DisjointSet

from elsa_data.corpora.hygiene import components, key_of, keys_of


def column(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


def test_chains_join_across_columns():
    labels = components(column(1, 1, 2, 3, 0), column(0, 5, 5, 0, 0))
    assert labels.tolist() == [0, 0, 0, 1, 2]
    assert labels.dtype == np.int64


def test_zero_joins_nothing():
    assert components(column(0, 0, 0)).tolist() == [0, 1, 2]


def test_columns_do_not_mix():
    assert components(column(7, 1), column(2, 7)).tolist() == [0, 1]


def test_huge_keys_and_no_rows():
    assert components(column(2**64 - 1, 5, 2**64 - 1)).tolist() == [0, 1, 0]
    assert components(column()).tolist() == []


def test_wrong_columns():
    with pytest.raises(ValueError, match="equal length"):
        components(column(1, 2), column(1))
    with pytest.raises(ValueError, match="one or more"):
        components()


@pytest.mark.parametrize("seed", range(8))
def test_against_a_disjoint_set(seed):
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 400))
    keys = [rng.integers(0, rng.integers(2, 600), rows).astype(np.uint64) for _ in range(3)]
    trusted = DisjointSet(range(rows))
    for key in keys:
        for value in np.unique(key[key > 0]):
            same = np.flatnonzero(key == value)
            for row in same[1:]:
                trusted.merge(int(same[0]), int(row))
    found = components(*keys)
    for row in range(rows):
        members = sorted(trusted.subset(row))
        assert np.flatnonzero(found == found[row]).tolist() == members
    first_seen = list(dict.fromkeys(found.tolist()))
    assert first_seen == list(range(len(first_seen)))


def test_keys():
    assert key_of(None) == key_of("") == 0
    assert key_of("freesound:1") != key_of("freesound:2")
    assert 0 < key_of("x") < 2**64
    assert keys_of(["a", None, "a"]).tolist() == [key_of("a"), 0, key_of("a")]
    assert keys_of([]).dtype == np.uint64


@pytest.mark.slow
def test_a_million_rows():
    rng = np.random.default_rng(0)
    keys = [rng.integers(0, 900_000, 1_000_000).astype(np.uint64) for _ in range(3)]
    assert len(components(*keys)) == 1_000_000
