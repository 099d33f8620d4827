"""What is asked wrongly, and what an endpoint refuses: one line, one request, no key anywhere."""

import sys
from pathlib import Path

import pytest

from tests.captions.llm_server import LlmServer
from tests.captions.writers import KEY
from tests.conftest import Command
from tests.pipelines.llm_builds import LLM, TINY, holds
from tests.pipelines.test_mistakes import refused


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        ("wrong key", 2, "refuses this key"),
        pytest.param("quota", 1, "no quota left", marks=pytest.mark.slow),
        pytest.param("404", 2, "does not have model 'test-model'", marks=pytest.mark.slow),
    ],
)
def test_what_is_wrong_from_the_start_costs_one_request(
    here: Command,
    manifest: Path,
    server: LlmServer,
    tmp_path: Path,
    fault: str,
    code: int,
    says: str,
) -> None:
    server.behave = lambda _: fault
    done = here("build", manifest, tmp_path / "out", *LLM)
    assert done.returncode == code
    last = done.stderr.splitlines()[-1]
    assert last.startswith("elsa-data: ")
    assert says in last
    assert "Traceback" not in done.stderr
    assert server.requests == 1
    assert KEY not in done.stderr + done.stdout
    assert not holds(tmp_path, KEY)
    server.behave = lambda _: "good"
    done = here("build", manifest, tmp_path / "out", *LLM)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("fault", ["html", "400"])
def test_an_endpoint_that_speaks_otherwise(
    here: Command, manifest: Path, server: LlmServer, tmp_path: Path, fault: str
) -> None:
    server.behave = lambda _: fault
    done = here("build", manifest, tmp_path / "out", *LLM)
    assert done.returncode == 2
    assert "does not understand" in done.stderr.splitlines()[-1]
    assert server.requests <= 9


def test_nothing_is_asked_wrongly(
    here: Command,
    manifest: Path,
    server: LlmServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ("build", manifest, tmp_path / "out", *TINY)
    refused(here(*words, "--captions", "openai"), "--model NAME")
    refused(here(*words, "--model", "m"), "--model", "--captions openai")
    refused(here(*words, *LLM[-4:], "--max-cost", "1"), "--price-in")
    refused(here(*words, *LLM[-4:], "--price-in", "1"), "--price-out")
    refused(here(*words, *LLM[-4:], "--rpm", "0"), "--rpm")
    assert not (tmp_path / "out").exists()
    with monkeypatch.context() as patch:
        patch.delenv("OPENAI_API_KEY")
        refused(here(*words, *LLM[-4:]), "OPENAI_API_KEY is not set")
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "openai", None)
        refused(here(*words, *LLM[-4:]), "pip install 'elsa-data[llm]'")
    assert server.requests == 0
    assert not (tmp_path / "out").exists(), "refused before anything is read"


@pytest.mark.slow
def test_the_key_is_in_no_file(
    here: Command, elsa_data: Command, manifest: Path, server: LlmServer, tmp_path: Path
) -> None:
    server.behave = lambda seen: "echo key" if seen.number % 5 == 1 else "good"
    done = elsa_data("build", manifest, tmp_path / "build", *LLM, "--workers", 2)
    assert done.returncode == 0, done.stderr
    assert KEY not in done.stdout + done.stderr
    server.behave = lambda seen: "wrong key"
    done = here("caption", tmp_path / "build", "--model", "another", "--redo")
    assert done.returncode == 2
    assert KEY not in done.stdout + done.stderr
    assert not holds(tmp_path, KEY)
    assert not holds(tmp_path, "Bearer")
    assert not holds(tmp_path, "authorization")
