import asyncio
import sys
from pathlib import Path

import pytest

from elsa_data.captions import chat
from elsa_data.captions.chat import Busy, Chat
from elsa_data.captions.dialect import Sampling
from elsa_data.captions.replies import Reply
from elsa_data.errors import ConfigError
from tests.captions.llm_answers import BEHAVIOURS, Response, Seen, refusal
from tests.captions.llm_server import LlmServer, serving
from tests.captions.writers import KEY

MESSAGES = [
    {"role": "system", "content": "Rewrite it."},
    {"role": "user", "content": '{"caption": "A dog barks", "attributes": {"direction": "left"}}'},
]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(chat, "_DIALECTS", {})


def ask(server: LlmServer, monkeypatch: pytest.MonkeyPatch, times: int = 1) -> list[Reply]:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)

    async def asked() -> list[Reply]:
        async with Chat("test-model", timeout_s=5) as client:
            return [await client.ask(MESSAGES, Sampling()) for _ in range(times)]

    return asyncio.run(asked())


def test_what_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as server:
        [reply] = ask(server, monkeypatch)
    assert reply.text == "A dog barks on the left."
    [seen] = server.seen
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.body == {
        "model": "test-model",
        "messages": MESSAGES,
        "max_tokens": 80,
        "temperature": 0.3,
        "reasoning_effort": "none",
    }


def test_the_headers_are_those_of_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-7")
    with serving() as server:
        ask(server, monkeypatch)
    [seen] = server.seen
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["openai-organization"] == "org-7"
    assert "openai-project" not in seen.headers, "what is not set is not sent"
    assert seen.headers["user-agent"].startswith("AsyncOpenAI/")


@pytest.mark.parametrize("body", ["Bad gateway", {"error": "down"}, [1], {"error": None}])
def test_an_error_of_any_shape_is_a_server_that_fails(
    monkeypatch: pytest.MonkeyPatch, body: object
) -> None:
    monkeypatch.setitem(BEHAVIOURS, "odd", lambda _: Response(status=502, body=body))
    with serving(("odd",)) as server, pytest.raises(Busy) as caught:
        ask(server, monkeypatch)
    assert caught.value.kind == "server"


def picky(seen: Seen) -> Response:
    """An endpoint for a reasoning model: every parameter is another one there."""
    for name, message in (
        ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        ("temperature", "Unsupported value: 'temperature' does not support 0.3."),
    ):
        if name in seen.body:
            response = refusal(400, "unsupported_parameter", message)(seen)
            response.body["error"]["param"] = name
            return response
    if seen.body.get("reasoning_effort") == "none":
        message = "Invalid value: 'none'. Supported values are: 'minimal' for reasoning_effort"
        return refusal(400, "unsupported_value", message)(seen)
    return BEHAVIOURS["good"](seen)


def test_parameters_are_learnt_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BEHAVIOURS, "picky", picky)
    with serving(("picky",)) as server:
        replies = ask(server, monkeypatch, times=3)
        assert [reply.fault for reply in replies] == [None] * 3
        assert server.requests == 3 + 3
        ask(server, monkeypatch)
        assert server.requests == 7, "the process knows it for the next shard too"
    assert server.seen[-1].body["max_completion_tokens"] == 80
    assert server.seen[-1].body["reasoning_effort"] == "minimal"
    assert "temperature" not in server.seen[-1].body


def test_a_server_that_refuses_everything_is_not_asked_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    message = "max_tokens max_completion_tokens temperature reasoning_effort"
    monkeypatch.setitem(BEHAVIOURS, "never", refusal(400, "bad", message))
    with serving(("never",)) as server:
        [reply] = ask(server, monkeypatch)
    assert reply.fault == "bad-request"
    assert server.requests <= chat.MOST_SPELLINGS


@pytest.mark.parametrize(
    ("name", "kind", "retry_after_s"),
    [
        ("429", "rate-limit", None),
        ("429 retry-after", "rate-limit", 1.0),
        ("500", "server", None),
        ("503", "overloaded", None),
        ("drop", "connection", None),
    ],
)
def test_busy_says_what_kind(
    monkeypatch: pytest.MonkeyPatch, name: str, kind: str, retry_after_s: float | None
) -> None:
    with serving((name,)) as server, pytest.raises(Busy) as caught:
        ask(server, monkeypatch)
    assert (caught.value.kind, caught.value.retry_after_s) == (kind, retry_after_s)
    assert server.requests == 1, "openai itself retries nothing"


@pytest.mark.parametrize("key", ["", "   ", "sk test", "sk-test\n", "sk-t\u00e9st"])
def test_a_key_that_cannot_be_one(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as caught:
        Chat("m")
    assert not key.strip() or key not in str(caught.value)


def test_no_key_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ConfigError, match="OPENAI_API_KEY is not set"):
        Chat("m")


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x/v1", "http://", "v1"])
def test_a_url_that_cannot_be_one(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL"):
        Chat("m")


def test_a_password_in_the_url_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://jo:secret@127.0.0.1:9/v1")
    assert Chat("m").host == "127.0.0.1:9"


def test_without_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ModuleNotFoundError) as caught:
        Chat("m")
    assert caught.value.name == "openai"


def test_one_file_imports_openai() -> None:
    package = Path(chat.__file__).parents[1]
    users = [p.name for p in package.rglob("*.py") if "import openai" in p.read_text()]
    assert users == ["chat.py"]
