import email.utils
import json
import time

import pytest

from elsa_data.captions.replies import Reply, duration_s, error_of, reply_of, retry_after_s


def completion(content, reason="stop", **message) -> dict:
    said = {"message": {"content": content} | message, "finish_reason": reason}
    return {"choices": [said], "usage": {"prompt_tokens": 5, "completion_tokens": 2}}


def read(body, headers=None) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return reply_of(content, headers or {}, secret="sk-test-1")


def test_a_text_comes_with_what_it_cost() -> None:
    assert read(completion("A dog.")) == Reply(text="A dog.", tokens_in=5, tokens_out=2)
    assert read(completion("A dog.", reason=None)).text == "A dog."


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"<html>", "not-json"),
        (b"", "not-json"),
        (b'{"choices": [', "not-json"),
        (b"\xff\xfe", "not-json"),
        ([], "no-choices"),
        ("text", "no-choices"),
        ({}, "no-choices"),
        ({"choices": None}, "no-choices"),
        ({"choices": []}, "no-choices"),
        ({"choices": [None]}, "no-choices"),
        ({"choices": [{"message": None}]}, "no-choices"),
        (completion(None), "no-text"),
        (completion([{"text": "A dog."}]), "no-text"),
        (completion(""), "empty"),
        (completion(" \n"), "empty"),
        (completion("A do", reason="length"), "truncated"),
        (completion(None, reason="length"), "truncated"),
        (completion("", reason="content_filter"), "content-filter"),
        (completion("A dog.", reason="content_filter"), "content-filter"),
        (completion(None, refusal="I cannot"), "refused"),
        (completion("It is sk-test-1."), "key-in-text"),
    ],
)
def test_everything_else_is_a_fault(body, fault: str) -> None:
    reply = read(body)
    assert reply.fault == fault
    assert "sk-test-1" not in repr(reply)


@pytest.mark.parametrize("usage", [None, [], {}, {"prompt_tokens": None}, {"prompt_tokens": "9"}])
def test_usage_that_is_not_told_is_nothing(usage) -> None:
    reply = read(completion("A dog.") | {"usage": usage})
    assert (reply.text, reply.tokens_in, reply.tokens_out) == ("A dog.", 0, 0)


def test_a_spent_budget_pauses() -> None:
    spent = {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m2s"}
    left = {"x-ratelimit-remaining-requests": "7", "x-ratelimit-reset-requests": "9s"}
    assert read(completion("A dog."), spent | left).pause_s == 62
    assert read(b"<html>", spent).pause_s == 62
    assert read(completion("A dog."), left).pause_s == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1s", 1.0), ("20ms", 0.02), ("6m0s", 360.0), ("1h2m3.5s", 3723.5), ("", None), ("7", None)],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert duration_s(text) == pytest.approx(seconds)


def test_retry_after_in_all_its_forms() -> None:
    assert retry_after_s({}) is None
    assert retry_after_s({"retry-after": "7"}) == 7
    assert retry_after_s({"retry-after": "-7"}) == 0
    assert retry_after_s({"retry-after": "soon"}) is None
    assert retry_after_s({"retry-after": "7", "retry-after-ms": "250"}) == 0.25
    date = email.utils.formatdate(time.time() + 100, usegmt=True)
    wait_s = retry_after_s({"retry-after": date})
    assert wait_s is not None
    assert 0 < wait_s <= 100


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"error": {"message": "no", "code": "x"}}', {"message": "no", "code": "x"}),
        (b'{"error": "no such model"}', "no such model"),
        (b'{"message": "no", "type": "NotFoundError"}', {"message": "no", "type": "NotFoundError"}),
        (b"<h1>Bad gateway</h1>", "<h1>Bad gateway</h1>"),
        (b"\xff", "\ufffd"),
        (b"", ""),
        (b"[1]", [1]),
    ],
)
def test_an_error_is_whatever_the_body_says(content: bytes, said) -> None:
    assert error_of(content) == said
