"""What a recorded set adds to the evaluation of any other: whose directions a probe learnt from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from elsa_data.evaluate.embed import Listened
from elsa_data.evaluate.evaluation import Heard
from elsa_data.evaluate.localisation import PROTOCOL, directions_of, has_direction, localisation
from elsa_data.evaluate.probe import fit_directions
from elsa_data.evaluate.scores import Score

OWN: Final = "a probe learnt from the recorded set's own train fold, of other recordings"
BORROWED: Final = "a probe learnt from DATA, none of it recorded"


def told_apart(scores: Sequence[Score], subjects: Sequence[str]) -> list[Score]:
    """Return scores in which every probe of these subjects says that it knew the recorded set."""
    return [
        replace(score, note=OWN)
        if score.protocol.startswith(PROTOCOL) and score.subject in subjects
        else score
        for score in scores
    ]


def borrowed(heard: Heard, synthetic: Listened) -> list[Score]:
    """Return the errors on recorded sounds of probes that learnt from others."""
    learnt, test = synthetic.pick(has_direction), heard.test.pick(has_direction)
    lines: list[Score] = []
    for subject in heard.models:
        probe = fit_directions(
            learnt.heard[subject]["audio"], directions_of(learnt.metas), seed=heard.seed
        )
        found = probe(test.heard[subject]["audio"])
        lines += localisation(f"{subject}, probe of DATA", test.metas, found, BORROWED)
    return lines
