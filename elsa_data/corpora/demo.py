"""A small corpus made from code: no download, no licence to ask for, the same bytes each time."""

import csv
import io
import json
from pathlib import Path
from typing import Final

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from elsa_data.corpora.demo_words import KINDS, Kind
from elsa_data.seeding import rng_for

CORPUS: Final = "demo"

SPLIT_PATTERN: Final = ("train", "validation", "test", "train", "train", "train", "train")
"""Prime to the number of kinds, so that every kind meets every split."""

RATES_HZ: Final = (48_000, 44_100, 22_050, 16_000)

DURATION_S: Final = (1.5, 6.0)

PEAK: Final = (0.25, 0.9)

FLOOR: Final = 1.5e-4
"""Noise of the microphone that was never there, 76 dB below the peak."""

_WAV, _FLAC, _OGG = ("wav", "PCM_16"), ("flac", "PCM_16"), ("ogg", "VORBIS")
_ENCODINGS: Final = (_WAV, _FLAC, _OGG)

_HEADER: Final = (
    "clip_id",
    "path",
    "captions",
    "split",
    "labels",
    "licence",
    "attribution",
    "source_id",
    "corpus",
)


def write_demo(folder: Path, *, seed: int, clips: int) -> Path:
    """Return the manifest of a corpus written into ``folder``: ``manifest.csv`` beside ``audio/``.

    Clip k depends on (seed, k) alone, so a longer demo begins with a shorter one. Kinds of sound
    take turns, and so do splits, encodings, sample rates and channel counts.

    Raises:
        ValueError: fewer than one clip.
    """
    if clips < 1:
        raise ValueError(f"got {clips} clips, wanted 1 or more")
    audio = folder / "audio"
    audio.mkdir(parents=True, exist_ok=True)
    manifest = folder / "manifest.csv"
    with manifest.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADER)
        for index in range(clips):
            writer.writerow(_write_clip(audio, seed, index))
    return manifest


def _write_clip(audio: Path, seed: int, index: int) -> tuple[str, ...]:
    kind = KINDS[index % len(KINDS)]
    lap = index // len(KINDS)
    rng = rng_for(seed, "demo", index)
    extension, subtype = _ENCODINGS[(index + lap) % len(_ENCODINGS)]
    rate = RATES_HZ[(index + lap) % len(RATES_HZ)]
    samples = _sound(kind, rng, rate, channels=1 + ((index + lap) % 5 == 3))
    clip_id = f"{CORPUS}-{index:05d}"
    name = f"{clip_id}.{extension}"
    (audio / name).write_bytes(_encoded(samples, rate, extension, subtype, index + 1))
    count = int(rng.integers(2, min(5, len(kind.captions)) + 1))
    captions = [str(text) for text in rng.permutation(np.array(kind.captions))[:count]]
    split = SPLIT_PATTERN[index % len(SPLIT_PATTERN)]
    source = f"{CORPUS}:{seed}/{index}"
    texts = json.dumps(captions)
    return (clip_id, f"audio/{name}", texts, split, kind.label, "CC0-1.0", "", source, CORPUS)


def _sound(
    kind: Kind, rng: np.random.Generator, rate: int, *, channels: int
) -> NDArray[np.float32]:
    """Return one clip (n, channels): its second channel is a little softer than its first."""
    made = kind.make(rng, rate, float(rng.uniform(*DURATION_S)))
    floor = FLOOR * rng.standard_normal(len(made))
    scaled = (made / np.max(np.abs(made)) + floor) * rng.uniform(*PEAK)
    gains = np.array([1.0, 0.8])[:channels]
    return (scaled[:, None] * gains).astype(np.float32)


def _encoded(
    samples: NDArray[np.float32], rate: int, extension: str, subtype: str, serial: int
) -> bytes:
    buffer = io.BytesIO()
    sf.write(buffer, samples, rate, format=extension.upper(), subtype=subtype)
    data = buffer.getvalue()
    return _with_serial(data, serial) if extension == "ogg" else data


def _with_serial(data: bytes, serial: int) -> bytes:
    """Return an Ogg stream under another serial number: the encoder draws one from the clock.

    Source: RFC 3533, section 6: serial at byte 14 of a page, checksum at 22, segments at 26.
    """
    pages, at = bytearray(data), 0
    while at < len(pages):
        segments = pages[at + 26]
        end = at + 27 + segments + sum(pages[at + 27 : at + 27 + segments])
        pages[at + 14 : at + 18] = serial.to_bytes(4, "little")
        pages[at + 22 : at + 26] = bytes(4)
        pages[at + 22 : at + 26] = _ogg_checksum(pages[at:end]).to_bytes(4, "little")
        at = end
    return bytes(pages)


def _ogg_checksum(page: bytearray) -> int:
    register = 0
    for byte in page:
        register = ((register << 8) & 0xFFFF_FFFF) ^ _CHECKSUMS[(register >> 24) ^ byte]
    return register


def _checksum_of(byte: int) -> int:
    register = byte << 24
    for _ in range(8):
        carry = 0x04C1_1DB7 if register & 0x8000_0000 else 0
        register = ((register << 1) & 0xFFFF_FFFF) ^ carry
    return register


_CHECKSUMS: Final = tuple(_checksum_of(byte) for byte in range(256))
