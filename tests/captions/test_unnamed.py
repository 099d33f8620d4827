import pytest

from elsa_data.captions.verify import verdict
from elsa_data.records import PartWords, SpatialAttributes
from tests.captions.test_template import VOCABULARY

LEFT = SpatialAttributes(room_size=None, reverberation=None, parts=(PartWords(direction="left"),))


def passes(original: str, rewrite: str) -> bool:
    return verdict(f"On the left, {rewrite}.", (original,), LEFT, VOCABULARY) is None


@pytest.mark.parametrize(
    ("original", "rewrite"),
    [
        ("Sneezing", "someone sneezes"),
        ("playing violin, people cheering", "someone plays the violin and people cheer"),
        ("A door is unlocked", "somebody unlocks a door"),
        ("A crowd cheers as a whistle is blown", "a crowd cheers as somebody blows a whistle"),
        ("A pot falls and is then taken away", "a pot falls before someone takes it away"),
        ("Scrubbing", "something is scrubbed"),
    ],
)
def test_somebody_may_do_what_is_only_said_to_be_done(original, rewrite):
    assert passes(original, rewrite)


@pytest.mark.parametrize(
    ("original", "rewrite"),
    [
        ("A door opens", "someone opens a door"),
        ("A dog barking", "someone is barking at a dog"),
        ("A kettle whistles", "someone whistles and a kettle whistles"),
        ("A woman sneezing", "someone and a woman are sneezing"),
        ("A bell is rung by a monk", "a woman rings a bell"),
    ],
)
def test_nobody_joins_who_is_not_there(original, rewrite):
    assert not passes(original, rewrite)
