"""Nothing is spent by surprise: the preview, and the limit before and during a build."""

from pathlib import Path

import pytest

from tests.captions.llm_server import LlmServer
from tests.conftest import Command
from tests.pipelines.llm_builds import LLM, MODEL, TINY, answers
from tests.pipelines.test_mistakes import refused


@pytest.mark.slow
def test_the_preview_is_what_is_billed(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    out, prices = tmp_path / "build", ("--price-in", "1", "--price-out", "4")
    done = here("build", manifest, out, *LLM, *prices, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert server.requests == 0
    [line] = [line for line in done.stdout.splitlines() if line.startswith("LLM")]
    told = [int(word.strip("(")) for word in line.split() if word.strip("(").isdigit()]
    assert "USD" in line
    assert not out.exists()
    assert here("build", manifest, out, *LLM).returncode == 0
    firsts = [answer for answer in answers(out) if answer["attempt"] == 0]
    billed = sum(answer["tokens_in"] + answer["tokens_out"] for answer in firsts)
    # The demo asks some questions twice over, which are billed once.
    assert told[0] == pytest.approx(billed * told[3] / len(firsts), rel=0.05)


@pytest.mark.slow
def test_the_limit_of_cost_holds_before_and_during(
    here: Command, elsa_data: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    out, prices = tmp_path / "build", ("--price-in", "1000", "--price-out", "1000")
    refused(here("build", manifest, out, *LLM, *prices, "--max-cost", "1"), "--max-cost 1.00")
    assert server.requests == 0
    assert here("build", manifest, out, *LLM, "--limit", 24, "--dry-run").returncode == 0
    assert here("plan", manifest, out, *TINY).returncode == 0
    assert here("simulate", out).returncode == 0
    words = ("caption", out, "--captions", "openai", "--model", MODEL, *prices, "--max-cost", "2")
    server.latency_s = 0.3
    done = elsa_data(*words, "--max-concurrent", 1)
    assert done.returncode == 1, done.stderr
    assert "more than --max-cost 2.00" in done.stderr.splitlines()[-1]
    assert 0 < server.requests < 60
    server.latency_s = 0.0
    done = here(*words[:-2])
    assert done.returncode == 0, done.stderr
    assert server.requests <= len(answers(out)) + 1, "at most what was in flight is asked again"
