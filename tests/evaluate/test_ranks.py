from itertools import combinations

import numpy as np
import pytest

from elsa_data.evaluate.ranks import average_precision, ceiling, ranks_of, recall


def naive_ranks(scores, relevant):
    """Count by hand: wrong ones above, half of the wrong ones level, right ones before."""
    right = sorted(
        (at for at, is_right in enumerate(relevant) if is_right), key=lambda a: -scores[a]
    )
    return [
        sum(
            1.0 if scores[other] > scores[at] else 0.5 * (scores[other] == scores[at])
            for other in range(len(scores))
            if not relevant[other]
        )
        + before
        for before, at in enumerate(right)
    ]


def naive_precision(ranks):
    return sum((at + 1) / (rank + 1) for at, rank in enumerate(ranks) if rank < 10) / min(
        len(ranks), 10
    )


@pytest.mark.parametrize("seed", range(8))
def test_ranks_and_precision_are_those_of_plain_loops(seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 6, 40) / 5.0 if seed % 2 else rng.standard_normal(40)
    relevant = rng.random(40) < 0.3
    relevant[0] = True
    ranks = ranks_of(scores, relevant)
    assert ranks.tolist() == naive_ranks(scores, relevant)
    assert average_precision(ranks) == pytest.approx(naive_precision(ranks.tolist()))


def test_recall_of_cases_worked_out_by_hand():
    scores = np.array([[0.9, 0.8, 0.1], [0.5, 0.4, 0.3], [0.2, 0.6, 0.4]])
    found = recall(scores, np.eye(3, dtype=bool))
    assert found.at == {1: pytest.approx(1 / 3), 5: 1.0, 10: 1.0}
    assert found.mean_precision == pytest.approx((1 + 1 / 2 + 1 / 2) / 3)
    two = recall(np.array([[0.9, 0.8, 0.7, 0.1]]), np.array([[True, False, True, False]]))
    assert two.mean_precision == pytest.approx((1 / 1 + 2 / 3) / 2)


def test_a_model_that_scores_all_alike_knows_nothing():
    found = recall(np.zeros((50, 200)), np.eye(200, dtype=bool)[:50])
    assert found.at == {1: 0.0, 5: 0.0, 10: 0.0}
    assert found.mean_precision == 0.0


def test_the_ceiling_is_the_mean_over_every_choice():
    alike = np.array([[True] * 5 + [False] * 7])
    relevant = np.array([[True, True] + [False] * 9 + [True]])
    picks = list(combinations(range(5), 1))
    assert ceiling(alike, relevant)[1] == pytest.approx(
        np.mean([any(relevant[0, at] for at in pick) for pick in picks])
    )
    wide = np.array([[True] * 9])
    right = np.array([[True, True] + [False] * 7])
    assert ceiling(wide, right)[5] == pytest.approx(
        np.mean([any(right[0, at] for at in pick) for pick in combinations(range(9), 5)])
    )
    assert ceiling(wide, right)[10] == 1.0
