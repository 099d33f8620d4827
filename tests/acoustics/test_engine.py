"""The proofs on images: exact directions, times, amplitudes and bits."""

import dataclasses
import math

import numpy as np
import pytest

from elsa_data import rooms
from elsa_data.acoustics import bandsplit, engine, jobs, reference
from elsa_data.ambisonics import intensity
from elsa_data.geometry import great_circle_deg, seen_from, unit_vector
from tests.acoustics import exact_images
from tests.acoustics.box_scenes import box, flat, random_box
from tests.acoustics.probes import NORMAL, arrival_s, changed, db, early, truth

SEEDS = range(4)


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
    band = (frequencies > 999) & (frequencies < 20_000)
    got = np.fft.rfft(w, size)[band] / bandsplit.high_pass(size, NORMAL, "cpu").numpy()[band]
    distance = truth(group)[2]
    ratio = got * np.exp(2j * np.pi * frequencies[band] * arrival_s(group)) * distance
    slope = np.polyfit(frequencies[band], np.unwrap(np.angle(ratio)), 1)[0]
    assert abs(slope / (2 * np.pi)) * NORMAL < 0.01, (seed, "samples late")
    air = np.exp(-rooms.air_absorption(None, 50.0, frequencies[band]) * distance / 2)
    assert np.abs(ratio) == pytest.approx(air, abs=3e-3), seed


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("order", [10, 17])
def test_pyroomacoustics_agrees_where_its_filters_do_nothing(seed, order, monkeypatch):
    # Walls alike in all bands and no air: then both are plain image sums.
    monkeypatch.setattr(rooms, "air_absorption", lambda *_: np.zeros(8))
    monkeypatch.setattr(jobs, "_air_table", lambda *a: np.zeros(-(-(a[2] // 2 + 1) // 64) * 64))
    group = random_box(seed, sample_rate_hz=NORMAL)
    room = dataclasses.replace(group.scene.room, absorption=flat(0.3))
    group = dataclasses.replace(group, scene=dataclasses.replace(group.scene, room=room))
    # An L1 ball of this order holds every image that arrives by now.
    window = order / 343.0 / math.sqrt(sum(1 / side**2 for side in room.size_m)) - 0.02
    window = min(window, 0.08)
    got = early(group, window)
    wanted = reference.simulate_early([group], window_s=window)[0].samples
    count = min(got.shape[1], wanted.shape[1])
    frequencies = np.fft.rfftfreq(count, 1 / NORMAL)
    inside = (frequencies > 100) & (frequencies < 0.9 * NORMAL / 2)
    ours, theirs = (np.fft.rfft(x[:, :count])[:, inside] for x in (got, wanted))
    for channel in range(4):
        error = np.square(np.abs(ours - theirs))[channel].sum()
        level = db(error / np.square(np.abs(theirs))[channel].sum())
        assert level < -55.0, (seed, channel, level)


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
        group, arrival_s(group) * (1 + 1e-9) + window, frequencies, jobs.NEAR_IMAGES
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
