"""A writer in words the rules do not know, and the judges that read it: true, false, beside itself.

A request for ``JUDGE`` is the judge's; `behaving` tells the two apart for the server.
"""

import json
from collections.abc import Callable
from typing import Any

from elsa_data.captions.judge import FAITHFUL
from elsa_data.captions.reading import read
from elsa_data.captions.wording import phrased, worded
from tests.captions.llm_answers import (
    BEHAVIOURS,
    OPPOSITE,
    Response,
    Seen,
    completion,
    saying,
    sentence,
)

JUDGE = "test-judge"
WORD = "zestfully"
"""A word that no rule accounts for."""


def reworded(asked: dict[str, Any]) -> str:
    """The true sentence with a word more after its first verb or so: harmless, and unknown."""
    first, second, *rest = sentence(asked).split(" ")
    return " ".join([first, second, WORD, *rest])


def judgement(asked: dict[str, Any], **other: Any) -> dict[str, Any]:
    """What a judge answers that can read: the values that the sentence states."""
    said = dict(read(phrased(worded(asked["sentence"]))).said)
    place = {slot: said.get(slot, "none") for slot in ("direction", "elevation", "distance")}
    room = {slot: said.get(slot, "none") for slot in ("size", "reverb")}
    return {"sounds": [place], **room, **FAITHFUL, **other}


def wrong_value(asked: dict[str, Any]) -> dict[str, Any]:
    """A judge that hears the first stated value of a place as its opposite."""
    said = judgement(asked)
    slot = next(slot for slot, value in said["sounds"][0].items() if value != "none")
    said["sounds"][0][slot] = OPPOSITE[said["sounds"][0][slot]]
    return said


def written(answer: Callable[[dict[str, Any]], Any]) -> Callable[[Seen], Any]:
    return saying(lambda asked: json.dumps(answer(asked)))


def cut_off(seen: Seen) -> Response:
    return Response(
        body=completion(seen, json.dumps(judgement(seen.asked)), finish_reason="length")
    )


BEHAVIOURS |= {
    "reworded": saying(reworded),
    "yes": written(judgement),
    "yes, fenced": saying(lambda asked: f"```json\n{json.dumps(judgement(asked))}\n```"),
    "wrong value": written(wrong_value),
    "leaves out": written(lambda asked: judgement(asked, leaves_out="yes")),
    "adds": written(lambda asked: judgement(asked, adds_manner="yes")),
    "out of order": written(lambda asked: judgement(asked, keeps_order="no")),
    "prose": saying(lambda asked: f"Yes: {json.dumps(judgement(asked))}"),
    "plain yes": saying(lambda _: "yes"),
    "garbage": saying(lambda _: '{"sounds": [[[{"direction"'),
    "a key more": written(lambda asked: judgement(asked, verdict="faithful")),
    "a key less": written(lambda asked: {k: v for k, v in judgement(asked).items() if k != "size"}),
    "true for no": written(lambda asked: judgement(asked, keeps_order=True)),
    "twice": saying(lambda asked: json.dumps(judgement(asked))[:-1] + ', "size": "large"}'),
    "cut off": cut_off,
    "a list": written(lambda asked: [judgement(asked)]),
}


def behaving(writer: str, judge: str | Callable[[Seen], str]) -> Callable[[Seen], str]:
    """A server whose two models behave so."""

    def behave(seen: Seen) -> str:
        if seen.body["model"] != JUDGE:
            return writer
        return judge if isinstance(judge, str) else judge(seen)

    return behave
