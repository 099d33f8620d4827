"""The engine at the ends of what may be asked: sizes, rates, decay times, distances, walls."""

import numpy as np
import pytest

from elsa_data import rooms
from elsa_data.acoustics import engine
from elsa_data.acoustics.measure import EARLY_WINDOW_S, measure
from elsa_data.errors import SimulationError
from tests.acoustics.box_scenes import UNEVEN, box, flat
from tests.acoustics.probes import NORMAL, arrival_s, early, truth

CABIN, ROOM, ARENA = (2.0, 2.0, 2.0), (5.0, 4.0, 2.7), (60.0, 40.0, 15.0)


def place(size_m):
    """A receiver and a source apart by a third of the room: what is heard is mostly the room."""
    return {
        "size_m": size_m,
        "receiver_m": tuple(0.3 * side for side in size_m),
        "sources_m": (tuple(0.63 * side for side in size_m),),
    }


def measured(group):
    rir = engine.simulate_rirs([group])[0]
    direct = engine.simulate_early([group], window_s=0.0)[0]
    around = engine.simulate_early([group], window_s=EARLY_WINDOW_S)[0]
    return rir, measure(rir, direct, around, group)


@pytest.mark.parametrize(
    ("size_m", "t30_s", "rate_hz"),
    [
        (CABIN, 0.1, 8_000),
        (CABIN, 0.1, NORMAL),
        (CABIN, 0.8, 44_100),
        (ROOM, 0.15, 16_000),
        (ROOM, 1.5, 8_000),
        (ROOM, 4.0, NORMAL),
        (ARENA, 1.5, 44_100),
        (ARENA, 4.0, 16_000),
        (ARENA, 4.0, NORMAL),
    ],
)
def test_any_room_and_rate_has_the_decay_asked_for(size_m, t30_s, rate_hz):
    group = box(
        **place(size_m), absorption=UNEVEN, t30_s=t30_s, scattering=0.3, sample_rate_hz=rate_hz
    )
    rir, found = measured(group)
    assert np.isfinite(rir.samples).all()
    assert rir.samples.shape[0] == 4
    # One noise tail scatters by some per cent; a short one by more.
    assert found.t30_mid_s == pytest.approx(t30_s, rel=0.2 if t30_s <= 0.15 else 0.12)
    assert found.distance_m == pytest.approx(truth(group)[2])


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, NORMAL])
def test_black_walls_leave_the_direct_sound_alone(rate_hz):
    group = box(absorption=flat(1.0), sample_rate_hz=rate_hz)
    whole, direct = engine.simulate_rirs([group])[0].samples, early(group, 0.0)
    # What follows the shorter one is the last of the high-pass.
    count = min(whole.shape[1], direct.shape[1])
    error = whole[:, :count] - direct[:, :count]
    assert np.square(error).sum() < 1e-8 * np.square(direct).sum()
    assert np.argmax(np.abs(whole[0])) == pytest.approx(arrival_s(group) * rate_hz, abs=1)


def test_perfect_mirrors_never_end_and_are_refused():
    with pytest.raises(SimulationError, match="more absorption") as caught:
        engine.simulate_rirs([box(absorption=flat(0.0))])
    assert caught.value.reason == "decay-too-long"


@pytest.mark.parametrize("gap_m", [0.0, 0.05, 0.0999])
def test_a_source_on_the_receiver_is_refused(gap_m):
    with pytest.raises(SimulationError, match=r"0\.1 m") as caught:
        engine.simulate_rirs(
            [box(receiver_m=(2.0, 2.0, 1.4), sources_m=((2.0 + gap_m, 2.0, 1.4),))]
        )
    assert caught.value.reason == "source-too-close"


def test_a_source_just_far_enough_is_rendered():
    group = box(receiver_m=(2.0, 2.0, 1.4), sources_m=((2.101, 2.0, 1.4),), sample_rate_hz=NORMAL)
    rir, found = measured(group)
    assert found.drr_db > 10.0
    assert np.abs(rir.samples[0]).max() == pytest.approx(1 / 0.101, rel=0.25)


@pytest.mark.parametrize("t30_s", [0.01, 30.0])
def test_a_decay_no_material_has_is_refused_with_what_can_be_had(t30_s):
    with pytest.raises(rooms.PlacementError, match=r"reach \d+\.\d+ to \d+\.\d+ s"):
        box(t30_s=t30_s)
