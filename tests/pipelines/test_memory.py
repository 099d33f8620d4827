"""What a process that has captions rewritten holds in memory, from its first shards to its last."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.captions.llm_server import LlmServer
from tests.pipelines.llm_builds import MODEL, counts
from tests.pipelines.planned import planned
from tests.pipelines.processes import running

SHARE = float(os.environ.get("ELSA_DATA_SOAK", "1.0"))
ROWS, PER_SHARD = max(6_000, round(40_000 * SHARE)), 100
FIRST_ROWS = 1_000
"""By then every table is loaded and every bounded memory of words is full."""

MOST_BYTES, GROWTH_BYTES = 300_000_000, 3_000_000 + 100 * ROWS
"""The heap settles over the first hundred thousand rows; an answer held back is 700 bytes a row."""


@pytest.mark.soak
@pytest.mark.parametrize("workers", [1, 2])
def test_rewriting_takes_no_more_memory_for_more_rows(
    standing_build: Path, server: LlmServer, tmp_path: Path, workers: int
) -> None:
    build = tmp_path / "build"
    planned(build, standing_build, rows=ROWS, per_shard=PER_SHARD)
    server.keep = False
    words = ("caption", build, "--captions", "openai", "--model", MODEL, "--workers", workers)
    early: dict[int, int] = {}
    peaks: dict[int, int] = {}
    with running(tmp_path / "log", *words) as command:
        while not command.ended():
            done = len(list(build.glob("done/caption/*.json"))) * PER_SHARD
            for process in [psutil.Process(command.pid), *command.workers()]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    held = process.memory_info().rss
                    peaks[process.pid] = max(held, peaks.get(process.pid, 0))
            if done <= FIRST_ROWS * workers:
                early = dict(peaks)
            time.sleep(0.05)
        assert command.wait() == 0, command.stderr
    assert counts(build)["captions:llm"] > 0.95 * ROWS
    assert len(peaks) >= (1 if workers == 1 else 1 + workers)
    for pid, peak in peaks.items():
        assert peak < MOST_BYTES, pid
        assert peak - early.get(pid, peak) < GROWTH_BYTES, pid


def test_a_process_can_do_without_pandas() -> None:
    code = "import pipelines.memory as m; m.without_pandas(); import apache_beam, pyarrow as pa"
    code += (
        "; import sys; assert pa.array(['a']).to_pylist() == ['a'] and 'pandas' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 0
