"""Animals, weather and people, made from nothing but arithmetic.

Each function returns (n,) float64 samples of any peak: about ``seconds`` of its sound at
``rate`` hertz, every pitch, tempo and count drawn from the generator, so that no two are alike.
"""

import numpy as np
from scipy.signal import lfilter, oaconvolve

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


def dog_bark(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return barks: a rough voice that jumps up and drops, through two throat resonances."""
    out, voice = np.zeros(round(rate * seconds)), rng.uniform(280.0, 520.0)
    for at in every(rng, seconds, rng.uniform(0.45, 0.8), 0.35):
        t = time_s(rate, rng.uniform(0.14, 0.22))
        u = t / t[-1]
        phase = swept(voice * (1.0 + 0.7 * np.sin(np.pi * u**0.6)), rate)
        bark = np.tanh(3.0 * harmonics(phase, [1.0, 0.8, 0.6, 0.5, 0.3, 0.2]))
        bark += 0.5 * rng.standard_normal(len(t))
        bark = band(bark, rate, 400.0, 2600.0) * np.sin(np.pi * u**0.5) ** 2
        place(out, bark * rng.uniform(0.7, 1.0), round(at * rate))
    return out


def cat_meow(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return meows: a long voice that rises and sinks while its mouth opens and closes."""
    out, voice = np.zeros(round(rate * seconds)), rng.uniform(420.0, 640.0)
    vowel = [float(w) for w in (0.7, 1.0, 0.9, 0.5, 0.35, 0.2) * rng.uniform(0.4, 1.6, 6)]
    for at in every(rng, seconds, rng.uniform(1.2, 1.7), 0.2):
        t = time_s(rate, rng.uniform(0.6, 0.95))
        u = t / t[-1]
        shape = 1.0 + 0.35 * np.sin(np.pi * u**0.8) - 0.15 * u
        phase = swept(voice * shape * (1.0 + 0.01 * np.sin(2 * np.pi * 6.0 * t)), rate)
        closed = harmonics(phase, [1.0, 0.25, 0.08])
        opened = harmonics(phase, vowel)
        mouth = np.sin(np.pi * np.clip(u * 1.15, 0.0, 1.0)) ** 2
        place(
            out,
            (closed * (1 - mouth) + opened * mouth) * swell(len(t), 0.12, 0.35),
            round(at * rate),
        )
    return out


def bird_chirp(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return bursts of short whistles that sweep between 2.5 and 6 kHz."""
    out, low = np.zeros(round(rate * seconds)), rng.uniform(2400.0, 3400.0)
    for start in every(rng, seconds, rng.uniform(0.6, 1.0), 0.4):
        for k in range(int(rng.integers(2, 6))):
            t = time_s(rate, rng.uniform(0.05, 0.09))
            u = t / t[-1]
            sweep = low + rng.uniform(600.0, 2200.0) * (u if rng.random() < 0.5 else 1.0 - u)
            place(
                out,
                np.sin(swept(sweep, rate)) * np.sin(np.pi * u),
                round((start + 0.11 * k) * rate),
            )
    return out


def crickets(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return two crickets: steady tones near 4.5 kHz, cut into trains of three pulses."""
    t, out = time_s(rate, seconds), np.zeros(round(rate * seconds))
    for _ in range(2):
        tone = np.sin(2.0 * np.pi * rng.uniform(4100.0, 5000.0) * t)
        train, pulse = rng.uniform(1.6, 2.4), rng.uniform(26.0, 32.0)
        phase = t * train + rng.random()
        pulses = np.clip(np.sin(2.0 * np.pi * pulse * t), 0.0, None) ** 0.5
        out += rng.uniform(0.5, 1.0) * tone * pulses * (phase % 1.0 < 3.0 * train / pulse * 1.0)
    return out + 0.002 * rng.standard_normal(len(t))


def rain(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return a bright hiss with thousands of faint drops in it."""
    count = round(rate * seconds)
    hiss = band(rng.standard_normal(count), rate, rng.uniform(800.0, 1500.0), 12000.0)
    drops = (rng.random(count) < 250.0 / rate) * rng.exponential(1.0, count)
    return 0.12 * hiss + 4.0 * ring(drops, rate, rng.uniform(3000.0, 5000.0), 0.003)


def thunder(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return claps of low noise that crack once and roll away."""
    count = round(rate * seconds)
    t, noise = time_s(rate, seconds), rng.standard_normal(count)
    roll = np.interp(t, np.linspace(0, seconds, 24), rng.uniform(0.2, 1.0, 24))
    low = band(noise, rate, 25.0, rng.uniform(110.0, 180.0)) * roll
    envelope = np.minimum(t / 0.15, 1.0) * np.exp(-2.2 * t / seconds)
    crack = band(rng.standard_normal(count), rate, 150.0, 1800.0) * np.exp(-t / 0.12)
    return 3.0 * low * envelope + 0.5 * crack


def water_drops(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return drips: each a bubble, a sine whose pitch rises as it rings out."""
    out = np.zeros(round(rate * seconds))
    for at in every(rng, seconds, rng.uniform(0.35, 0.7), 0.4):
        t, hz = time_s(rate, 0.12), rng.uniform(700.0, 1500.0)
        drip = np.sin(swept(hz * (1.0 + 6.0 * t), rate)) * np.exp(-t / 0.022)
        place(out, drip * np.minimum(t / 0.002, 1.0) * rng.uniform(0.5, 1.0), round(at * rate))
    return out


def footsteps(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return steps: a heel's thud, and the scrape of the sole right after it."""
    out, gap = np.zeros(round(rate * seconds)), rng.uniform(0.48, 0.62)
    for at in every(rng, seconds, gap, 0.06):
        t = time_s(rate, 0.2)
        heel = np.sin(swept(rng.uniform(95.0, 130.0) * np.exp(-3.0 * t), rate)) * np.exp(-t / 0.03)
        sole = band(rng.standard_normal(len(t)), rate, 500.0, 2500.0) * np.exp(
            -(((t - 0.07) / 0.025) ** 2)
        )
        place(out, heel + 0.35 * sole, round(at * rate))
    return out


def whistle(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return a person's whistling: a pure tone that glides through a few notes, with breath."""
    t, notes = time_s(rate, seconds), max(3, round(seconds / 0.45))
    scale = rng.uniform(900.0, 1200.0) * 2.0 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12]) / 12.0)
    steps = np.repeat(rng.choice(scale, notes), -(-len(t) // notes))[: len(t)]
    glide = (
        lfilter([1.0 - np.exp(-90.0 / rate)], [1.0, -np.exp(-90.0 / rate)], steps - steps[0])
        + steps[0]
    )
    tone = np.sin(swept(glide * (1.0 + 0.008 * np.sin(2.0 * np.pi * 5.5 * t)), rate))
    breath = band(rng.standard_normal(len(t)), rate, 1500.0, 5000.0)
    return tone * (0.8 + 0.2 * np.sin(2.0 * np.pi * 2.2 * t)) + 0.02 * breath


def applause(rng: Rng, rate: int, seconds: float) -> Signal:
    """Return clapping: hundreds of hand claps a second, each a short burst around 1.5 kHz."""
    count = round(rate * seconds)
    claps = (rng.random(count) < rng.uniform(90.0, 160.0) / rate) * rng.uniform(0.3, 1.0, count)
    grain = rng.standard_normal(round(0.03 * rate)) * np.exp(
        -np.arange(round(0.03 * rate)) / (0.006 * rate)
    )
    return band(oaconvolve(claps, grain)[:count], rate, 700.0, 3500.0) * swell(count, 0.15, 0.25)
