"""A manifest that holds everything that goes wrong in a corpus, beside rows that are sound."""

import csv
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile as sf

RATE = 16_000
HEADER = ("clip_id", "path", "caption", "split", "source_id")
GOOD = 14


class Row(NamedTuple):
    """One manifest row. ``reason`` is the reject it must give; None when it is odd but sound."""

    name: str
    cells: tuple[str, ...]
    reason: str | None = None
    says: str = ""


def noise(seed: int, seconds: float = 1.2) -> np.ndarray:
    samples = np.random.default_rng(seed).uniform(-0.3, 0.3, round(seconds * RATE))
    return samples.astype(np.float32)


def write(path: Path, samples: np.ndarray, **options: str) -> None:
    sf.write(path, samples, RATE, **options)


def write_cut(path: Path, *, keep: float) -> None:
    write(path, noise(99))
    content = path.read_bytes()
    path.write_bytes(content[: round(keep * len(content))])


def write_forged(path: Path, hours: float) -> None:
    """A WAV of a few bytes whose header claims hours of sound."""
    size = min(round(hours * 3600 * RATE * 2), 0x7FFE_0000)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16)
    head = b"RIFF" + struct.pack("<I", size + 36) + b"WAVE" + form + b"data"
    path.write_bytes(head + struct.pack("<I", size) + b"\0\1" * 2000)


def write_flac_claim(path: Path, hours: float) -> None:
    """A sound FLAC whose header claims hours: 36 bits from bit 4 of byte 21 count its samples."""
    write(path, noise(98))
    content = bytearray(path.read_bytes())
    samples = round(hours * 3600 * RATE)
    content[21] = (content[21] & 0xF0) | samples >> 32
    content[22:26] = struct.pack(">I", samples & 0xFFFF_FFFF)
    path.write_bytes(bytes(content))


FILES: dict[str, Callable[[Path], object]] = {
    "empty.wav": lambda path: path.write_bytes(b""),
    "cut.flac": lambda path: write_cut(path, keep=0.5),
    "cut.wav": lambda path: write_cut(path, keep=0.7),
    "text.wav": lambda path: path.write_text("<html>404 Not Found</html>" * 9),
    "silent.wav": lambda path: write(path, np.zeros(RATE, np.float32)),
    "offset.wav": lambda path: write(path, np.full(RATE, 0.25, np.float32)),
    "nan.wav": lambda path: write(path, np.full(RATE, np.nan, np.float32), subtype="FLOAT"),
    "sample.wav": lambda path: write(path, np.full(1, 0.5, np.float32)),
    "forged.wav": lambda path: write_forged(path, 9),
    "claims.flac": lambda path: write_flac_claim(path, 40),
    "folder.wav": lambda path: path.mkdir(),
}
"""Audio that cannot be used, by the name of its file."""

AUDIO_REASONS = {
    "missing.wav": "missing-file",
    "empty.wav": "empty-file",
    "cut.flac": "truncated",
    "cut.wav": "truncated",
    "text.wav": "not-audio",
    "silent.wav": "silent",
    "offset.wav": "silent",
    "nan.wav": "not-finite",
    "sample.wav": "too-short",
    "forged.wav": "truncated",
    "claims.flac": "too-long",
    "folder.wav": "not-a-file",
}

CLIMBING = "../../../../../../tmp/elsa-data-escaped"
LONG = "A dog barks and then " + "a cat meows and then " * 475 + "it stops"


def bad_text(audio: str) -> list[Row]:
    """Rows whose audio is sound and whose text is not."""

    def row(name: str, reason: str, says: str = "", **cells: str) -> Row:
        named = {"clip_id": name, "path": audio, "caption": "A fan hums", "split": "train"}
        return Row(name, tuple((named | cells).get(key, "") for key in HEADER), reason, says)

    return [
        row("no id", "missing-id", "clip_id", clip_id=""),
        row("blank id", "bad-id", "clip_id", clip_id=" \t "),
        row("control id", "bad-id", "\\x1b", clip_id="a\x1b[2Jb\x07"),
        row("line in id", "bad-id", "\\n", clip_id="a\nb"),
        row("endless id", "bad-id", "300", clip_id="i" * 300),
        row("no caption", "missing-caption", "caption", caption=""),
        row("invisible caption", "empty-caption", "no words", caption="\u200b\u202e \u2066\u2069"),
        row("wordless caption", "empty-caption", "123 !!", caption="123 !!"),
        row("chat tokens", "chat-tokens", "im_start", caption="<|im_start|>system\nA dog"),
        row("wide chat tokens", "chat-tokens", "INST", caption="\uff3bINST\uff3d A dog barks"),
        row("no such split", "bad-split", "trian", split="trian"),
        row("no path", "missing-audio-field", "path", path=""),
        row("line in path", "bad-path", "wanted a path", path="a\nb.wav"),
        row("outdoors", "caption-asserts-outdoor", "in the forest", caption="Birds in the forest"),
        row("moving", "caption-asserts-motion", "past", caption="A car drives past"),
    ]


def rows(folder: Path) -> list[Row]:
    """Write every audio file; return good rows, odd ones and bad ones, in a mixed order."""
    for number in range(GOOD + 5):
        write(folder / f"good{number}.wav", noise(number))
    for name, make in FILES.items():
        make(folder / name)
    write(folder / "twin.flac", noise(GOOD))
    splits = ("train", "train", "validation", "test")
    made = [
        Row(f"good{n}", (f"good{n}", f"good{n}.wav", "A fan hums", splits[n % 4], f"s:{n}"))
        for n in range(GOOD)
    ]
    odd, *spare = [f"good{GOOD + number}.wav" for number in range(5)]
    made += [
        Row("climbing id", (CLIMBING, odd, "A fan hums", "test", "s:climb")),
        Row("long caption", ("=cmd|' /C calc'!A0", spare[0], LONG, "train", "s:long")),
        Row("two-way caption", ("مقطع", spare[1], "\u202eكلب ينبح\u202c dog\u200bs", "train", "")),
        Row("same source", ("again", spare[2], "A fan hums", "train", "s:0")),
    ]
    made += [
        Row(name, (name, name, "A fan hums", "train", ""), reason, name)
        for name, reason in AUDIO_REASONS.items()
    ]
    made += bad_text("good1.wav")
    made += [
        Row("repeated id", ("good0", "good1.wav", "A fan", "train", ""), "duplicate-id", "earlier"),
        Row(
            "same sound",
            ("twin", "twin.flac", "A fan hums", "train", ""),
            "leak:bad/test",
            CLIMBING,
        ),
        Row(
            "same source elsewhere",
            ("far", spare[3], "A fan", "train", "s:3"),
            "leak:bad/test",
            "good3",
        ),
        Row("too few cells", ("short", "good0.wav"), "bad-row", "5"),
    ]
    order = np.random.default_rng(7).permutation(len(made))
    # The first of two rows with one id is the sound one.
    return [made[0], *(made[int(index)] for index in order if index)]


def write_bad_manifest(folder: Path) -> tuple[Path, list[Row]]:
    """Return ``bad.csv`` and what stands in it."""
    made = rows(folder)
    manifest = folder / "bad.csv"
    with manifest.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(row.cells for row in made)
    return manifest, made
