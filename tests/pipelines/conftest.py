"""A language model that builds can ask: a real server on the loopback."""

from collections.abc import Iterator

import pytest

from tests.captions.llm_server import LlmServer, serving
from tests.captions.writers import KEY


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serving() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server
