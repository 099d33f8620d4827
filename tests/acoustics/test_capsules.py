import math

import numpy as np
import pytest
import torch
from numpy.random import default_rng

from elsa_data.acoustics import capsules
from elsa_data.ambisonics import encode
from elsa_data.errors import SimulationError
from elsa_data.geometry import rotate_yaw


def random_rays(seed: int, count: int = 50) -> np.ndarray:
    rays = default_rng(seed).standard_normal((count, 3))
    return rays / np.linalg.norm(rays, axis=1, keepdims=True)


@pytest.mark.parametrize("order", range(4))
def test_harmonics_are_those_of_ambisonics(order):
    rays = random_rays(order)
    assert np.allclose(capsules.harmonics(torch.tensor(rays), order), encode(rays, order))


@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize("yaw_deg", [0.0, 37.0, 90.0, -150.0])
def test_yaw_matrix_turns_the_receiver(order, yaw_deg):
    rays = random_rays(7)
    turned = np.array([rotate_yaw((x, y, z), -yaw_deg) for x, y, z in rays])
    matrix = capsules.yaw_matrix(order, yaw_deg)
    assert np.allclose(encode(rays, order) @ matrix.T, encode(turned, order))


def test_the_left_capsule_is_left_of_where_the_receiver_faces():
    layout = capsules.layout_of("stereo")
    left, right = capsules.positions(layout, (1.0, 2.0, 3.0), 0.0)
    assert left[1] > right[1]
    assert math.dist(left, right) == pytest.approx(0.1698)
    left, _ = capsules.positions(layout, (1.0, 2.0, 3.0), 90.0)
    assert left[0] == pytest.approx(1.0 - 0.0849)


@pytest.mark.parametrize(
    ("kind", "channels"), [("foa", 4), ("hoa2", 9), ("hoa3", 16), ("stereo", 2)]
)
def test_layouts_know_their_channels(kind, channels):
    assert capsules.layout_of(kind).channels == channels


def test_unknown_kinds_are_refused():
    with pytest.raises(SimulationError, match="Did you mean 'foa'"):
        capsules.layout_of("fao")
