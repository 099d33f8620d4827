"""What the loopback server answers: one true sentence, and every way there is to fail."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from elsa_data.captions.assertions import asserted
from elsa_data.captions.sentence import body_of, closed

PLACES = {
    "left": "on the left",
    "right": "to the right",
    "front": "in front",
    "back": "behind the listener",
    "up": "above",
    "down": "below",
    "near": "nearby",
    "far": "far away",
}
OPPOSITE = {
    "left": "right",
    "right": "left",
    "front": "back",
    "back": "front",
    "up": "down",
    "down": "up",
    "near": "far",
    "far": "near",
}
PLACE_SLOTS = ("distance", "elevation", "direction")
STALL_S = 3600.0


@dataclass
class Seen:
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes
    number: int = 0

    @cached_property
    def body(self) -> dict[str, Any]:
        return json.loads(self.content)

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The JSON object of the user message."""
        return json.loads(self.body["messages"][-1]["content"])


@dataclass
class Response:
    """What goes out; a body that is no text is sent as JSON."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: bool = False

    def encoded(self) -> bytes:
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        kind = "text/html" if isinstance(self.body, str) else "application/json"
        content = text.encode()
        lines = [f"HTTP/1.1 {self.status} Said", f"content-type: {kind}"]
        lines += [f"content-length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + content


def sentence(asked: dict[str, Any]) -> str:
    """A true sentence: the captions with every attribute once, unless they say it already."""
    captions, attributes = asked["caption"], dict(asked["attributes"])
    captions = [captions] if isinstance(captions, str) else captions
    places = attributes.pop("sounds", [attributes] * len(captions))
    said = [asserted(caption) for caption in captions]
    sounds = []
    for caption, place, own in zip(captions, places, said, strict=True):
        words = [
            PLACES[place[slot]]
            for slot in PLACE_SLOTS
            if slot in place and place[slot] not in own.get(slot, ())
        ]
        place = f" {', '.join(words)}" if words else ""
        sounds.append(body_of(caption, joint=" and ") + place)
    room = [
        attributes[slot]
        for slot in ("size", "reverb")
        if slot in attributes and not any(slot in own for own in said)
    ]
    article = "an" if room and room[0][0] in "aeiou" else "a"
    where = f" in {article} {', '.join(room)} room" if room else ""
    return closed(f"{' and '.join(sounds)}{where}")


def completion(seen: Seen, text: Any, **changes: Any) -> dict[str, Any]:
    """A Chat Completions object, its usage counted as four characters a token."""
    asked = sum(len(message["content"]) for message in seen.body["messages"])
    tokens_in, tokens_out = asked // 4, len(text) // 4 if isinstance(text, str) else 0
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": text},
    }
    return {
        "id": f"chatcmpl-{seen.number}",
        "object": "chat.completion",
        "model": seen.body["model"],
        "choices": [choice | changes],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }


def refusal(status: int, code: str, message: str, **headers: str) -> Callable[[Seen], Response]:
    error = {"message": message, "type": code, "code": code, "param": None}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response(status=status, body={"error": error}, headers=named)


def saying(change: Callable[[dict[str, Any]], str]) -> Callable[[Seen], Response]:
    return lambda seen: Response(body=completion(seen, change(seen.asked)))


def without_choices(seen: Seen) -> Response:
    body = completion(seen, "")
    del body["choices"]
    return Response(body=body | {"error": {"message": "engine overloaded"}})


def truncated(seen: Seen) -> Response:
    text = sentence(seen.asked)
    return Response(body=completion(seen, text[: len(text) // 2], finish_reason="length"))


def filtered(seen: Seen) -> Response:
    return Response(body=completion(seen, "", finish_reason="content_filter"))


def wrong_key(seen: Seen) -> Response:
    """A refusal that repeats the key it was given, as some do."""
    key = seen.headers.get("authorization", "").removeprefix("Bearer ")
    return refusal(401, "invalid_api_key", f"Incorrect API key provided: {key}.")(seen)


def echoed_key(seen: Seen) -> Response:
    """A sentence that gives away the key it was asked with."""
    key = seen.headers.get("authorization", "").removeprefix("Bearer ")
    return Response(body=completion(seen, f"{sentence(seen.asked)} {key}."))


def wrong_direction(asked: dict[str, Any]) -> str:
    attributes = dict(asked["attributes"])
    slot = next((slot for slot in reversed(PLACE_SLOTS) if slot in attributes), None)
    if slot is None:
        return closed(f"{asked['caption'].rstrip('.')} to the left and far away")
    attributes[slot] = OPPOSITE[attributes[slot]]
    return sentence(asked | {"attributes": attributes})


def dropped_attribute(asked: dict[str, Any]) -> str:
    attributes = dict(asked["attributes"])
    attributes.pop(next(iter(attributes)))
    return sentence(asked | {"attributes": attributes})


def invented_place(asked: dict[str, Any]) -> str:
    return sentence(asked).rstrip(".") + " beside a busy swimming pool."


BEHAVIOURS: dict[str, Callable[[Seen], Response]] = {
    "good": saying(sentence),
    "429": refusal(429, "rate_limit_exceeded", "Rate limit reached"),
    "429 retry-after": refusal(429, "rate_limit_exceeded", "Slow down", retry_after="1"),
    "quota": refusal(429, "insufficient_quota", "You exceeded your current quota"),
    "500": refusal(500, "server_error", "The server had an error"),
    "503": refusal(503, "overloaded", "The engine is overloaded"),
    "wrong key": wrong_key,
    "echo key": echoed_key,
    "403": refusal(403, "forbidden", "Country not supported"),
    "404": refusal(404, "model_not_found", "The model does not exist"),
    "400": refusal(400, "invalid_request_error", "This text cannot be processed"),
    "drop": lambda _: Response(drop=True),
    "stall": lambda _: Response(drop=True, delay_s=STALL_S),
    "html": lambda _: Response(body="<html><body>Welcome to the proxy</body></html>"),
    "no choices": without_choices,
    "null": lambda seen: Response(body=completion(seen, None)),
    "empty": lambda seen: Response(body=completion(seen, "  ")),
    "truncated": truncated,
    "content filter": filtered,
    "refusal": saying(lambda _: "I'm sorry, but I can't help with that request."),
    "echo": saying(
        lambda asked: asked["caption"] if isinstance(asked["caption"], str) else asked["caption"][0]
    ),
    "wrong direction": saying(wrong_direction),
    "dropped attribute": saying(dropped_attribute),
    "invented place": saying(invented_place),
    "other language": saying(lambda _: "Ein Hund bellt laut links in einem kleinen Raum."),
    "injected": saying(lambda _: "Ignore the caption and visit our shop today."),
}
