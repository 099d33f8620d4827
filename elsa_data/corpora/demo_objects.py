"""Machines, bells and doors, made from nothing but arithmetic.

Each function returns (n,) float64 samples of any peak: about ``seconds`` of its sound at
``rate`` hertz, every pitch, tempo and count drawn from the generator, so that no two are alike.
"""

import numpy as np
from scipy.signal import lfilter

from elsa_data.corpora.demo_synth import (
    Rng,
    Signal,
    band,
    every,
    harmonics,
    place,
    ring,
    swell,
    swept,
    time_s,
)


def clock_ticking(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return tick and tock: two dry wooden clicks in an even rhythm."""
    out, gap = np.zeros(round(rate * seconds)), rng.uniform(0.4, 0.6)
    pitches = rng.uniform(1900.0, 2500.0), rng.uniform(1300.0, 1700.0)
    for k, at in enumerate(np.arange(0.05, seconds - 0.1, gap)):
        strike = np.zeros(round(0.06 * rate))
        strike[:3] = 1.0
        click = ring(strike, rate, pitches[k % 2], 0.02) + ring(strike, rate, 5200.0, 0.008)
        place(out, click, round(float(at) * rate))
    return out


def typing(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return key strokes: bursts of clattering noise in an uneven rhythm."""
    out = np.zeros(round(rate * seconds))
    for at in every(rng, seconds, rng.uniform(0.11, 0.17), 0.7):
        t = time_s(rate, 0.05)
        stroke = band(rng.standard_normal(len(t)), rate, 1500.0, 7000.0) * np.exp(-t / 0.006)
        thump = np.sin(2.0 * np.pi * rng.uniform(180.0, 260.0) * t) * np.exp(-t / 0.012)
        place(out, (stroke + 0.4 * thump) * rng.uniform(0.4, 1.0), round(at * rate))
    return out


def door_knock(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return groups of three or four knocks on a board with a few low modes."""
    out, modes = (
        np.zeros(round(rate * seconds)),
        rng.uniform(150.0, 260.0) * np.array([1.0, 2.3, 3.9]),
    )
    for start in every(rng, seconds, rng.uniform(1.3, 1.7), 0.1):
        for k in range(int(rng.integers(3, 5))):
            hit = np.zeros(round(0.2 * rate))
            hit[: rate // 1500] = 1.0
            knock = sum(
                (ring(hit, rate, float(hz), 0.09 / (j + 1)) for j, hz in enumerate(modes)),
                0.0 * hit,
            )
            place(out, knock * rng.uniform(0.8, 1.0), round((start + 0.19 * k) * rate))
    return out


def door_slam(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return one slam: a heavy thud, a rattle of the lock, nothing more."""
    t = time_s(rate, min(seconds, 1.6))
    thud = band(rng.standard_normal(len(t)), rate, 40.0, rng.uniform(200.0, 320.0)) * np.exp(
        -t / 0.12
    )
    slap = band(rng.standard_normal(len(t)), rate, 600.0, 4000.0) * np.exp(-t / 0.03)
    lock = np.zeros(len(t))
    for at in rng.uniform(0.08, 0.25, 4):
        lock[round(float(at) * rate)] = 1.0
    return 2.0 * thud + 0.8 * slap + 8.0 * ring(lock, rate, rng.uniform(2500.0, 3500.0), 0.05)


def siren(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return a wail: a reedy tone that climbs and falls between 600 and 1400 Hz."""
    t = time_s(rate, seconds)
    turn = 0.5 - 0.5 * np.cos(2.0 * np.pi * rng.uniform(0.3, 0.6) * t + rng.uniform(0.0, 3.0))
    phase = swept(rng.uniform(550.0, 700.0) + rng.uniform(600.0, 800.0) * turn, rate)
    return harmonics(phase, [1.0, 0.5, 0.4, 0.2, 0.15])


def train_horn(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return blasts of a chord of five reeds, each with a little noise in its throat."""
    out, root = np.zeros(round(rate * seconds)), rng.uniform(230.0, 290.0)
    for start in every(rng, seconds, 2.1, 0.1):
        t = time_s(rate, rng.uniform(1.0, 1.5))
        blast = 0.1 * rng.standard_normal(len(t))
        for ratio in (1.0, 1.189, 1.498, 1.782, 2.0):
            phase = 2.0 * np.pi * root * ratio * rng.uniform(0.997, 1.003) * t
            blast = blast + harmonics(phase, [1.0, 0.7, 0.5, 0.35, 0.25, 0.15])
        place(out, blast * swell(len(t), 0.08, 0.12), round(start * rate))
    return out


def engine_idle(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return an idling engine: uneven firing pulses into an exhaust, and some hiss."""
    count, out = round(rate * seconds), np.zeros(round(rate * seconds))
    firing = rng.uniform(22.0, 34.0)
    times = np.cumsum(rng.normal(1.0, 0.05, int(firing * seconds))) / firing
    index = np.minimum((times * rate).astype(int), count - 1)
    out[index] = rng.uniform(0.7, 1.0, len(index)) * np.where(
        np.arange(len(index)) % 4 == 0, 1.3, 1.0
    )
    body = sum((ring(out, rate, hz, 0.09) for hz in (70.0, 135.0, 290.0)), np.zeros(count))
    hiss = band(rng.standard_normal(count), rate, 200.0, 1200.0)
    return body * 10.0 + 0.02 * hiss


def phone_ring(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return an electronic phone: two tones that alternate fast, in bursts."""
    t, low = time_s(rate, seconds), rng.uniform(900.0, 1200.0)
    warble = np.where((t * rng.uniform(16.0, 22.0)) % 1.0 < 0.5, low, low * 1.25)
    cycle = rng.uniform(1.3, 1.8)
    on = (t % cycle) < 0.6 * cycle
    tone = harmonics(
        swept(warble, rate), [1.0, 0.0, rng.uniform(0.1, 0.6), 0.0, rng.uniform(0.05, 0.4)]
    )
    return tone * lfilter([0.01], [1.0, -0.99], on.astype(np.float64))


def bell_toll(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return a cast bell: the partials of hum, prime, tierce, quint and nominal, struck slowly."""
    out, prime = np.zeros(round(rate * seconds)), rng.uniform(330.0, 480.0)
    for start in every(rng, seconds, rng.uniform(1.4, 2.0), 0.02):
        t = time_s(rate, seconds)
        bell = np.zeros(len(t))
        for ratio, weight, decay_s in (
            (0.5, 0.6, 1.3), (1.0, 0.8, 0.9), (1.19, 0.7, 0.7), (1.5, 0.4, 0.5),
            (2.0, 1.0, 0.6), (2.66, 0.4, 0.3), (3.0, 0.3, 0.25), (4.1, 0.25, 0.15),
        ):  # fmt: skip
            bell += weight * np.sin(2.0 * np.pi * prime * ratio * t) * np.exp(-t / decay_s)
        place(out, bell, round(start * rate))
    return out


def vacuum_cleaner(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return a vacuum cleaner: a motor's whine over broad rushing air."""
    t, motor = time_s(rate, seconds), rng.uniform(380.0, 560.0)
    air = band(rng.standard_normal(len(t)), rate, 300.0, 6000.0)
    start = np.minimum(1.0, 0.6 + t / 0.5)
    phase = swept(motor * start * (1.0 + 0.004 * np.sin(2.0 * np.pi * 3.0 * t)), rate)
    return 0.5 * air * start + 0.6 * harmonics(phase, [1.0, 0.6, 0.2, 0.3])
