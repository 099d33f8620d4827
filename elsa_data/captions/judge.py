"""Another model as judge of the sentences that the rules leave open; it is never told the target.

The rules refuse a sentence for a word they cannot account for, also where it is another word for
one of the source caption. A judge may then let it pass. It is asked for the values that the
sentence states and, one by one, for what it adds or leaves out; each answer must be the one of a
faithful sentence. What cannot be read is a no.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from elsa_data.captions.answers import question_key
from elsa_data.captions.dialect import Sampling
from elsa_data.captions.prompts import JudgePrompt, Messages
from elsa_data.captions.repair import repaired
from elsa_data.records import SpatialAttributes

NONE: Final = "none"
UNREADABLE: Final = "unreadable"
PASSED: Final = "passed"
"""Counted for a sentence that the judge let pass."""

FAITHFUL: Final = {
    **dict.fromkeys(("adds_sound", "adds_place", "adds_person", "adds_object"), "no"),
    **dict.fromkeys(("adds_manner", "adds_count", "adds_cause", "adds_feeling"), "no"),
    "leaves_out": "no",
    "keeps_order": "yes",
}
"""What the judge must answer of every sentence; the places and the room depend on its words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmJudge:
    """The model that is asked, and what: all that its answer depends on besides the sentence."""

    model: str
    prompt: JudgePrompt
    sampling: Sampling = field(default_factory=lambda: Sampling(temperature=0.0, max_tokens=400))

    def key(self, messages: Messages) -> str:
        """Return the key of a question; it has no second attempt."""
        return question_key(self.model, messages, self.sampling.plain())


def objection(answer: str, attributes: SpatialAttributes) -> str | None:
    """Return the first question that an answer of the judge fails, or None: the sentence passes.

    Args:
        answer: what it said.
        attributes: the words that are true of the example.
    """
    try:
        said = json.loads(repaired(answer), object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        return UNREADABLE
    wanted = _wanted(attributes)
    if not isinstance(said, dict) or said.keys() != wanted.keys():
        return UNREADABLE
    return next((name for name, value in wanted.items() if said[name] != value), None)


def _wanted(attributes: SpatialAttributes) -> dict[str, Any]:
    """Return the answer of a sentence that is faithful."""
    sounds = [
        {
            "direction": part.direction or NONE,
            "elevation": part.elevation or NONE,
            "distance": part.distance or NONE,
        }
        for part in attributes.parts
    ]
    room = {"size": attributes.room_size or NONE, "reverb": attributes.reverberation or NONE}
    return {"sounds": sounds, **room, **FAITHFUL}


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON.

    Raises:
        ValueError: it says something twice.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found
