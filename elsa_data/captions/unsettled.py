"""Which refusals of the rules another reader may overrule."""

from collections.abc import Sequence
from typing import Final

from elsa_data.captions.events import ORDERING, is_content
from elsa_data.captions.lexicon.plain import MOVING, ONWARD, SPATIAL
from elsa_data.captions.sharing import misattributed
from elsa_data.records import SpatialAttributes

_UNACCOUNTED: Final = ("invented", "dropped")
_KNOWN: Final = SPATIAL | MOVING | ONWARD | ORDERING | {"until"}
"""Words of place, motion and order: the rules know what they mean."""


def unsettled(
    reason: str, text: str, originals: Sequence[str], attributes: SpatialAttributes
) -> bool:
    """Return whether a sentence was refused only for a word of content that the rules do not know.

    By then its form is right, it states every true place and no other, and each source has its own.

    Args:
        reason: as `elsa_data.captions.sharing.unfaithful` returns it.
        text: the sentence.
        originals: one source caption per part, as in ``attributes.parts``.
        attributes: the words that are true of the example.
    """
    kind, _, word = reason.partition(":")
    if kind not in _UNACCOUNTED or not is_content(word) or word in _KNOWN:
        return False
    return len(originals) == 1 or misattributed(text, originals, attributes) is None
