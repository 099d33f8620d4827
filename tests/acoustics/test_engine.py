"""The proofs on images: exact directions, times, amplitudes and bits."""

import dataclasses
import math

import numpy as np
import pytest

from elsa_data import rooms
from elsa_data.acoustics import bandsplit, engine
from elsa_data.ambisonics import encode, intensity
from elsa_data.errors import SimulationError
from elsa_data.geometry import great_circle_deg, seen_from, unit_vector
from tests.acoustics import exact_images
from tests.acoustics.box_scenes import UNEVEN, box, flat, random_box

SEEDS = range(4)
NORMAL = 48_000


def db(ratio: float) -> float:
    return 10.0 * math.log10(ratio + 1e-300)


def truth(group):
    receiver = group.scene.receiver
    return seen_from(receiver.position_m, receiver.yaw_deg, group.scene.placements[0].position_m)


def arrival_s(group) -> float:
    return truth(group)[2] / rooms.speed_of_sound(group.scene.room.temperature_c)


def early(group, window_s: float) -> np.ndarray:
    return engine.simulate_early([group], window_s=window_s)[0].samples


def changed(group, **receiver):
    scene = group.scene
    seat = dataclasses.replace(scene.receiver, **receiver)
    return dataclasses.replace(group, scene=dataclasses.replace(scene, receiver=seat))


@pytest.mark.parametrize("seed", SEEDS)
def test_direct_sound_comes_from_the_placement(seed):
    group = random_box(seed, sample_rate_hz=NORMAL)
    direct = early(group, 0.0).astype(float)
    azimuth, elevation, _ = truth(group)
    error = great_circle_deg(tuple(intensity(direct)), unit_vector(azimuth, elevation))
    assert error < 1e-3, seed
    w, y, z, x = (np.linalg.norm(channel) for channel in direct)
    assert math.sqrt(x * x + y * y + z * z) / w == pytest.approx(1.0, abs=1e-6), seed


@pytest.mark.parametrize("seed", SEEDS)
def test_direct_sound_has_one_over_distance_and_no_constant_delay(seed):
    group = random_box(seed, sample_rate_hz=NORMAL)
    w = early(group, 0.0)[0]
    size = 4 * len(w)
    frequencies = np.fft.rfftfreq(size, 1 / NORMAL)
    expected = exact_images.foa_spectrum(group, arrival_s(group) * (1 + 1e-9), frequencies, near=1)
    band = (frequencies > 999) & (frequencies < 8000)
    got = np.fft.rfft(w, size)[band] / bandsplit.high_pass(size, NORMAL, "cpu").numpy()[band]
    ratio = got / expected[0][band]
    slope = np.polyfit(frequencies[band], np.unwrap(np.angle(ratio)), 1)[0]
    assert abs(slope / (2 * np.pi)) * NORMAL < 0.01, (seed, "samples late")
    assert np.abs(ratio) == pytest.approx(np.ones(band.sum()), abs=3e-3), seed
    # ... and without air the amplitude is 1 / distance_m, by which 1 m is 0 dB.
    assert abs(got[0]) * truth(group)[2] == pytest.approx(1.0, abs=5e-3), seed


@pytest.mark.parametrize("wall", range(6))
def test_each_wall_reflects_from_its_own_side(wall):
    # All walls swallow sound but one, so that its image is what the direct sound leaves.
    absorption = [(1.0,) * 8] * 6
    absorption[wall] = (0.2,) * 8
    group = box(absorption=tuple(absorption), yaw_deg=33.0, sample_rate_hz=NORMAL)
    window = 0.03
    reflection = early(group, window).astype(float)
    direct = early(group, 0.0)
    reflection[:, : direct.shape[1]] -= direct
    image = list(group.scene.placements[0].position_m)
    axis, far = divmod(wall, 2)
    image[axis] = 2.0 * far * group.scene.room.size_m[axis] - image[axis]
    receiver = group.scene.receiver
    azimuth, elevation, _ = seen_from(receiver.position_m, receiver.yaw_deg, tuple(image))
    error = great_circle_deg(tuple(intensity(reflection)), unit_vector(azimuth, elevation))
    assert error < 0.01, wall


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("scattering", [0.0, 0.3])
def test_images_equal_an_exact_sum(seed, scattering):
    group = random_box(seed, sample_rate_hz=NORMAL, scattering=scattering)
    window = 0.04
    got = early(group, window)
    # Long enough for the high-pass to ring down; only what was rendered is compared.
    size = 4 * got.shape[1]
    frequencies = np.fft.rfftfreq(size, 1 / NORMAL)
    exact = exact_images.foa_spectrum(
        group, arrival_s(group) * (1 + 1e-9) + window, frequencies, engine.NEAR_IMAGES
    )
    exact *= bandsplit.high_pass(size, NORMAL, "cpu").numpy()
    exact *= frequencies <= 0.45 * NORMAL
    wanted = np.fft.irfft(exact, size)[:, : got.shape[1]]
    spectrum = np.fft.rfft(got, size) * (frequencies <= 0.45 * NORMAL)
    error = np.fft.irfft(spectrum, size)[:, : got.shape[1]] - wanted
    assert db(np.square(error).sum() / np.square(wanted).sum()) < -75.0, seed
    for channel in range(4):
        own = db(np.square(error[channel]).sum() / np.square(wanted[channel]).sum())
        assert own < -70.0, (seed, channel)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_receiver_turned_by_90_degrees_swaps_x_and_y(seed):
    group = random_box(seed, sample_rate_hz=NORMAL)
    yaw = group.scene.receiver.yaw_deg
    w, y, z, x = early(group, 0.04)
    turned = early(changed(group, yaw_deg=yaw + 90.0), 0.04)
    assert np.abs(turned - np.stack([w, -x, z, y])).max() < 2e-6 * np.abs(w).max(), seed


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mirrored_scene_changes_the_sign_of_y_alone(seed):
    group = changed(random_box(seed, sample_rate_hz=NORMAL), yaw_deg=0.0)
    scene, size_m = group.scene, group.scene.room.size_m

    def mirrored(p):
        return (p[0], size_m[1] - p[1], p[2])

    order = [0, 1, 3, 2, 4, 5]
    room = dataclasses.replace(
        scene.room, absorption=tuple(scene.room.absorption[wall] for wall in order)
    )
    other = dataclasses.replace(
        scene,
        room=room,
        receiver=dataclasses.replace(
            scene.receiver, position_m=mirrored(scene.receiver.position_m)
        ),
        placements=tuple(
            dataclasses.replace(p, position_m=mirrored(p.position_m)) for p in scene.placements
        ),
    )
    w, y, z, x = early(group, 0.04)
    got = early(dataclasses.replace(group, scene=other), 0.04)
    assert np.abs(got - np.stack([w, -y, z, x])).max() < 2e-6 * np.abs(w).max(), seed


@pytest.mark.parametrize("kind", ["foa", "hoa2", "hoa3", "stereo"])
def test_bits_are_the_same_alone_and_in_a_batch(kind, monkeypatch):
    shapes = [(16000, 0.1), (44100, 0.3), (48000, 0.0)]
    groups = []
    for seed in range(64 if kind == "foa" else 9):
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


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_sounds_before_the_direct_sound(seed):
    group = random_box(seed, sample_rate_hz=NORMAL, scattering=0.2)
    until = math.ceil((arrival_s(group) - 0.0002) * NORMAL)
    # A sinc rings at the Nyquist frequency on both sides; below it, it is the filters that count.
    for samples in (engine.simulate_rirs([group])[0].samples, early(group, 0.04)):
        bins = np.fft.rfft(samples)
        share = np.fft.rfftfreq(samples.shape[1])
        smooth = np.fft.irfft(bins * np.exp(-0.5 * (share / 0.12) ** 2), samples.shape[1])
        before = np.square(smooth[:, : until - 4]).sum()
        assert db(before / np.square(early(group, 0.0)).sum()) < -50.0, seed


def test_pre_ringing_stays_small_when_only_high_bands_are_absorbed():
    carpet = tuple((0.02, 0.05, 0.1, 0.3, 0.6, 0.8, 0.9, 0.9) for _ in range(6))
    group = box(absorption=carpet, sample_rate_hz=NORMAL)
    samples = engine.simulate_rirs([group])[0].samples
    until = math.ceil((arrival_s(group) - 0.0002) * NORMAL)
    low = np.fft.rfft(samples) * (np.fft.rfftfreq(samples.shape[1]) < 1.0)
    low *= np.exp(-0.5 * (np.fft.rfftfreq(samples.shape[1]) / 0.12) ** 2)
    before = np.square(np.fft.irfft(low, samples.shape[1])[:, : until - 4]).sum()
    assert db(before / np.square(early(group, 0.0)).sum()) < -50.0


def test_early_sound_is_the_beginning_of_the_whole_response():
    group = random_box(5, sample_rate_hz=NORMAL)
    start = math.floor((arrival_s(group) - 0.0025) * NORMAL)
    stop = math.ceil((arrival_s(group) + 0.0025) * NORMAL)
    whole = engine.simulate_rirs([group])[0].samples[:, max(0, start) : stop]
    part = early(group, 0.005)[:, max(0, start) : stop]
    angle = great_circle_deg(tuple(intensity(whole)), tuple(intensity(part)))
    assert angle < 0.5
    assert np.square(whole - part).sum() < 1e-4 * np.square(part).sum()


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
