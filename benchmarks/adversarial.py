"""The verifier's two rates on captions that were written to fool it.

    python benchmarks/adversarial.py

The unseen parts were written blind, and each was opened for its rates once the verifier stood;
``tests/captions/adversarial`` tells how.
"""

import gzip
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from elsa_data.captions.repair import repaired
from elsa_data.captions.verify import verdict
from elsa_data.config import load_vocabulary
from elsa_data.records import PartWords, SpatialAttributes

SETS = ROOT / "tests" / "captions" / "adversarial"
VOCABULARY = load_vocabulary("attributes.elsa.v1")
CLOSED_2, CLOSED_4 = "unseen-2-closed", "unseen-4-closed"
"""What is left without the lines laid open in ``seen-2b``, every other of the last 420 of unseen-2,
and in ``seen-4b``, every other of unseen-4."""

SEEN = ("seen", "seen-2", "seen-2b", "seen-3", "seen-4", "seen-4b", "seen-5", "seen-6", "seen-7")
UNSEEN = ("unseen", CLOSED_2, "unseen-3", CLOSED_4)
ALL_UNSEEN = "all unseen"
OPENED = 420
Rates = tuple[float, float, float]


def adversarial() -> dict[str, float]:
    """Return per cent of bad lines accepted and of good ones rejected, and print them.

    The keys without a part's name are of all unseen lines together.
    """
    numbers: dict[str, float] = {}
    for part in (*SEEN, *UNSEEN, ALL_UNSEEN):
        suffix = "" if part == ALL_UNSEEN else f"_{part}".replace("-", "_")
        for name, rate in zip(("bad_accepted", "good_rejected"), rates(read(part)), strict=True):
            if rate is not None:
                print(f"{part:15s} {name.replace('_', ' ')} {told(rate)}")
                numbers[f"{name}_pct{suffix}"] = round(rate[0], 2)
    return numbers


def read(part: str) -> list[str]:
    """Return the lines of a part; the unseen ones are packed."""
    if part == ALL_UNSEEN:
        return [line for each in UNSEEN for line in read(each)]
    if part == CLOSED_2:
        lines = read("unseen-2")
        return lines[:-OPENED] + lines[-OPENED:][1::2]
    if part == CLOSED_4:
        return read("unseen-4")[1::2]
    if part.startswith("unseen"):
        return gzip.decompress((SETS / f"{part}.jsonl.gz").read_bytes()).decode().splitlines()
    return (SETS / f"{part}.jsonl").read_text().splitlines()


def rates(lines: Sequence[str]) -> tuple[Rates | None, Rates | None]:
    """Return per cent of bad lines accepted and of good ones rejected, with 95 % intervals.

    A part without bad lines, or without good ones, has no such rate: None.
    """
    wrong: dict[str, list[bool]] = {"accept": [], "reject": []}
    for line in map(json.loads, lines):
        words = line["attributes"]
        part = PartWords(**{slot: words[slot] for slot in ("direction", "elevation", "distance")})
        attributes = SpatialAttributes(
            room_size=words["size"], reverberation=words["reverb"], parts=(part,)
        )
        found = verdict(repaired(line["rewrite"]), (line["original"],), attributes, VOCABULARY)
        wrong[line["verdict"]].append((found is None) != (line["verdict"] == "accept"))
    kept, lost = (interval(wrong[of]) if wrong[of] else None for of in ("reject", "accept"))
    return kept, lost


def interval(wrong: Sequence[bool]) -> Rates:
    """Return a share and its 95 % interval in per cent. Source: Wilson, JASA 22:209, 1927."""
    n, z = len(wrong), 1.96
    share = sum(wrong) / n
    middle, scale = share + z * z / (2 * n), 1 + z * z / n
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return 100 * share, max(0.0, 100 * (middle - half) / scale), 100 * (middle + half) / scale


def told(rate: Rates) -> str:
    """Return a share with its interval."""
    return f"{rate[0]:.1f} % ({rate[1]:.1f}-{rate[2]:.1f})"


if __name__ == "__main__":
    adversarial()
