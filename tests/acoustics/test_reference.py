from dataclasses import replace

import numpy as np
import pyroomacoustics as pra
import pytest

from elsa_data.acoustics import reference
from elsa_data.acoustics.extent import order_for
from elsa_data.conventions import OCTAVE_BANDS_HZ
from elsa_data.errors import ConfigError, SimulationError
from elsa_data.geometry import rotate_yaw, seen_from
from elsa_data.records import Group
from elsa_data.rooms import speed_of_sound
from tests.acoustics.box_scenes import box, flat, random_box

LIVE = flat(0.25)


def direct(group: Group, placement: int = 0) -> np.ndarray:
    return reference.simulate_early([group], window_s=0.0)[placement].samples.astype(np.float64)


def arrival_samples(audio: np.ndarray, rate_hz: int) -> float:
    """Return when an impulse arrives: the slope of its phase in the middle of the band."""
    bins = np.fft.rfft(audio, 8192)
    frequency = np.fft.rfftfreq(8192)
    band = (frequency > 0.2) & (frequency < 0.35)
    phase = np.unwrap(np.angle(bins))[band]
    return float(-np.polyfit(2.0 * np.pi * frequency[band], phase, 1)[0])


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 44_100, 48_000, 96_000])
def test_at_one_metre_the_direct_sound_is_one_and_on_time(rate_hz):
    group = box(receiver_m=(2.0, 2.0, 1.4), sources_m=((3.0, 2.0, 1.4),), sample_rate_hz=rate_hz)
    audio = direct(group)
    bins = np.abs(np.fft.rfft(audio[0], 8192))
    frequency_hz = np.fft.rfftfreq(8192, 1.0 / rate_hz)
    # Up to the bands air takes hold of; 1 m of it costs 0.005 dB at 1 kHz.
    middle = (frequency_hz > 300.0) & (frequency_hz < 1_000.0)
    np.testing.assert_allclose(bins[middle], 1.0, atol=3e-3)
    assert arrival_samples(audio[0], rate_hz) == pytest.approx(rate_hz / 343.0, abs=0.01)


@pytest.mark.parametrize("distance_m", [0.5, 1.0, 2.0, 2.9])
def test_amplitude_falls_with_distance(distance_m):
    group = box(
        size_m=(8.0, 4.0, 2.7),
        receiver_m=(2.0, 2.0, 1.4),
        sources_m=((2.0 + distance_m, 2.0, 1.4),),
    )
    audio = direct(group)[0]
    kilohertz = abs(np.exp(-2j * np.pi * np.arange(len(audio)) * 1000.0 / 16_000.0) @ audio)
    assert kilohertz * distance_m == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("temperature_c", [-5.0, 16.0, 30.0])
def test_the_speed_of_sound_is_the_rooms_and_leaks_nowhere(temperature_c):
    before = pra.constants.get("c"), pra.constants.get("rir_hpf_enable")
    group = box(temperature_c=temperature_c, humidity=40.0)
    seen = seen_from(group.scene.receiver.position_m, 0.0, group.scene.placements[0].position_m)
    wanted = seen[2] / speed_of_sound(temperature_c) * 16_000
    assert arrival_samples(direct(group)[0], 16_000) == pytest.approx(wanted, abs=0.01)
    assert (pra.constants.get("c"), pra.constants.get("rir_hpf_enable")) == before


def test_is_the_sum_pyroomacoustics_makes():
    """One band, no air: `compute_rir` of the same room, but for its coarser sinc table."""
    group = box(absorption=LIVE, humidity=50.0, yaw_deg=30.0)
    scene = group.scene
    room = pra.ShoeBox(scene.room.size_m, fs=16_000, max_order=12, materials=pra.Material(0.25))
    room.set_sound_speed(343.0)
    room.add_microphone(scene.receiver.position_m)
    for axis in reference.FIGURE_EIGHTS:
        eight = pra.directivities.FigureEight(np.array(rotate_yaw(axis, 30.0)))
        room.add_microphone(scene.receiver.position_m, directivity=eight)
    room.add_source(scene.placements[0].position_m)
    hpf = pra.constants.get("rir_hpf_enable")
    pra.constants.set("rir_hpf_enable", False)
    room.compute_rir()
    pra.constants.set("rir_hpf_enable", hpf)
    theirs = reference._high_passed(np.array([c[0] for c in room.rir], np.float64), 16_000)

    ours = reference._shoebox(group, 12)
    ours.air_absorption = np.zeros(len(ours.air_absorption))
    ours.add_microphone(scene.receiver.position_m)
    ours.image_source_model()
    reference._add_figure_eights(ours, scene.receiver)
    reach_m = np.full(len(OCTAVE_BANDS_HZ), np.inf)
    audio = reference._image_sum(ours, ours.sources[0], reach_m, theirs.shape[1])
    audio = reference._high_passed(audio, 16_000)
    bins, wanted = (np.fft.rfft(a, axis=1)[:, : int(0.45 * a.shape[1])] for a in (audio, theirs))
    for channel in range(4):
        error = np.square(np.abs(bins - wanted)[channel]).sum()
        error /= np.square(np.abs(wanted)[channel]).sum()
        assert 10.0 * np.log10(error) < -55.0, channel


def test_every_image_in_reach_is_there():
    group = box(size_m=(3.0, 2.5, 2.2), receiver_m=(1.0, 1.0, 1.0), sources_m=((2.0, 1.5, 1.2),))
    reach_m = 30.0
    order = order_for(group.scene.room.size_m, reach_m)

    def images(order: int) -> int:
        room = reference._shoebox(group, order)
        room.add_microphone(group.scene.receiver.position_m)
        room.image_source_model()
        return reference._nearest_first(room, room.sources[0], reach_m)[1].size

    assert images(order) == images(order + 12)
    assert images(order) > images(order // 2)
    volume = np.prod(group.scene.room.size_m)
    assert images(order) == pytest.approx(4.0 / 3.0 * np.pi * reach_m**3 / volume, rel=0.05)


def test_one_rir_per_placement_in_order():
    near, far = (2.6, 1.9, 1.4), (4.2, 3.3, 2.1)
    both = box(absorption=flat(0.5), sources_m=(near, far), yaw_deg=-70.0)
    rirs = reference.simulate_rirs([both, replace(both, group_id="again")])
    assert [(r.group_id, r.placement_id) for r in rirs] == [
        ("box", "p0"),
        ("box", "p1"),
        ("again", "p0"),
        ("again", "p1"),
    ]
    assert all(r.samples.shape[0] == 4 and r.samples.dtype == np.float32 for r in rirs)
    (alone,) = reference.simulate_rirs([box(absorption=flat(0.5), sources_m=(far,), yaw_deg=-70.0)])
    taps = min(alone.samples.shape[1], rirs[1].samples.shape[1])
    np.testing.assert_allclose(rirs[1].samples[:, :taps], alone.samples[:, :taps], atol=1e-6)


def test_early_is_the_beginning_of_the_whole():
    group = random_box(3, t30_s=(0.15, 0.2))
    (whole,) = reference.simulate_rirs([group])
    (early,) = reference.simulate_early([group], window_s=0.02)
    distance_m = seen_from(
        group.scene.receiver.position_m, 0.0, group.scene.placements[0].position_m
    )[2]
    # Zero-phase octave filters let later images ring into the window by some milliseconds.
    end = int((distance_m / 343.0 + 0.01) * 16_000)
    error = np.square(whole.samples[:, :end] - early.samples[:, :end]).sum()
    assert error < 1e-4 * np.square(whole.samples[:, :end]).sum()


def test_the_same_bits_every_time():
    group = random_box(5, t30_s=(0.15, 0.2))
    first, second = (reference.simulate_rirs([group])[0].samples for _ in range(2))
    assert np.array_equal(first, second)


def test_the_decay_falls_by_more_than_45_db():
    (rir,) = reference.simulate_rirs([random_box(2, t30_s=(0.2, 0.25))])
    power = np.square(rir.samples[0], dtype=np.float64)
    left = np.cumsum(power[::-1])[::-1]
    assert 10.0 * np.log10(left[-len(left) // 20] / left[0]) < -45.0


def test_no_offset_is_left():
    (rir,) = reference.simulate_rirs([box(absorption=flat(0.5))])
    gain = abs(np.fft.rfft(rir.samples[0], 1 << 16))
    assert gain[0] < 1e-2 * gain.max()


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        ("scattering-unsupported", box(scattering=0.2)),
        ("too-many-images", box(absorption=flat(0.01))),
        ("outside-room", box(sources_m=((9.0, 1.0, 1.0),))),
        ("outside-room", box(receiver_m=(2.0, 4.0, 1.0))),
    ],
)
def test_refuses_by_name(reason, group):
    with pytest.raises(SimulationError) as caught:
        reference.simulate_rirs([group])
    assert caught.value.reason == reason


def test_refuses_other_receivers_and_devices():
    group = box()
    binaural = replace(group.scene.receiver, kind="binaural")
    with pytest.raises(SimulationError, match="binaural"):
        reference.simulate_rirs([replace(group, scene=replace(group.scene, receiver=binaural))])
    with pytest.raises(ConfigError, match="cuda"):
        reference.simulate_rirs([group], device="cuda")


def test_uneven_walls_are_told_apart():
    """Each wall in turn swallows all but a thousandth: only its own image must fade."""
    group = box(size_m=(6.0, 5.0, 4.0), receiver_m=(3.1, 2.4, 1.9), sources_m=((2.2, 3.1, 2.3),))
    for wall in range(6):
        dead = tuple((0.999,) * 8 if w == wall else bands for w, bands in enumerate(flat(0.1)))
        room = reference._shoebox(
            replace(
                group, scene=replace(group.scene, room=replace(group.scene.room, absorption=dead))
            ),
            1,
        )
        room.add_microphone(group.scene.receiver.position_m)
        room.image_source_model()
        source = room.sources[0]
        axis, side = divmod(wall, 2)
        wanted = np.array(group.scene.placements[0].position_m)
        wanted[axis] = 2.0 * side * group.scene.room.size_m[axis] - wanted[axis]
        at = np.argmin(np.linalg.norm(source.images - wanted[:, None], axis=0))
        assert np.linalg.norm(source.images[:, at] - wanted) < 1e-5
        assert np.all(source.damping[:, at] < 0.04), wall
        assert np.sum(np.all(source.damping < 0.04, axis=0)) == 1, wall
