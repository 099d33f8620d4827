import math

import numpy as np
import pytest
import torch

from elsa_data.acoustics import images, jobs
from tests.acoustics import exact_images
from tests.acoustics.box_scenes import random_box


def rows(groups, until_s):
    found = jobs.whole_jobs(groups)
    return jobs.boxes_of([job._replace(until_s=until_s) for job in found], "cpu")


@pytest.mark.parametrize("seed", range(6))
def test_images_are_those_of_the_other_textbook(seed):
    group = random_box(seed, scattering=0.2)
    got = images.image_sources(rows([group], 0.05))
    distances, vectors, gains = exact_images.image_list(group, 0.05)
    assert got.distance_m[0].numpy() == pytest.approx(distances, rel=1e-12), seed
    assert got.valid.all()
    assert np.allclose(np.exp(got.log_gain[0].numpy()), gains, rtol=2e-5), seed
    # Equal distances may come in any order: compare sums, not rows.
    assert (got.rays[0] * got.distance_m[0, :, None]).sum(0).numpy() == pytest.approx(
        vectors.sum(axis=0), abs=1e-6
    )


def test_a_room_keeps_its_images_beside_a_smaller_one():
    groups = [random_box(seed) for seed in range(8)]
    together = images.image_sources(rows(groups, 0.06))
    for row, group in enumerate(groups):
        alone = images.image_sources(rows([group], 0.06))
        count = int(together.valid[row].sum())
        assert count == alone.distance_m.shape[1], row
        for one, many in zip(alone[:3], together[:3], strict=True):
            assert torch.equal(one[0], many[row, :count]), row


def test_the_first_image_is_the_source_itself():
    group = random_box(3)
    nearest = images.image_sources(rows([group], 0.03)).distance_m[0, 0]
    scene = group.scene
    assert float(nearest) == pytest.approx(
        math.dist(scene.receiver.position_m, scene.placements[0].position_m)
    )
