import random

import lemminflect
import pytest

from elsa_data.captions.dictionary import _lemma_table, lemmas_by_kind, unchanging
from elsa_data.captions.wording import is_singular


@pytest.fixture(scope="module")
def some_words() -> list[str]:
    """Words of LemmInflect, those it treats by hand, and some it does not know."""
    lines, by_hand = _lemma_table()
    known = sorted({line.decode().split(",")[0].lower() for line in lines})
    return [*random.Random(7).sample(known, 4000), *by_hand, "blorp", "blorps", "4.5", ",", ""]


def test_words_are_forms_of_what_lemminflect_says(some_words):
    for word in some_words:
        assert lemmas_by_kind(word) == lemminflect.getAllLemmas(word), word


def test_nouns_are_singular_as_lemminflect_inflects_them(some_words):
    nouns = [word for word in some_words if word in lemmas_by_kind(word).get("NOUN", ())]
    for word in [*nouns, "china", "lecture", "oil", "soap", "regimen", "sheep", "music", "fish"]:
        plurals = lemminflect.getInflection(word, tag="NNS")
        assert is_singular(word) is (plurals[:1] != (word,)), word
    assert len(nouns) > 500


@pytest.mark.parametrize(("word", "alone"), [("sheep", True), ("music", True), ("dog", False)])
def test_nouns_without_another_plural(word, alone):
    assert (word in unchanging()) is alone
