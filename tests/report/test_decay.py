import re

import numpy as np
import pytest

from elsa_data.report.decay import HEIGHT, LOWEST_DB, WIDTH, decay_curves, decay_picture
from tests.report.examples import RATE_HZ, part_at, rir_of


def decaying(t60_s: float) -> np.ndarray:
    times = np.arange(RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(3).standard_normal((4, RATE_HZ))
    return noise * 10 ** (-3 * times / t60_s)


@pytest.mark.parametrize("t60_s", [0.3, 0.6])
def test_each_octave_falls_as_fast_as_the_sound_does(t60_s: float) -> None:
    curves = decay_curves(rir_of(decaying(t60_s)))
    assert list(curves) == [125, 250, 500, 1000, 2000, 4000]  # 16 kHz holds no more
    for hz, (times, levels) in curves.items():
        assert times[0] >= 0
        assert (np.diff(levels) <= 1e-9).all()
        part = (levels < -5) & (levels > -35)
        slope = np.polyfit(times[part], levels[part], 1)[0]
        # One noise has few samples in a low octave.
        assert -60 / slope == pytest.approx(t60_s, rel=0.25 if hz < 500 else 0.08)


def test_the_picture_keeps_to_its_frame_and_tells_the_row() -> None:
    svg = decay_picture(rir_of(decaying(0.5)), part_at(0, 0, 1))
    lines = re.findall(r'<path d="M([^"]*)" class="curve band(\d)"', svg) or re.findall(
        r'd="M([^"]*)" class="curve band(\d)"', svg
    )
    assert [int(band) for _, band in lines] == [0, 1, 2, 3, 4, 5]
    for drawn, _ in lines:
        points = np.array([[float(v) for v in p.split()] for p in drawn.split("L")])
        assert (points >= 0).all()
        assert (points <= (WIDTH, HEIGHT)).all()
    assert re.findall(r'class="figure"[^>]*>([^<]*)<', svg) == [
        "0.50 s", "0.40 s", "0.30 s", "0.30 s", "\u2013", "0.20 s",
    ]  # fmt: skip
    assert LOWEST_DB < -45


def test_silence_is_an_empty_picture() -> None:
    svg = decay_picture(rir_of(np.zeros((4, RATE_HZ // 4))), part_at(0, 0, 1))
    assert svg.startswith("<svg")
    assert "nan" not in svg
