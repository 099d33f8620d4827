from collections import Counter

import numpy as np
import pytest
from scipy import stats

from elsa_data.config import SLOTS
from elsa_data.scenes.balance import association, cramers_v
from tests.scenes.scenery import groups, preset_of, words


def test_cramers_v_agrees_with_scipy_on_random_tables():
    rng = np.random.default_rng(1)
    for _ in range(20):
        table = rng.integers(1, 60, size=rng.integers(2, 6, size=2))
        wanted = stats.contingency.association(table, method="cramer", correction=False)
        assert cramers_v(table) == pytest.approx(wanted), table


def test_cramers_v_ends():
    assert cramers_v([[10, 10], [20, 20]]) == pytest.approx(0.0)
    assert cramers_v([[10, 0], [0, 20]]) == pytest.approx(1.0)
    assert cramers_v([[10, 0, 0], [0, 20, 0]]) == pytest.approx(1.0)
    assert cramers_v([[5, 7]]) == 0.0
    assert cramers_v([[5, 7], [0, 0]]) == 0.0
    assert cramers_v(np.zeros((3, 3))) == 0.0


def test_association_counts_words_and_measures_every_pair():
    rows = [("up", "far", "dog")] * 3 + [(None, "near", "cat")] * 5 + [("up", "near", "cat")]
    found = association(("elevation", "distance", "class"), Counter(rows))
    assert found.counts["elevation"] == {"up": 4, None: 5}
    assert found.counts["distance"] == {"far": 3, "near": 6}
    assert list(found.cramers_v) == [
        ("elevation", "distance"),
        ("elevation", "class"),
        ("distance", "class"),
    ]
    assert found.cramers_v["elevation", "distance"] == pytest.approx(cramers_v([[3, 1], [0, 5]]))
    assert found.cramers_v["distance", "class"] == pytest.approx(1.0)


def test_counters_of_shards_add_up():
    first, second = Counter({("a", "x"): 3}), Counter({("a", "x"): 1, (None, "y"): 4})
    whole = association(("one", "two"), first + second)
    assert whole.counts["one"] == {"a": 4, None: 4}
    assert whole.cramers_v["one", "two"] == pytest.approx(1.0)


def test_nothing_is_associated_in_no_rows():
    assert association(("one", "two"), {}).cramers_v == {("one", "two"): 0.0}


@pytest.mark.slow
def test_balanced_groups_keep_every_pair_of_words_apart():
    made = groups(preset_of("balanced"), 1500)
    rows = Counter(words(group) for of_clip in made for group in of_clip)
    found = association(tuple(SLOTS), rows)
    assert sum(rows.values()) == 3000
    assert max(found.cramers_v.values()) <= 0.1
    for slot, counts in found.counts.items():
        share = 3000 / len(counts)
        assert all(abs(count - share) < 0.15 * share for count in counts.values()), slot
