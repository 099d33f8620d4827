from dataclasses import replace

import numpy as np
import pytest

from elsa_data.acoustics import clarity, engine, octave, reference
from elsa_data.acoustics.measure import EARLY_WINDOW_S, Rendered, measure, measure_all
from elsa_data.acoustics.truth import truth_of
from elsa_data.errors import MeasurementError
from elsa_data.geometry import rotate_yaw, seen_from
from elsa_data.records import Group, Rir
from elsa_data.rooms import analytic_t30, t30_mid
from tests.acoustics.box_scenes import box, flat, random_box

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def group() -> Group:
    return box(t30_s=0.25, yaw_deg=40.0)


@pytest.fixture(scope="module")
def rendered(group) -> tuple[Rir, Rir, Rir]:
    return render(group)


def render(group: Group) -> tuple[Rir, Rir, Rir]:
    """Return the RIR, its direct sound and its early part."""
    (rir,) = reference.simulate_rirs([group])
    (direct,) = reference.simulate_early([group], window_s=0.0)
    (early,) = reference.simulate_early([group], window_s=EARLY_WINDOW_S)
    return rir, direct, early


def changed(rir: Rir, samples: np.ndarray) -> Rir:
    return replace(rir, samples=samples.astype(np.float32))


def reason(group: Group, rir: Rir, direct: Rir, early: Rir) -> str:
    with pytest.raises(MeasurementError) as caught:
        measure(rir, direct, early, group)
    return caught.value.reason


def test_measures_a_rendered_room(group, rendered):
    got = measure(*rendered, group)
    room, receiver = group.scene.room, group.scene.receiver
    seen = seen_from(receiver.position_m, receiver.yaw_deg, group.scene.placements[0].position_m)
    assert (got.azimuth_deg, got.elevation_deg) == pytest.approx(seen[:2], abs=1e-3)
    assert got.distance_m == pytest.approx(seen[2])
    assert got.doa_error_deg < 0.1
    expected = analytic_t30(room.size_m, room.absorption, room.scattering)
    assert got.t30_mid_s == pytest.approx(t30_mid(expected), rel=0.25)
    assert got.t30_mid_s == pytest.approx((got.t30_s[2] + got.t30_s[3]) / 2.0)
    assert got.t30_s[6:] == (None, None)
    assert "t30_s 16000 Hz: beyond-nyquist" in got.notes
    assert len(got.notes) == got.t30_s.count(None)
    assert 0.05 < got.edt_s < 0.4
    assert 5.0 < got.c50_db < 35.0
    assert -10.0 < got.drr_db < 10.0


def test_the_full_band_t30_agrees_with_pyroomacoustics(group, rendered):
    pra = reference.pra
    theirs = pra.experimental.measure_rt60(rendered[0].samples[0], fs=RATE_HZ, decay_db=30)
    assert measure(*rendered, group).t30_full_s == pytest.approx(theirs, rel=0.05)


def test_measures_are_the_same_alone_and_together():
    rates_hz = (8000, 16_000, 48_000)
    groups = [random_box(seed, sample_rate_hz=rates_hz[seed % 3]) for seed in range(24)]
    rendered = list(
        map(
            Rendered,
            engine.simulate_rirs(groups),
            engine.simulate_early(groups, window_s=0.0),
            engine.simulate_early(groups, window_s=EARLY_WINDOW_S),
            groups,
        )
    )
    together = measure_all(rendered)
    for seed, (each, measured) in enumerate(zip(rendered, together, strict=True)):
        assert measure(*each) == measured, seed


@pytest.mark.parametrize("seed", range(3))
def test_random_rooms_measure_near_their_target(seed):
    group = random_box(seed, t30_s=(0.15, 0.25))
    got = measure(*render(group), group)
    assert got.t30_mid_s == pytest.approx(group.scene.room.target_t30_s, rel=0.3), seed
    assert got.doa_error_deg < 0.5, seed


def test_a_response_cut_in_time_is_refused(group, rendered):
    rir, direct, early = rendered
    assert reason(group, changed(rir, rir.samples[:, :1800]), direct, early) == "decay-truncated"


def test_an_image_sum_cut_by_its_order_is_refused():
    group = box(absorption=flat(0.12), sample_rate_hz=RATE_HZ)
    _, direct, early = _early_only(group)
    room = reference._shoebox(group, 9)
    room.add_microphone(group.scene.receiver.position_m)
    room.image_source_model()
    reference._add_figure_eights(room, group.scene.receiver)
    everything = np.full(8, np.inf)
    audio = reference._image_sum(room, room.sources[0], everything, 9000)
    rir = replace(direct, samples=reference._high_passed(audio, RATE_HZ))
    assert reason(group, rir, direct, early) == "decay-truncated"


def _early_only(group: Group) -> tuple[None, Rir, Rir]:
    (direct,) = reference.simulate_early([group], window_s=0.0)
    (early,) = reference.simulate_early([group], window_s=EARLY_WINDOW_S)
    return None, direct, early


@pytest.mark.parametrize("order", [(0, 3, 2, 1), (0, 2, 1, 3), (0, 1, 3, 2)])
def test_swapped_channels_are_refused(group, rendered, order):
    swapped = [changed(r, r.samples[list(order)]) for r in rendered]
    assert reason(group, *swapped) == "doa-mismatch"


@pytest.mark.parametrize("channel", [1, 2, 3])
def test_a_mirrored_channel_of_the_whole_rir_is_refused(group, rendered, channel):
    rir, direct, early = rendered
    signs = np.ones((4, 1))
    signs[channel] = -1.0
    assert reason(group, changed(rir, signs * rir.samples), direct, early) == "doa-mismatch"


def test_a_receiver_turned_by_a_hundredth_of_a_degree_is_refused(group, rendered):
    receiver = replace(group.scene.receiver, yaw_deg=group.scene.receiver.yaw_deg + 0.01)
    turned = replace(group, scene=replace(group.scene, receiver=receiver))
    assert reason(turned, *rendered) == "doa-mismatch"


def test_an_rir_turned_by_a_degree_is_refused(group, rendered):
    rir, direct, early = rendered
    w, y, z, x = rir.samples.astype(np.float64)
    x, y, z = (np.stack([x, y, z]).T @ np.array([rotate_yaw(a, 1.0) for a in np.eye(3)])).T
    assert reason(group, changed(rir, np.stack([w, y, z, x])), direct, early) == "doa-mismatch"


def test_nonsense_is_refused(group, rendered):
    rir, direct, early = rendered
    broken = rir.samples.copy()
    broken[2, 77] = np.nan
    assert reason(group, changed(rir, broken), direct, early) == "not-finite"
    assert reason(group, changed(rir, 0.0 * rir.samples), direct, early) == "silent-rir"


def test_a_reflection_within_the_window_is_flagged():
    near_wall = box(sources_m=((3.3, 0.35, 1.4),), receiver_m=(2.1, 0.4, 1.4))
    mid_room = box(size_m=(9.0, 8.0, 5.0), sources_m=((4.5, 4.0, 2.5),), receiver_m=(4.0, 4.0, 2.5))
    assert truth_of(near_wall, "p0").overlap
    assert not truth_of(mid_room, "p0").overlap


def test_a_dead_room_has_no_reverberant_share(group, rendered):
    _, direct, _ = rendered
    w = direct.samples[0]
    assert clarity.drr_db(w, w) is None
    assert clarity.drr_db(w + 0.0, 0.5 * w) == pytest.approx(0.0, abs=1e-5)


def test_c50_parts_at_50_ms_after_the_arrival():
    samples = np.zeros(8000)
    arrival = 1000
    for delay_s, amplitude in ((0.0, 1.0), (0.0495, 1.0), (0.0505, 0.5)):
        samples[arrival + round(delay_s * RATE_HZ)] += amplitude
    early = clarity.early_part(samples, RATE_HZ, arrival / RATE_HZ)
    part, whole = octave.spectra([early, samples], RATE_HZ)
    # The early impulses interfere within an octave, but hardly in the mean over two of them.
    assert clarity.c50_db(part, whole) == pytest.approx(10.0 * np.log10(2.0 / 0.25), abs=0.5)
    assert clarity.c50_db(part, part) is None
