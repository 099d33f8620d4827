"""A whole build against an endpoint that lies in every way: nothing false, nothing secret stays."""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.captions.llm_answers import Seen
from tests.captions.llm_server import LlmServer, serving
from tests.captions.writers import KEY
from tests.conftest import Command
from tests.pipelines.llm_builds import LLM, TINY, answers, counts, examples, holds

LIES = {
    "injected": r"invented:|dropped:|\w+-missing:",
    "other language": r"invented:|dropped:|\w+-missing:",
    "invented place": r"invented:|\w+-missing:",
    "wrong direction": r"\w+-(wrong|unasked):",
    "dropped attribute": r"\w+-missing:",
}
"""What an endpoint may answer, and the reasons it is rejected for."""

ADDRESS, LINK = "jo.doe@example.org", "https://example.org/jo"


def lie(caption: str) -> str | None:
    """What the endpoint always does to a caption; None for the truth."""
    number = hashlib.sha256(caption.encode()).digest()[0] % (len(LIES) + 1)
    return (*LIES, None)[number]


def of_caption(seen: Seen) -> str:
    return lie(seen.asked["caption"]) or "good"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving(of_caption) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


@pytest.fixture
def personal(manifest: Path, tmp_path: Path) -> Path:
    """The demo's manifest with an address and a link in the captions of some clips."""
    with manifest.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows[::3]:
        said = [f"{caption} {ADDRESS}" for caption in json.loads(row["captions"])]
        row["captions"] = json.dumps([*said[:-1], f"{said[-1]}, see {LINK}"])
    for row in rows:
        row["path"] = str(manifest.parent / row["path"])
    changed = tmp_path / "manifest.csv"
    with changed.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return changed


@pytest.mark.slow
def test_no_lie_is_kept_and_the_template_speaks_in_its_place(
    here: Command, personal: Path, server: LlmServer, tmp_path: Path
) -> None:
    out, other = tmp_path / "llm", tmp_path / "template"
    done = here("build", personal, out, *LLM, "--attempts", 2)
    assert done.returncode == 0, done.stderr
    assert here("build", personal, other, *TINY).returncode == 0

    plain = {row.example_id: row.captions for row in examples(other)}
    kept: Counter[str | None] = Counter()
    for row in examples(out):
        for at, source in enumerate(row.caption_sources):
            how = lie(row.original_captions[at])
            if source == "llm":
                kept[how] += 1
            elif row.spatial:
                assert row.captions[at] == plain[row.example_id][at]
    assert set(kept) == {None}, "a sentence of the model is true, or it is not there"

    met: Counter[str] = Counter()
    for answer in answers(out):
        how = lie(json.loads(answer["request"])["caption"])
        assert (answer["verdict"] is None) == (how is None), answer
        if how is not None:
            met[how] += 1
            assert re.match(LIES[how], answer["verdict"]), (how, answer["verdict"])
    assert set(met) == set(LIES), "every lie was told"

    told = counts(out)
    rejected = {name: n for name, n in told.items() if name.startswith("rejected:")}
    fallen = {name: n for name, n in told.items() if name.startswith("fallback:")}
    assert sum(fallen.values()) == told["captions:template"]
    assert {name.partition(":")[2] for name in fallen} - {"nothing-to-say"} <= {
        name.partition(":")[2] for name in rejected
    }
    # Equal questions of two rows are asked once, and their answer is rejected for both.
    assert sum(rejected.values()) >= sum(answer["verdict"] is not None for answer in answers(out))
    assert told["captions:llm"] == kept[None]
    assert "rejected answers: " in done.stdout
    assert here("verify", out).returncode == 0

    for secret in (KEY, "Bearer", "authorization", ADDRESS, LINK, "x-stainless"):
        assert not holds(out, secret), secret
        assert secret not in done.stdout + done.stderr
    assert all(ADDRESS.encode() not in seen.content for seen in server.seen)
