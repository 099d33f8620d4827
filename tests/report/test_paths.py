import math

import numpy as np
import pytest

from elsa_data.conventions import SPEED_OF_SOUND_M_S, WALLS
from elsa_data.report.paths import first_reflections

SIZE = (5.0, 4.0, 3.0)
HARD = ((0.1,) * 8,) * 6


@pytest.mark.parametrize("seed", range(5))
def test_a_reflection_takes_the_shortest_way_over_its_wall(seed: int) -> None:
    rng = np.random.default_rng(seed)
    receiver, source = (tuple(rng.uniform(0.3, 1, 3) * (np.array(SIZE) - 0.3)) for _ in range(2))
    direct = math.dist(receiver, source)
    for index, bounce in enumerate(first_reflections(SIZE, HARD, receiver, source)):
        axis, far = divmod(index, 2)
        assert bounce.wall == WALLS[index]
        assert bounce.point_m[axis] == pytest.approx(SIZE[axis] * far, abs=1e-12)
        length = math.dist(source, bounce.point_m) + math.dist(bounce.point_m, receiver)
        # Fermat: every other point of the wall is a longer way.
        for _ in range(50):
            other = rng.uniform(0, 1, 3) * SIZE
            other[axis] = SIZE[axis] * far
            assert length <= math.dist(source, other) + math.dist(other, receiver) + 1e-12
        assert bounce.delay_s == pytest.approx((length - direct) / SPEED_OF_SOUND_M_S)
        assert bounce.level_db == pytest.approx(20 * math.log10(direct / length * 0.9**0.5))


def test_the_wall_that_absorbs_more_sends_back_less() -> None:
    soft = (*HARD[:2], (0.9,) * 8, *HARD[3:])
    levels = {
        walls: {b.wall: b.level_db for b in first_reflections(SIZE, walls, (1, 1, 1), (3, 2, 2))}
        for walls in (HARD, soft)
    }
    changed = {wall for wall in WALLS if levels[HARD][wall] != levels[soft][wall]}
    assert changed == {"y0"}
    assert levels[HARD]["y0"] - levels[soft]["y0"] == pytest.approx(10 * math.log10(9))
