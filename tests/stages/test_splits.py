"""Splits by connected components: nothing leaks, and nothing moves when a manifest grows."""

import numpy as np
import pyarrow as pa
import pytest

from elsa_data.conventions import SPLITS
from elsa_data.stages.splits import REJECTED, codes, splits_of

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
COLUMNS = ("corpus", "clip_id", "source_id", "audio_sha256", "fingerprint", "split")


def table(*rows: tuple[str | None, ...]) -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.table(
        {
            name: pa.chunked_array([pa.array(list(column), pa.string())])
            for name, column in zip(COLUMNS, columns, strict=True)
        }
    )


def names(split: np.ndarray) -> list[str | None]:
    return [None if code == REJECTED else SPLITS[code] for code in split]


def split(rows: pa.Table, seed: int = 0, excluded: tuple[str, ...] = ()):
    return splits_of(rows, seed=seed, shares=SHARES, excluded=excluded)


def test_what_touches_test_goes_to_test_or_is_rejected() -> None:
    found, reasons = split(
        table(
            ("a", "1", "s1", "h1", "f1", "test"),
            ("b", "2", "s2", "h1", "f2", "train"),  # the same sound
            ("b", "3", "s2", "h3", "f3", None),  # the same source as 2, hence as 1
            ("b", "4", "s4", "h4", "f4", "train"),
            ("b", "5", "s5", "h5", "f4", "validation"),  # a near duplicate of 4
        )
    )
    assert names(found) == ["test", None, "test", None, "validation"]
    assert reasons[1][0] == "leak:a/test"
    assert "a:1" in reasons[1][1]
    assert reasons[3][0] == "leak:b/validation"


def test_missing_hashes_link_nothing() -> None:
    found, reasons = split(
        table(("a", "1", "s1", None, None, "test"), ("a", "2", "s2", None, None, "train"))
    )
    assert names(found) == ["test", "train"]
    assert not reasons


def test_repeated_and_excluded_clips_are_rejected_and_link_nothing() -> None:
    found, reasons = split(
        table(
            ("a", "1", "s1", "h1", "f1", "train"),
            ("a", "1", "s2", "h2", "f2", "test"),
            ("c", "1", "s3", "h3", "f3", "train"),  # another corpus may use the id
            ("a", "2", "s4", "h4", "f4", "test"),
            ("a", "3", "s4", "h5", "f5", "train"),  # linked only to the excluded one
        ),
        excluded=("2",),
    )
    assert names(found) == ["train", None, "train", None, "train"]
    assert reasons[1][0] == "duplicate-id"
    assert reasons[3][0] == "excluded"


@pytest.mark.parametrize("seed", range(3))
def test_undeclared_clips_fall_by_share_and_stay_when_the_manifest_grows(seed: int) -> None:
    rows = [("a", f"{n}", f"s{n}", f"h{n}", f"f{n}", None) for n in range(3000)]
    few, _ = split(table(*rows[:1000]), seed=seed)
    many, _ = split(table(*rows), seed=seed)
    assert (few == many[:1000]).all()
    shares = np.bincount(many, minlength=3) / len(many)
    assert np.abs(shares - list(SHARES.values())).max() < 0.03, shares
    other, _ = split(table(*rows), seed=seed + 10)
    assert (other != many).any()


def test_a_component_falls_as_one() -> None:
    rows = [("a", f"{n}", f"s{n // 3}", f"h{n}", f"f{n}", None) for n in range(300)]
    found, _ = split(table(*rows))
    assert (found.reshape(-1, 3) == found.reshape(-1, 3)[:, :1]).all()


def test_codes_tell_strings_apart_and_keep_0_for_missing() -> None:
    column = pa.chunked_array([["a", None, "b"], ["a", None]])
    assert codes(column).tolist() == [1, 0, 2, 1, 0]
