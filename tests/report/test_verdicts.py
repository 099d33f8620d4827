import re

import pytest

from elsa_data.report.verdicts import verdict_on
from tests.report.examples import part_at, spatial_row

LEFT = part_at(70, 0, 1.5, direction="left")


def told(*parts, **changes) -> str:
    return " ".join(re.sub("<[^>]*>", "", verdict_on(spatial_row(*parts, **changes), 0)).split())


def test_a_template_is_read_again() -> None:
    assert told(LEFT) == "template ✓ says its words and no others"
    # The row's caption says left.
    right = part_at(-70, 0, 1.5, direction="right")
    assert told(right) == "template ✗ is not true of the direction"
    assert told(LEFT, room_size="large") == "template ✗ is not true of the size"
    near = part_at(70, 0, 0.8, direction="left", distance="near")
    assert told(near) == "template ✗ is not true of the distance"


def test_a_model_was_believed_by_the_verifier() -> None:
    model = {"caption_sources": ("llm",), "caption_models": ("a-model",), "caption_attempts": (2,)}
    assert told(LEFT, **model) == "llm a-model, ✓ believed by the verifier, answer 2"


def test_a_fallback_tells_what_came_before_it() -> None:
    said = told(LEFT, caption_attempts=(3,))
    assert said.startswith("template after 3 answers of a model that were not believed, ✓")


@pytest.mark.parametrize("source", ["template", "original"])
def test_what_cannot_be_told_is_not_told(source: str) -> None:
    """Of two sources the row holds one joined source caption; an original has no words."""
    said = told(LEFT, part_at(-70, 0, 1.5, direction="right"), caption_sources=(source,))
    assert "✓" not in said
    assert "✗" not in said
