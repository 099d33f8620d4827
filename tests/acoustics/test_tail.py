"""The late sound: its power, its directions, its coherence."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from elsa_data import exponentials, octaves, rooms
from elsa_data.acoustics import capsules, decays, engine, images, jobs, octave, tail, waves
from elsa_data.ambisonics import encode
from elsa_data.conventions import MID_BANDS_HZ, OCTAVE_BANDS_HZ
from tests.acoustics.box_scenes import box, flat, random_box

RATE = 16_000
UNEVEN = tuple((a,) * 8 for a in (0.05, 0.1, 0.15, 0.1, 0.3, 0.5))


def many(group, count, **receiver):
    scene = group.scene
    seat = dataclasses.replace(scene.receiver, **receiver)
    group = dataclasses.replace(group, scene=dataclasses.replace(scene, receiver=seat))
    return [dataclasses.replace(group, seed=seed) for seed in range(count)]


def late(rirs, start_s, stop_s):
    """Return the samples (channels, n) of all responses between two times, one after another."""
    cut = slice(round(start_s * rirs[0].sample_rate_hz), round(stop_s * rirs[0].sample_rate_hz))
    return np.concatenate([rir.samples[:, cut] for rir in rirs], axis=1).astype(float)


def model(group, times_s, order):
    """Return the covariance (8, channels, channels) of the whole field, the mean over times."""
    job = jobs.whole_jobs([group])[0]
    rays, weights = rooms.octant_rule()
    signs = np.array(np.meshgrid([1, -1], [1, -1], [1, -1])).reshape(3, -1).T
    y = encode(rays[:, None] * signs, order)
    outer = np.einsum("rsp,rsq,r->rpq", y, y, weights) / 8
    power = np.exp(-job.decay[:, None] * times_s[:, None]).mean(axis=1)
    return np.einsum("br,rpq->bpq", power, outer)


def test_coupled_harmonics_share_their_parities():
    assert tail.coupled(1) == ((0, 0), (1, 1), (2, 2), (3, 3))
    assert len(tail.coupled(2)) == 12
    assert len(tail.coupled(3)) == 28


def test_noise_bank_is_white_and_its_bands_are_octaves():
    bank = tail.noise_bank(RATE, "cpu").numpy()[: tail.BANK_SAMPLES // tail.hop_of(RATE)]
    bands = bank.transpose(1, 0, 2).reshape(8, -1)
    assert bands.sum(axis=0).std() == pytest.approx(1.0, abs=0.01)
    power = np.square(np.abs(np.fft.rfft(bands))).mean(axis=1)
    frequencies = np.fft.rfftfreq(bands.shape[1], 1 / RATE)
    wanted = np.square(octaves.weights(frequencies)).mean(axis=1)
    assert power[:7] / power.sum() == pytest.approx(wanted[:7] / wanted.sum(), abs=0.01)


def test_tails_shaped_together_are_those_shaped_one_by_one(monkeypatch):
    roots = torch.rand(5, 8, 41, 4, generator=torch.Generator().manual_seed(3))
    starts = [tail.noise_starts(RATE, 4, np.random.default_rng(row)) for row in range(5)]
    alone = tail.shaped_noise(roots, starts, tail.coupled(1), RATE)
    monkeypatch.setattr(tail, "ROWS", {"cpu": 3})
    together = tail.shaped_noise(roots, starts, tail.coupled(1), RATE)
    torch.testing.assert_close(together, alone, rtol=0.0, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 4, 16, 64])
def test_channels_read_the_bank_apart_from_each_other(channels):
    frames = tail.BANK_SAMPLES // tail.hop_of(RATE)
    for seed in range(20):
        starts = np.sort(tail.noise_starts(RATE, channels, np.random.default_rng(seed)))
        assert len(starts) == channels
        gaps = np.diff([*starts, starts[0] + frames])
        assert gaps.min() >= frames // channels // 4, seed


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_root_times_itself_is_the_covariance(order):
    job = jobs.whole_jobs([box(absorption=UNEVEN)])[0]
    rates = torch.tensor(job.decay, dtype=torch.float32)[None]
    times, none = torch.tensor([0.05, 0.15]), torch.zeros(1, 0)
    patterns = torch.tensor(tail.pattern(order), dtype=torch.float32)[None]
    wanted = tail.covariance(rates, rates, times, none, patterns)
    roots = tail.root(wanted, order)
    pairs, size = tail.coupled(order), (order + 1) ** 2
    lower = torch.zeros(*roots.shape[:-1], size, size)
    for column, (p, q) in enumerate(pairs):
        lower[..., p, q] = roots[..., column]
    product = lower @ lower.transpose(-1, -2)
    for column, (p, q) in enumerate(pairs):
        error = (product[..., p, q] - wanted[..., column]).abs() / wanted[..., 0]
        assert error.max() < 1e-4, (order, p, q)


def test_power_equals_the_decay_of_the_room():
    group = box(absorption=flat(0.1), size_m=(7.0, 5.0, 3.0), sample_rate_hz=RATE)
    sound = late(engine.simulate_rirs(many(group, 16)), 0.10, 0.20)
    times = np.linspace(0.10, 0.20, 50)
    power = rooms.decay((7.0, 5.0, 3.0), flat(0.1), flat(0.0), times).mean(axis=1)
    share = np.square(octaves.weights(np.arange(20.0, 7200.0))).sum(axis=1) / (RATE / 2)
    cross = octaves.weights(np.arange(20.0, 7200.0)).sum(axis=1) / (RATE / 2) - share
    wanted = power @ (share + cross) / RATE
    assert 10 * math.log10(np.square(sound[0]).mean() / wanted) == pytest.approx(0.0, abs=0.3)


@pytest.mark.parametrize(
    ("kind", "order", "yaw_deg"),
    [
        ("foa", 1, 0.0),
        ("foa", 1, 37.0),
        ("foa", 1, 90.0),
        ("hoa2", 2, 37.0),
        pytest.param("hoa2", 2, 0.0, marks=pytest.mark.slow),
        pytest.param("hoa2", 2, 90.0, marks=pytest.mark.slow),
        ("hoa3", 3, 37.0),
        pytest.param("hoa3", 3, 0.0, marks=pytest.mark.slow),
        pytest.param("hoa3", 3, 90.0, marks=pytest.mark.slow),
    ],
)
def test_covariance_is_that_of_the_field(yaw_deg, kind, order):
    group = box(absorption=UNEVEN, size_m=(7.0, 5.0, 3.0), sample_rate_hz=8000)
    sound = late(engine.simulate_rirs(many(group, 12, kind=kind, yaw_deg=yaw_deg)), 0.08, 0.2)
    got = sound @ sound.T
    bands = model(group, np.linspace(0.08, 0.2, 50), order)
    wanted = np.tensordot(octaves.weights(np.arange(20.0, 3600.0)).sum(axis=1), bands, axes=1)
    turn = capsules.yaw_matrix(order, yaw_deg)
    wanted = turn @ wanted @ turn.T
    assert np.abs(got / got[0, 0] - wanted / wanted[0, 0]).max() < 0.1
    if order == 1:
        w, y, z, x = got.diagonal()
        assert (x + y + z) / w == pytest.approx(1.0, abs=0.1)


def test_scattering_takes_energy_from_images_and_gives_it_to_the_tail():
    plain, rough = (
        box(absorption=flat(0.15), scattering=s, size_m=(7.0, 5.0, 3.0)) for s in (0.0, 0.5)
    )
    energies = []
    for group in (plain, rough):
        rirs = engine.simulate_rirs(many(group, 16))
        energies.append(np.mean([np.square(r.samples[0].astype(float)).sum() for r in rirs]))
    images_only = [
        np.square(engine.simulate_early([g], window_s=0.03)[0].samples[0].astype(float)).sum()
        for g in (plain, rough)
    ]
    assert images_only[1] < 0.8 * images_only[0]
    assert energies[1] == pytest.approx(energies[0], rel=0.25)


def test_full_scattering_makes_the_late_field_isotropic():
    group = box(absorption=UNEVEN, scattering=1.0, size_m=(7.0, 5.0, 3.0), sample_rate_hz=8000)
    sound = late(engine.simulate_rirs(many(group, 24)), 0.08, 0.2)
    power = np.square(sound).mean(axis=1)
    assert power[1:] / power[0] == pytest.approx([1 / 3] * 3, abs=0.05)


@pytest.mark.parametrize("yaw_deg", [40.0, pytest.param(0.0, marks=pytest.mark.slow)])
def test_a_stereo_pair_is_as_coherent_as_its_field(yaw_deg):
    group = box(absorption=UNEVEN, size_m=(7.0, 5.0, 3.0), sample_rate_hz=RATE)
    rirs = engine.simulate_rirs(many(group, 16, kind="stereo", yaw_deg=yaw_deg))
    left, right = (
        np.stack([rir.samples[ear, 1280 : 1280 + 2048] for rir in rirs]).astype(float)
        for ear in (0, 1)
    )
    window = np.hanning(256)
    frames = [np.stack([s[:, k : k + 256] for k in range(0, 1792, 128)]) for s in (left, right)]
    bins = [np.fft.rfft(frame * window) for frame in frames]
    cross = (bins[0] * bins[1].conj()).sum(axis=(0, 1))
    got = cross.real / np.sqrt(
        np.prod([np.square(np.abs(b)).sum(axis=(0, 1)) for b in bins], axis=0)
    )
    wanted = theory(group, np.linspace(0.08, 0.2, 40), yaw_deg)
    frequencies = np.fft.rfftfreq(256, 1 / RATE)
    inside = (frequencies > 100) & (frequencies < 6000)
    error = np.abs(got - wanted(frequencies))[inside]
    assert error.mean() < 0.05
    assert error.max() < 0.25


def theory(group, times_s, yaw_deg):
    """Return the coherence of the pair as a function of frequency, by all rays of the room."""
    job = jobs.whole_jobs([group])[0]
    rays, weights = rooms.octant_rule()
    signs = np.array(np.meshgrid([1, -1], [1, -1], [1, -1])).reshape(3, -1).T
    line = np.array([-math.sin(math.radians(yaw_deg)), math.cos(math.radians(yaw_deg)), 0.0])
    delay = 0.1698 * ((rays[:, None] * signs) @ line) / 343.0
    power = weights * np.exp(-job.decay[:, None] * times_s[:, None]).mean(axis=1)

    def coherence(frequencies):
        mixed = octaves.weights(frequencies).T @ power
        phase = np.cos(2 * np.pi * frequencies[:, None, None] * delay).mean(axis=2)
        return (mixed * phase).sum(axis=1) / mixed.sum(axis=1)

    return coherence


def test_waves_share_the_rays_and_keep_their_projections():
    layout = capsules.layout_of("stereo")
    shares = waves.pattern(layout, 25.0)
    assert shares.sum() == pytest.approx(1.0)
    assert shares.sum(axis=0) == pytest.approx(np.full(64, 1 / 64), abs=0.025)
    second = shares.sum(axis=0) @ np.square(waves.projections())
    assert second == pytest.approx(1 / 3, abs=0.002)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_the_model_equals_complete_image_sums(seed):
    group = random_box(seed, t30_s=(0.28, 0.42), sample_rate_hz=RATE)
    job = jobs.whole_jobs([group])[0]
    own = exponentials.t30_s(job.decay, rooms.octant_rule()[1])
    until_s = 0.9 * float(own.max())
    boxes = jobs.boxes_of([job._replace(until_s=until_s)], "cpu")
    found = images.image_sources(boxes)
    air = found.distance_m[0][:, None] * boxes.air_per_m[0]
    energy = np.exp(2.0 * (found.log_gain[0] + air).double().numpy())
    steps = (found.distance_m[0] / 343.0 * 1000.0).long().numpy()
    for band in range(8):
        gathered = np.bincount(steps, weights=energy[:, band])
        curve = 10 * np.log10(gathered[::-1].cumsum()[::-1] / gathered.sum())
        fit = (curve < -5) & (curve > -35)
        t30_s = -60 / np.polyfit(np.arange(len(curve))[fit] / 1000, curve[fit], 1)[0]
        assert own[band] == pytest.approx(t30_s, rel=0.10), (seed, band)
    inside = (steps >= 60) & (steps < 140)
    y = capsules.harmonics(found.rays[0], 3).numpy()[inside]
    wanted = (y.T * energy[inside, 3]) @ y
    got = model(group, np.linspace(0.06, 0.14, 81), 3)[3]
    room = group.scene.room
    level = got[0, 0] * 0.08 * 4 * math.pi * 343.0 / math.prod(room.size_m) / wanted[0, 0]
    assert abs(10 * math.log10(level)) < 1.5, seed
    for yaw_deg in (0.0, 37.0, 90.0):
        turn = capsules.yaw_matrix(3, yaw_deg)
        difference = turn @ (got / got[0, 0] - wanted / wanted[0, 0]) @ turn.T
        assert np.sqrt(np.square(np.diagonal(difference)).mean()) < 0.1, (seed, yaw_deg)


@pytest.mark.slow
def test_requested_and_rendered_t30_agree():
    """Means over tail seeds and positions, as accuracy of a noise tail has to be stated."""
    mid = [OCTAVE_BANDS_HZ.index(center_hz) for center_hz in MID_BANDS_HZ]
    errors = []
    for seed in range(16):
        rendered = []
        for position in range(3):
            group = random_box(
                seed, t30_s=(0.2, 1.2), sample_rate_hz=48_000, scattering=0.1 + 0.02 * seed
            )
            source = group.scene.placements[0].position_m
            side = tuple(s + 0.1 * position for s in source)
            placement = dataclasses.replace(group.scene.placements[0], position_m=side)
            scene = dataclasses.replace(group.scene, placements=(placement,))
            group = dataclasses.replace(group, scene=scene)
            for rir in engine.simulate_rirs(many(group, 4)):
                bands = decays.octave_decays(octave.spectrum(rir.samples[0], 48_000), 0.0)
                rendered.append(np.mean([bands[k].t30_s for k in mid]))
        errors.append(abs(np.mean(rendered) / group.scene.room.target_t30_s - 1.0))
    assert np.mean(errors) < 0.05, errors
    assert np.percentile(errors, 95) < 0.10, errors
