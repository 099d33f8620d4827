import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from elsa_data.errors import ConfigError
from elsa_data.evaluate.localisation import breakdown
from elsa_data.evaluate.pictures import draw_errors, draw_space
from elsa_data.evaluate.sets import Meta


def test_errors_are_drawn_with_equal_bytes_each_time(tmp_path):
    metas = [
        Meta(clip=str(at), room=str(at), label="Rain", azimuth_deg=9.0 * at - 180, elevation_deg=0)
        for at in range(40)
    ]
    parts = breakdown(metas, np.tile([1.0, 0.0, 0.0], (40, 1)))
    for name in ("one.svg", "two.svg"):
        draw_errors(tmp_path / name, parts)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert ET.parse(tmp_path / "one.svg").getroot().tag.endswith("svg")


@pytest.mark.slow
def test_the_space_is_drawn_with_a_star_for_each_word(tmp_path):
    pytest.importorskip("umap")
    rng = np.random.default_rng(0)
    numbers = np.arange(80) % 4
    audio = np.eye(6)[numbers] + 0.1 * rng.standard_normal((80, 6))
    draw_space(tmp_path / "space.svg", audio, numbers.tolist(), ["a", "b", "c", "d"], np.eye(6)[:4])
    assert ET.parse(tmp_path / "space.svg").getroot().tag.endswith("svg")


def test_without_umap_one_line_says_how_to_have_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(
        ConfigError, match=r"umap is not installed: pip install 'elsa-data\[umap\]'"
    ):
        draw_space(tmp_path / "space.svg", np.eye(4), [0, 1, 2, 3], list("abcd"), np.eye(4))
