import math

import numpy as np
import pytest

from elsa_data.evaluate.real.segments import SHORTEST_S, STILL_DEG, Event, alone


def event(start, end, source="a", azimuth=0.0, elevation=0.0, distance=None) -> Event:
    return Event(
        start_s=start,
        end_s=end,
        source=source,
        label=source,
        azimuth_deg=azimuth,
        elevation_deg=elevation,
        distance_m=distance,
    )


def angle(first, second):
    a, b = ((math.radians(e.azimuth_deg), math.radians(e.elevation_deg)) for e in (first, second))
    cosine = math.sin(a[1]) * math.sin(b[1])
    cosine += math.cos(a[1]) * math.cos(b[1]) * math.cos(a[0] - b[0])
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))


def naive(events, ticks):
    """Tick by tick of 0.1 s: runs of one active source whose labels are all close together."""
    found, run = [], []
    for tick in range(ticks + 1):
        now = (tick + 0.5) / 10
        active = [e for e in events if e.start_s < now < e.end_s]
        one = active[0] if len(active) == 1 else None
        if run and not (
            one
            and one.source == run[-1][1].source
            and all(angle(one, other) <= STILL_DEG for _, other in run)
        ):
            if len(run) >= 10 * SHORTEST_S:
                found.append((run[0][0] / 10, (run[-1][0] + 1) / 10, run[0][1].source))
            run = []
        if one:
            run.append((tick, one))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_pieces_are_those_of_a_loop_over_time(seed):
    rng = np.random.default_rng(seed)
    events = []
    for source in "abc":
        at = 0
        while at < 400:
            at += int(rng.integers(1, 60))
            azimuth = float(rng.integers(-180, 180))
            for _ in range(int(rng.integers(1, 12))):
                length = int(rng.integers(1, 8))
                events.append(event(at / 10, (at + length) / 10, source, azimuth))
                at += length
                azimuth += float(rng.choice([0, 0, 0, 2, 4, 30]))
    expected = naive(events, 500)
    found = [(e.start_s, e.end_s, e.source) for e in alone(events)]
    assert len(expected) > 3, "the case is empty"
    assert [e[2] for e in found] == [e[2] for e in expected]
    assert [e[:2] for e in found] == [pytest.approx(e[:2]) for e in expected]


def test_a_piece_has_the_mean_of_its_labels():
    events = [event(0, 1, azimuth=178, distance=1.0), event(1, 2, azimuth=-178, distance=2.0)]
    (found,) = alone(events)
    assert abs(found.azimuth_deg) == pytest.approx(180)
    assert found.distance_m == 1.5
    assert (found.start_s, found.end_s) == (0, 2)


def test_nothing_is_made_of_nothing_or_of_too_little():
    assert not list(alone([]))
    assert not list(alone([event(0, 0.9)]))
    assert not list(alone([event(0, 2), event(0.5, 2.5, "b")]))
