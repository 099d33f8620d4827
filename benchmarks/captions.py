"""Captions rewritten through a faulty endpoint, beside the plain client; and the verifier's rates.

    python benchmarks/captions.py [--quick] [--json]

A server on the loopback answers like a model that fails: 429, 500, dropped connections, empty,
truncated and unfaithful sentences, and a permanent 400 for some captions. Ours and a plain
AsyncOpenAI gather rewrite the same captions, each in a process of its own. Then both run against a
server that never fails, for speed; then ours is killed with -9 half-way and run again. Last, the
verifier reads the adversarial captions of ``tests/captions/adversarial``.
"""

import argparse
import asyncio
import gzip
import hashlib
import json
import math
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from openai import AsyncOpenAI

from elsa_data.captions.prompts import facts_of
from elsa_data.captions.repair import repaired
from elsa_data.captions.verify import verdict
from elsa_data.records import PartWords, SpatialAttributes
from tests.captions.llm_answers import Seen, sentence
from tests.captions.llm_server import LlmServer, serving
from tests.captions.writers import KEY, VOCABULARY, WRITER, rewrite, tasks

CONCURRENT = 64
ADVERSARIAL = ROOT / "tests" / "captions" / "adversarial"
FAULTS = (
    ("429", 0.03), ("500", 0.02), ("drop", 0.01), ("empty", 0.01), ("truncated", 0.01),
    ("wrong direction", 0.02), ("dropped attribute", 0.03), ("no choices", 0.005),
)  # fmt: skip
PERMANENT = 0.003
Rates = tuple[float, float, float]


def faulty(seen: Seen) -> str:
    """Return what goes wrong with a request: for some captions always, else by its number."""
    if _share(seen.asked["caption"]) < PERMANENT:
        return "400"
    place = _share(str(seen.number))
    for name, share in FAULTS:
        if place < share:
            return name
        place -= share
    return "good"


def _share(text: str) -> float:
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32


def ours(count: int, folder: Path) -> list[str | None]:
    """Return what the engine makes of the captions, verified and stored; None falls back."""

    def judge(originals: Sequence[str], words: SpatialAttributes, text: str) -> str | None:
        return verdict(text, originals, words, VOCABULARY)

    done, _ = rewrite(tasks(count), folder, judge=judge, max_concurrent=CONCURRENT)
    return [each.text for each in done]


def plain(count: int) -> list[str | None]:
    """Return what the plain client makes of them, with its own two retries."""

    async def all_of_them() -> list[str | None]:
        gate = asyncio.Semaphore(CONCURRENT)
        async with AsyncOpenAI() as client:

            async def one(task: Any) -> str | None:
                facts = facts_of(task.attributes, VOCABULARY)
                style = WRITER.prompt.style(facts, seed=task.seed, key=task.key)
                messages: Any = WRITER.prompt.messages(task.captions, facts, style)
                async with gate:
                    try:
                        said = await client.chat.completions.create(
                            model=WRITER.model, messages=messages, max_tokens=80
                        )
                        return said.choices[0].message.content
                    except Exception:  # what a script does
                        return None

            return await asyncio.gather(*map(one, tasks(count)))

    return asyncio.run(all_of_them())


def child(way: str, count: int, folder: Path) -> None:
    """Rewrite in this process; print texts, seconds and peak memory as one line of JSON."""
    start = time.monotonic()
    texts = ours(count, folder) if way == "ours" else plain(count)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(json.dumps({"texts": texts, "s": time.monotonic() - start, "peak_mb": peak_mb}))


def started(way: str, count: int, folder: Path, server: LlmServer) -> subprocess.Popen[str]:
    """Return a process that rewrites."""
    environment = os.environ | {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
    words = [sys.executable, __file__, "--child", way, str(count), str(folder)]
    return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)


def finished(way: str, count: int, folder: Path, server: LlmServer) -> dict[str, Any]:
    """Return what a process that rewrites has printed."""
    return json.loads(started(way, count, folder, server).communicate()[0])


def unfaithful(texts: Sequence[str | None]) -> int:
    """Return how many sentences were kept that are not the true one."""
    wrong = 0
    for task, text in zip(tasks(len(texts)), texts, strict=True):
        asked = {"caption": task.captions[0], "attributes": facts_of(task.attributes, VOCABULARY)}
        wrong += text is not None and text != sentence(asked)
    return wrong


def asked_again_after_kill(count: int, folder: Path) -> tuple[int, int]:
    """Return stored answers that were asked for again, and requests lost in flight."""

    def stored() -> list[str]:
        files = sorted(folder.glob("*.jsonl"))
        lines = (line for file in files for line in file.read_text().splitlines())
        return [json.loads(line)["key"] for line in lines if line.endswith("}")]

    with serving(latency_s=0.01, keep=False) as server:
        process = started("ours", count, folder, server)
        while len(stored()) < count // 2:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        finished("ours", count, folder, server)
        keys = stored()
        return len(keys) - len(set(keys)), server.requests - len(keys)


def rates(lines: Sequence[str]) -> tuple[Rates, Rates]:
    """Return per cent of bad lines accepted and of good ones rejected, with 95 % intervals."""
    wrong: dict[str, list[bool]] = {"accept": [], "reject": []}
    for line in map(json.loads, lines):
        words = line["attributes"]
        part = PartWords(**{slot: words[slot] for slot in ("direction", "elevation", "distance")})
        attributes = SpatialAttributes(
            room_size=words["size"], reverberation=words["reverb"], parts=(part,)
        )
        found = verdict(repaired(line["rewrite"]), (line["original"],), attributes, VOCABULARY)
        wrong[line["verdict"]].append((found is None) != (line["verdict"] == "accept"))
    return interval(wrong["reject"]), interval(wrong["accept"])


def interval(wrong: Sequence[bool]) -> Rates:
    """Return a share and its 95 % interval in per cent. Source: Wilson, JASA 22:209, 1927."""
    n, z = len(wrong), 1.96
    share = sum(wrong) / n
    middle, scale = share + z * z / (2 * n), 1 + z * z / n
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return 100 * share, 100 * (middle - half) / scale, 100 * (middle + half) / scale


def main() -> None:
    """Print the tables and, with ``--json``, one last line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="500 captions in place of 2,000")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        way, count, folder = options.child
        return child(way, int(count), Path(folder))
    count = 500 if options.quick else 2000
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        print(f"{count} captions, {CONCURRENT} requests at once")
        print("engine  rows  unfaithful  left to the template  faultless: captions/s  peak MB")
        speed = {}
        for way in ("plain", "ours"):
            with serving(faulty, keep=False) as server:
                texts = finished(way, count, folder / "faulty", server)["texts"]
            runs = []
            for turn in range(3):
                with serving(keep=False) as server:
                    runs.append(finished(way, count, folder / f"{turn}", server))
            speed[way] = statistics.median(count / run["s"] for run in runs)
            left = sum(text is None for text in texts)
            peak_mb = max(run["peak_mb"] for run in runs)
            rows = count if way == "ours" else count - left
            print(
                f"{way:6s} {rows:5d} {unfaithful(texts):11d} {left:21d} {speed[way]:22.0f}"
                f" {peak_mb:8.0f}"
            )
        again, lost = asked_again_after_kill(count // 2, folder / "killed")
    print(f"after kill -9: {again} stored answers asked again, {lost} in flight lost")
    numbers = {"captions_per_s": round(speed["ours"], 1), "rebilled_after_kill": again}
    for part, lines in (
        ("seen", (ADVERSARIAL / "seen.jsonl").read_text().splitlines()),
        ("unseen", gzip.decompress((ADVERSARIAL / "unseen.jsonl.gz").read_bytes()).splitlines()),
    ):
        bad, good = rates(lines)  # pyright: ignore[reportArgumentType]
        print(f"{part:6s} bad accepted {told(bad)}, good rejected {told(good)}")
        suffix = "" if part == "unseen" else "_seen"
        numbers |= {f"bad_accepted_pct{suffix}": round(bad[0], 2)}
        numbers |= {f"good_rejected_pct{suffix}": round(good[0], 2)}
    numbers |= {
        "peak_rss_mb": round(peak_mb, 1),
        "vs_plain_gather": round(speed["ours"] / speed["plain"], 2),
    }
    if options.json:
        print(json.dumps(numbers))
    return None


def told(rate: Rates) -> str:
    """Return a share with its interval."""
    return f"{rate[0]:.1f} % ({rate[1]:.1f}-{rate[2]:.1f})"


if __name__ == "__main__":
    main()
