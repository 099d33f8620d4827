import numpy as np
import pytest

from elsa_data.evaluate.clusters import cluster_distances
from elsa_data.evaluate.sets import Meta


def test_clusters_that_are_moved_apart_are_as_far_as_they_were_moved():
    rng = np.random.default_rng(0)
    words = ["near"] * 80 + ["far"] * 80
    metas = [
        Meta(clip=str(at), room=str(at), words={"distance": word}) for at, word in enumerate(words)
    ]
    audio = 0.01 * rng.standard_normal((160, 3))
    audio[80:, 0] += 2.0
    (line,) = cluster_distances("distance", ("near", "far"), metas, audio, seed=0)
    assert line.subject == "model, near to far"
    assert line.value == pytest.approx(2.0, abs=0.01)
    assert line.n == 80
    assert float(line.reference.rpartition(" ")[2]) < 0.02


def test_too_few_sounds_have_no_distance():
    metas = [Meta(clip="c", room="r", words={"distance": "near"})] * 100
    assert cluster_distances("distance", ("near", "far"), metas, np.zeros((100, 2)), seed=0) == []
