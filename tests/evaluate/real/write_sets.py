"""Writes small folders in the public formats of recorded sets; knows nothing of who reads them.

    python -m tests.evaluate.real.write_sets tut|starss|spatial-librispeech FOLDER

Every sound is a burst of noise with three echoes and a noisy room, put into spherical harmonics by
the formulas below. What a set should be read as is returned beside it.
"""

import math
import sys
from pathlib import Path

import numpy as np
import pandas
import soundfile

CHANNELS = "WYZX"


def harmonics(azimuth, elevation, root=1.0):
    """Gains of W, Y, Z, X for radians counter-clockwise and upward; root 3 ** 0.5 makes it N3D."""
    return {
        "W": 1.0,
        "Y": root * math.sin(azimuth) * math.cos(elevation),
        "Z": root * math.sin(elevation),
        "X": root * math.cos(azimuth) * math.cos(elevation),
    }


def encoded(rng, rate, seconds, azimuth_deg, elevation_deg, *, channels=CHANNELS, root=1.0):
    """(samples, 4) of noise from a direction, its echoes from others, and noise from everywhere."""
    samples = round(rate * seconds)
    spectrum = np.fft.rfft(rng.standard_normal(samples)) / (
        1 + np.fft.rfftfreq(samples, 1 / rate) / 800
    )
    dry = np.fft.irfft(spectrum, samples)
    dry *= 0.1 / np.sqrt(np.mean(dry**2))
    out = np.zeros((samples, 4))
    paths = [(azimuth_deg, elevation_deg, 0.0, 1.0)]
    paths += [
        (rng.uniform(-180, 180), rng.uniform(-60, 60), rng.uniform(0.003, 0.03), 0.3)
        for _ in range(3)
    ]
    for azimuth, elevation, delay, gain in paths:
        late = round(delay * rate)
        wave = np.concatenate([np.zeros(late), dry[: samples - late]]) * gain
        gains = harmonics(math.radians(azimuth), math.radians(elevation), root)
        out += np.outer(wave, [gains[name] for name in channels])
    room = {"W": 1.0, "Y": root / 3**0.5, "Z": root / 3**0.5, "X": root / 3**0.5}
    return out + 0.004 * rng.standard_normal((samples, 4)) * [room[name] for name in channels]


def somewhere(rng, grid=10):
    """A direction on a grid of so many degrees."""
    return int(rng.integers(-180 // grid, 180 // grid)) * grid, int(rng.integers(-4, 5)) * grid


def write_tut(folder, files=6, events=6, seed=1, *, channels=CHANNELS, root=1.0, turn=1):
    """Mixtures without overlap. Returns (file, from, to, azimuth, elevation, distance, class)."""
    rng, rate, truth = np.random.default_rng(seed), 44_100, []
    sounds, labels = folder / "wav_ov1_split1_30db", folder / "desc_ov1_split1"
    for path in (sounds, labels):
        path.mkdir(parents=True)
    for number in range(files):
        name = f"{'test' if number % 2 else 'train'}_{number}_desc_30_100"
        lines, pieces, now = ["sound_event_recording,start_time,end_time,ele,azi,dist"], [], 0.0
        for event in range(events):
            gap, seconds = 0.25, (0.5 if event == 1 else 1.25)
            azimuth, elevation = somewhere(rng)
            kind, distance = int(rng.choice([1, 3, 4, 5, 6, 7, 8, 9])), float(rng.integers(1, 3))
            pieces.append(0.001 * rng.standard_normal((round(gap * rate), 4)))
            pieces.append(
                encoded(rng, rate, seconds, azimuth, elevation, channels=channels, root=root)
            )
            recording = f"{1000 * number + event}-{kind}-0-{event}.wav"
            start, end = now + gap, now + gap + seconds
            lines.append(f"{recording},{start},{end},{elevation},{turn * azimuth},{distance}")
            if seconds >= 1:
                truth.append((name, start, end, azimuth, elevation, distance, kind))
            now = end
        soundfile.write(sounds / f"{name}.wav", np.concatenate(pieces), rate, subtype="PCM_16")
        (labels / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return truth


def write_starss(folder, files=6, seed=2, *, distance=True, channels=CHANNELS, scale=1.0):
    """Scenes of four acts. Returns (file, first frame, frame after the last, azimuth, elevation).

    A source stays for 2 s; walks for 1 s, too fast to be one piece; is joined by another for 1 s;
    and stays on alone for 1.5 s more.
    """
    rng, rate, truth = np.random.default_rng(seed), 24_000, []
    for number in range(files):
        fold, part = (3, "dev-train-sony") if number % 2 else (4, "dev-test-tau")
        name = f"fold{fold}_room{20 + number % 4}_mix{number:03}"
        sounds, labels = (folder / each / part for each in ("foa_dev", "metadata_dev"))
        for path in (sounds, labels):
            path.mkdir(parents=True, exist_ok=True)
        azimuth, elevation = somewhere(rng)
        acts = [(frame, azimuth, elevation) for frame in range(20)]
        acts += [(20 + step, azimuth + 8 * (step + 1), elevation) for step in range(10)]
        azimuth = azimuth + 88
        acts += [(frame, azimuth, elevation) for frame in range(30, 55)]
        out = np.zeros((6 * rate, 4))
        for frame, where, height in acts:
            piece = encoded(rng, rate, 0.1, where, height, channels=channels)
            out[frame * rate // 10 : (frame + 1) * rate // 10] = piece
        other = somewhere(rng)
        out[3 * rate : 4 * rate] += encoded(rng, rate, 1.0, *other, channels=channels)
        rows = [
            (frame, 1, 0, (where + 180) % 360 - 180, height, 150) for frame, where, height in acts
        ]
        rows += [(frame, 8, 0, *other, 320) for frame in range(30, 40)]
        lines = [
            ",".join(str(v * scale if 3 <= at < 5 else v) for at, v in enumerate(row))
            for row in sorted(rows)
        ]
        if not distance:
            lines = [line.rpartition(",")[0] for line in lines]
        soundfile.write(sounds / f"{name}.wav", out, rate, subtype="PCM_16")
        (labels / f"{name}.csv").write_text("\n".join(lines) + "\n")
        first, last = acts[0], acts[-1]
        truth += [(name, 0, 20, first[1], first[2]), (name, 40, 55, last[1], last[2])]
    return truth


def write_librispeech(folder, samples=40, seed=3, *, channels=CHANNELS, degrees=False, seconds=1.2):
    """Speech-like samples. Returns (sample, split, azimuth in degrees, elevation in degrees)."""
    rng, rate, rows, truth = np.random.default_rng(seed), 16_000, [], []
    (folder / "ambisonics").mkdir(parents=True)
    bands = [16 * 2 ** (k / 3) for k in range(33)]
    for number in range(samples):
        azimuth, elevation = rng.uniform(-180, 180), rng.uniform(-40, 40)
        split = "test" if number % 2 else "train"
        audio = encoded(rng, rate, seconds, azimuth, elevation, channels=channels)
        if number % 10 != 9:  # As when only a part was downloaded.
            path = folder / "ambisonics" / f"{number:06}.flac"
            soundfile.write(path, audio, rate, subtype="PCM_16")
            truth.append((number, split, azimuth, elevation))
        unit = 1.0 if degrees else math.pi / 180
        rows.append(
            {
                "sample_id": number,
                "split": split,
                "lite_version": True,
                "audio_info/duration": seconds,
                "speech/azimuth": azimuth * unit,
                "speech/elevation": elevation * unit,
                "speech/distance": rng.uniform(0.5, 4.0),
                "room/room_id": number // 2,
                "room/floor_area": rng.uniform(15.0, 200.0),
                "room/volume": 90.0,
                "acoustics/frequency_bins": np.array(bands),
                "acoustics/t30_ms": np.array([300.0 + 10 * k for k in range(33)]),
            }
        )
    pandas.DataFrame(rows).to_parquet(folder / "metadata.parquet")
    return truth


WRITERS = {"tut": write_tut, "starss": write_starss, "spatial-librispeech": write_librispeech}

if __name__ == "__main__":
    WRITERS[sys.argv[1]](Path(sys.argv[2]))
