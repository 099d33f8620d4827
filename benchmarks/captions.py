"""Captions rewritten through a faulty endpoint, beside the plain client; and the verifier's rates.

    python benchmarks/captions.py [--quick] [--json]

A server on the loopback answers like a model that fails: 429, 500, dropped connections, empty,
truncated and unfaithful sentences, and a permanent 400 for some captions. Ours and a plain
AsyncOpenAI gather rewrite the same captions, each in a process of its own. Then both run, turn
about, against a server that never fails, client and server each on a core of their own where there
are two; captions a second of processor time tell more on a busy machine. Then ours is killed with
-9 half-way and run again. Last, the verifier reads captions that were written to fool it.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from openai import AsyncOpenAI

from benchmarks.adversarial import adversarial
from elsa_data.captions.examine import Task
from elsa_data.captions.prompts import facts_of
from elsa_data.captions.verify import verdict
from elsa_data.records import SpatialAttributes
from tests.captions.llm_answers import Seen, sentence
from tests.captions.llm_server import serving
from tests.captions.writers import CAPTIONS, DIRECTIONS, KEY, VOCABULARY, WRITER, rewrite, task

CONCURRENT = 64
FAULTS = (
    ("429", 0.03), ("500", 0.02), ("drop", 0.01), ("empty", 0.01), ("truncated", 0.01),
    ("wrong direction", 0.02), ("dropped attribute", 0.03), ("no choices", 0.005),
)  # fmt: skip
PERMANENT = 0.003
TURNS = 3


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


def tasks(count: int) -> Iterator[Task]:
    """Yield captions to rewrite, no two alike: none is answered or judged out of a memory."""
    return (task(n, CAPTIONS[n], direction=DIRECTIONS[n % 4]) for n in range(count))


def ours(count: int, folder: Path) -> tuple[list[str | None], float]:
    """Return what the engine makes of the captions, None for the template; seconds of judging."""
    judging_s = 0.0

    def judge(originals: Sequence[str], words: SpatialAttributes, text: str) -> str | None:
        nonlocal judging_s
        start = time.process_time()
        found = verdict(text, originals, words, VOCABULARY)
        judging_s += time.process_time() - start
        return found

    done, _ = rewrite(tasks(count), folder, judge=judge, max_concurrent=CONCURRENT)
    return [each.text for each in done], judging_s


def plain(count: int) -> list[str | None]:
    """Return what the plain client makes of them, with its own two retries."""

    async def all_of_them() -> list[str | None]:
        gate = asyncio.Semaphore(CONCURRENT)
        async with AsyncOpenAI() as client:

            async def one(each: Task) -> str | None:
                facts = facts_of(each.attributes, VOCABULARY)
                style = WRITER.prompt.style(facts, seed=each.seed, key=each.key)
                messages: Any = WRITER.prompt.messages(each.captions, facts, style)
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
    example = next(tasks(1))
    verdict("A dog barks.", example.captions, example.attributes, VOCABULARY)  # loads its tables
    start, cpu_start = time.monotonic(), time.process_time()
    texts, judging_s = ours(count, folder) if way == "ours" else (plain(count), 0.0)
    told = {"texts": texts, "judging_s": judging_s, "s": time.monotonic() - start}
    told["cpu_s"] = time.process_time() - cpu_start
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(json.dumps(told))


def on_core(number: int, process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """Keep a process to one of the cores there are, if there are two; return it."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) > 1:
        os.sched_setaffinity(process.pid, {cores[number]})
    return process


def started(way: str, count: int, folder: Path, url: str) -> subprocess.Popen[str]:
    """Return a process that rewrites, on the first core."""
    environment = os.environ | {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": KEY}
    words = [sys.executable, __file__, "--child", way, str(count), str(folder)]
    return on_core(0, subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True))


def finished(way: str, count: int, folder: Path, url: str) -> dict[str, Any]:
    """Return what a process that rewrites has printed."""
    return json.loads(started(way, count, folder, url).communicate()[0])


@contextlib.contextmanager
def faultless() -> Iterator[str]:
    """Serve on the second core, in a process of its own; yields the URL."""
    words = [sys.executable, "-m", "tests.captions.llm_server"]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(on_core(1, process).stdout.readline())["url"]  # pyright: ignore
    finally:
        process.kill()
        process.wait()


def speeds(count: int, folder: Path) -> dict[str, dict[str, float]]:
    """Return what each way reaches, the median of its turns, and print it."""
    runs: dict[str, list[dict[str, Any]]] = {"plain": [], "ours": []}
    with faultless() as url:
        for turn in range(TURNS):
            for way, done in runs.items():
                done.append(finished(way, count, folder / f"{turn}", url))
    print("engine  captions/s  captions per s of CPU  judging, of the CPU  peak MB")
    found = {}
    for way, done in runs.items():
        found[way] = {
            "per_s": statistics.median(count / run["s"] for run in done),
            "per_cpu_s": statistics.median(count / run["cpu_s"] for run in done),
            "judging_pct": statistics.median(100 * run["judging_s"] / run["cpu_s"] for run in done),
            "peak_mb": max(run["peak_mb"] for run in done),
        }
        print(
            "{:6s} {per_s:11.0f} {per_cpu_s:22.0f} {judging_pct:18.0f} % {peak_mb:8.0f}".format(
                way, **found[way]
            )
        )
    return found


def unfaithful(texts: Sequence[str | None]) -> int:
    """Return how many sentences were kept that are not the true one."""
    wrong = 0
    for each, text in zip(tasks(len(texts)), texts, strict=True):
        asked = {"caption": each.captions[0], "attributes": facts_of(each.attributes, VOCABULARY)}
        wrong += text is not None and text != sentence(asked)
    return wrong


def asked_again_after_kill(count: int, folder: Path) -> tuple[int, int]:
    """Return stored answers that were asked for again, and requests lost in flight."""

    def stored() -> list[str]:
        files = sorted(folder.glob("*.jsonl"))
        lines = (line for file in files for line in file.read_text().splitlines())
        return [json.loads(line)["key"] for line in lines if line.endswith("}")]

    with serving(latency_s=0.01, keep=False) as server:
        process = started("ours", count, folder, server.url)
        while len(stored()) < count // 2:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        finished("ours", count, folder, server.url)
        keys = stored()
        return len(keys) - len(set(keys)), server.requests - len(keys)


def main() -> None:
    """Print the tables and, with ``--json``, one last line of JSON."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="500 captions in place of 2,000")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        way, count, folder = options.child
        child(way, int(count), Path(folder))
        return
    count = 500 if options.quick else 2000
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        print(f"{count} captions, {CONCURRENT} requests at once")
        print("engine  rows  unfaithful  left to the template")
        for way in ("plain", "ours"):
            with serving(faulty, keep=False) as server:
                texts = finished(way, count, folder / "faulty", server.url)["texts"]
            left = sum(text is None for text in texts)
            rows = count if way == "ours" else count - left
            print(f"{way:6s} {rows:5d} {unfaithful(texts):11d} {left:21d}")
        speed = speeds(count, folder)
        again, lost = asked_again_after_kill(count // 2, folder / "killed")
    print(f"after kill -9: {again} stored answers asked again, {lost} in flight lost")
    own, gather = speed["ours"], speed["plain"]
    numbers = {"captions_per_s": round(own["per_s"], 1), "rebilled_after_kill": again}
    numbers |= adversarial()
    numbers |= {
        "peak_rss_mb": round(own["peak_mb"], 1),
        "captions_per_cpu_s": round(own["per_cpu_s"], 1),
        "judging_pct_of_cpu": round(own["judging_pct"], 1),
        "vs_plain_gather": round(own["per_s"] / gather["per_s"], 2),
        "vs_plain_gather_cpu": round(own["per_cpu_s"] / gather["per_cpu_s"], 2),
    }
    if options.json:
        print(json.dumps(numbers))


if __name__ == "__main__":
    main()
