import re

import numpy as np
import pytest

from elsa_data.config import load_vocabulary
from elsa_data.report.room import from_above, from_the_side
from elsa_data.report.setting import WIDTH, Setting, setting_of
from tests.report.examples import circles, part_at, spatial_row

VOCABULARY = load_vocabulary("attributes.elsa.v1")


def setting(*parts, yaw_deg: float = 0.0) -> Setting:
    found = setting_of(spatial_row(*parts, yaw_deg=yaw_deg))
    assert found is not None
    return found


@pytest.mark.parametrize("yaw_deg", [0.0, 37.0, 90.0, -160.0])
@pytest.mark.parametrize(
    ("azimuth_deg", "side", "ahead"), [(0, 0, 1), (90, -1, 0), (-90, 1, 0), (180, 0, -1)]
)
def test_left_is_left_and_front_is_up_however_the_receiver_stands(
    yaw_deg: float, azimuth_deg: float, side: int, ahead: int
) -> None:
    drawn = setting(part_at(azimuth_deg, 0.0, 1.5, yaw_deg), yaw_deg=yaw_deg)
    svg = from_above(drawn, VOCABULARY, "n")
    ((rx, ry, _),) = circles(svg, "ear")
    ((sx, sy, _),) = circles(svg, "source")
    reach = 1.5 * drawn.pixels_per_m
    assert sx - rx == pytest.approx(side * reach, abs=0.2)
    assert ry - sy == pytest.approx(ahead * reach, abs=0.2)


@pytest.mark.parametrize("elevation_deg", [-30.0, 0.0, 40.0])
def test_the_side_shows_the_elevation_at_the_scale_of_the_plan(elevation_deg: float) -> None:
    drawn = setting(part_at(120.0, elevation_deg, 1.2))
    svg = from_the_side(drawn, 0, VOCABULARY, "n")
    ((rx, ry, _),) = circles(svg, "ear")
    ((sx, sy, _),) = circles(svg, "source")
    assert np.hypot(sx - rx, sy - ry) == pytest.approx(1.2 * drawn.pixels_per_m, abs=0.2)
    assert np.degrees(np.arctan2(ry - sy, sx - rx)) == pytest.approx(elevation_deg, abs=0.3)


def test_every_first_reflection_is_drawn_once_and_touches_a_wall() -> None:
    drawn = setting(part_at(60.0, 10.0, 1.0))
    above, beside = from_above(drawn, None, "a"), from_the_side(drawn, 0, None, "b")
    assert sorted(re.findall(r"<title>(\w+): [\d.]+ ms later", above)) == ["x0", "x1", "y0", "y1"]
    assert re.findall(r"<title>(\w+): [\d.]+ ms later", beside) == ["floor", "ceiling"]


def test_words_and_numbers_are_written_and_the_meaning_is_shaded() -> None:
    svg = from_above(
        setting(part_at(90.0, 0.0, 2.2, direction="left", distance="far")), VOCABULARY, "n"
    )
    assert ">left, far</text>" in svg
    assert ">+90°, 2.2 m</text>" in svg
    assert svg.count('class="meant"') == 1
    # The back is two ranges, from either side to -180 degrees.
    svg = from_above(setting(part_at(180.0, 0.0, 2.0, direction="back")), VOCABULARY, "n")
    assert svg.count('class="meant"') == 2
    assert "meant" not in from_above(setting(part_at(180.0, 0.0, 2.0)), VOCABULARY, "n")


@pytest.mark.parametrize("seed", range(20))
def test_nothing_leaves_the_picture(seed: int) -> None:
    rng = np.random.default_rng(seed)
    yaw = rng.uniform(-180, 180)
    part = part_at(
        rng.uniform(-180, 180), rng.uniform(-20, 20), rng.uniform(0.5, 2.0), yaw,
        direction="front", distance="near", elevation="down",
    )  # fmt: skip
    drawn = setting(part, yaw_deg=yaw)
    for svg in (from_above(drawn, VOCABULARY, "a"), from_the_side(drawn, 0, VOCABULARY, "b")):
        (height,) = (float(h) for h in re.findall(r'viewBox="0 0 340 ([\d.]+)"', svg))
        for x, y, r in circles(svg, "source") + circles(svg, "ear"):
            assert r <= x <= WIDTH - r
            assert r <= y <= height - r
        for x, y in re.findall(r'<text x="([^"]*)" y="([^"]*)" class="(?:said|told)"', svg):
            assert 0 <= float(x) < WIDTH - 20
            assert 8 <= float(y) <= height


def test_several_sources_have_letters() -> None:
    svg = from_above(setting(part_at(90.0, 0.0, 1.0), part_at(-90.0, 0.0, 1.0)), None, "n")
    assert re.findall(r'class="letter"[^>]*>(\w)<', svg) == ["A", "B"]


def test_a_row_without_a_possible_scene_has_none() -> None:
    fine = spatial_row(part_at(0.0, 0.0, 1.0))
    assert setting_of(fine) is not None
    assert setting_of(spatial_row(part_at(0.0, 0.0, 1.0), size_m=None)) is None
    assert setting_of(spatial_row(part_at(0.0, 0.0, 1.0), size_m=(1.0, 1.0, 1.0))) is None
    assert setting_of(spatial_row(part_at(0.0, 0.0, 0.0))) is None
