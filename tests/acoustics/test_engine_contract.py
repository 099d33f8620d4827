"""What the engine promises beside its sound: bits, order, layouts, refusals."""

import dataclasses
import math

import numpy as np
import pytest

from elsa_data.acoustics import engine
from elsa_data.ambisonics import encode
from elsa_data.errors import SimulationError
from elsa_data.geometry import unit_vector
from tests.acoustics.box_scenes import UNEVEN, box, flat, random_box
from tests.acoustics.probes import NORMAL, arrival_s, changed, early, truth


@pytest.mark.parametrize("kind", ["foa", "hoa2", "hoa3", "stereo"])
def test_bits_are_the_same_alone_and_in_a_batch(kind, monkeypatch):
    shapes = [(16000, 0.1), (44100, 0.3), (48000, 0.0)]
    groups = []
    for seed in range(64 if kind == "foa" else 6):
        rate, scattering = shapes[seed % 3]
        made = random_box(seed % 21, sample_rate_hz=rate, scattering=scattering)
        groups.append(dataclasses.replace(changed(made, kind=kind), seed=seed))
    monkeypatch.setitem(engine.BATCH, "cpu", 64)
    together = engine.simulate_rirs(groups)
    window = engine.simulate_early(groups, window_s=0.02)
    for group, whole, part in list(zip(groups, together, window, strict=True))[::3]:
        assert np.array_equal(engine.simulate_rirs([group])[0].samples, whole.samples), group.seed
        alone = engine.simulate_early([group], window_s=0.02)[0]
        assert np.array_equal(alone.samples, part.samples), group.seed


def test_order_of_groups_and_placements_is_kept():
    sources = ((3.3, 2.9, 1.8), (1.0, 1.0, 1.0), (4.5, 3.5, 0.5))
    groups = [
        dataclasses.replace(box(sources_m=sources, t30_s=t30_s), group_id=str(t30_s))
        for t30_s in (0.4, 0.2, 0.3)
    ]
    names = [(rir.group_id, rir.placement_id) for rir in engine.simulate_rirs(groups)]
    assert names == [(g.group_id, p) for g in groups for p in ("p0", "p1", "p2")]


@pytest.mark.parametrize(("kind", "order"), [("hoa2", 2), ("hoa3", 3)])
def test_higher_orders_hold_the_lower_ones(kind, order):
    group = random_box(2, sample_rate_hz=16000)
    foa, more = early(group, 0.03), early(changed(group, kind=kind), 0.03)
    assert more.shape[0] == (order + 1) ** 2
    assert np.abs(more[:4] - foa).max() < 1e-6
    azimuth, elevation, _ = truth(group)
    direct = early(changed(group, kind=kind), 0.0)
    gains = direct @ direct[0] / (direct[0] @ direct[0])
    assert gains == pytest.approx(encode(unit_vector(azimuth, elevation), order), abs=1e-5)


def test_a_stereo_pair_hears_each_side_at_its_own_time_and_distance():
    group = changed(box(sample_rate_hz=NORMAL), kind="stereo", yaw_deg=90.0)
    samples = early(group, 0.0)
    receiver, source = group.scene.receiver.position_m, group.scene.placements[0].position_m
    ears = [(receiver[0] - 0.0849, *receiver[1:]), (receiver[0] + 0.0849, *receiver[1:])]
    metres = np.array([math.dist(ear, source) for ear in ears])
    size = 8 * samples.shape[1]
    left, right = np.fft.rfft(samples, size)
    frequencies = np.fft.rfftfreq(size, 1 / NORMAL)
    band = (frequencies > 300) & (frequencies < 2000)
    slope = np.polyfit(frequencies[band], np.unwrap(np.angle(left * right.conj())[band]), 1)[0]
    assert slope * NORMAL / (-2 * np.pi) == pytest.approx(
        np.diff(-metres)[0] / 343 * NORMAL, abs=0.02
    )
    ratio = abs(left[band]).mean() / abs(right[band]).mean()
    assert ratio == pytest.approx(metres[1] / metres[0], rel=2e-3)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sources_m": ((2.1, 1.7, 1.45),)}, "source-too-close"),
        ({"sources_m": ((5.2, 1.7, 1.4),)}, "outside-room"),
        ({"sources_m": ((math.nan, 1.7, 1.4),)}, "outside-room"),
        ({"receiver_m": (2.1, -0.1, 1.4)}, "outside-room"),
    ],
)
def test_impossible_scenes_are_refused_by_name(changes, reason):
    for simulate in (engine.simulate_rirs, lambda g: engine.simulate_early(g, window_s=0.0)):
        with pytest.raises(SimulationError, match="box") as caught:
            simulate([box(**changes)])
        assert caught.value.reason == reason


def test_an_unknown_receiver_is_refused_with_the_nearest_name():
    with pytest.raises(SimulationError, match="'stereo'") as caught:
        engine.simulate_rirs([changed(box(), kind="sterio")])
    assert caught.value.reason == "receiver-unsupported"


def test_a_long_corridor_still_has_its_direct_sound():
    group = box(
        size_m=(40.0, 2.4, 2.4),
        absorption=flat(0.3),
        receiver_m=(1.0, 1.1, 1.2),
        sources_m=((38.5, 1.3, 1.5),),
    )
    whole, direct = engine.simulate_rirs([group])[0].samples, early(group, 0.0)
    at = round(arrival_s(group) * 16000)
    assert np.argmax(np.abs(direct[0])) == pytest.approx(at, abs=1)
    assert whole[0, at] == pytest.approx(direct[0, at], rel=0.2)


def test_temperature_moves_the_arrival():
    cold = box(absorption=UNEVEN, temperature_c=0.0, sample_rate_hz=NORMAL)
    assert np.argmax(early(cold, 0.0)[0]) == round(truth(cold)[2] / 331.3 * NORMAL)


def test_a_decay_longer_than_the_noise_is_refused():
    group = box(size_m=(30.0, 20.0, 10.0), absorption=flat(0.01), sample_rate_hz=NORMAL)
    with pytest.raises(SimulationError, match="more absorption") as caught:
        engine.simulate_rirs([group])
    assert caught.value.reason == "decay-too-long"
