from pathlib import Path

import pytest

from elsa_data.captions import wording
from elsa_data.captions.wording import (
    compounded,
    is_plural,
    is_singular,
    keys,
    lemmas,
    phrased,
    quoted,
    same,
    worded,
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("A dog's echo-free room, far-off.", "a dog 's echo free room , far off ."),
        ("It isn\u2019t left; can't, won't", "it is not left ; can not , will not"),
        ("That's right (almost)", "that is right ( almost )"),
        ("At 4.5 p.m. \u2014 \u201cNow!\u201d", 'at 4.5 p.m. , " now ! "'),
        ("CAF\u00c9", "caf\u00e9"),
        ("", ""),
    ],
)
def test_a_caption_becomes_plain_tokens(text, tokens):
    assert worded(text) == tokens


def test_set_phrases_become_one_word():
    assert phrased("no one knocks two times over and over") == "nobody knocks 2times repeatedly"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("barks", "barking"),
        ("leaves", "leaf"),
        ("quietly", "quiet"),
        ("noisily", "noisy"),
        ("baby", "infants"),
        ("aeroplane", "airplanes"),
        ("announces", "announcement"),
        ("applauds", "clapping"),
    ],
)
def test_words_that_say_the_same(one, other):
    assert same(one, other)
    assert keys(one) & keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dog", "cat"),
        ("man", "woman"),
        ("trots", "gallops"),
        ("food", "meat"),
        ("person", "man"),
        ("car", "truck"),
        ("left", "right"),
        ("engine", "engineer"),
        ("starts", "stops"),
    ],
)
def test_words_that_do_not(one, other):
    assert not same(one, other)


def test_number_and_lemma_of_words_no_dictionary_has():
    assert is_plural("birds")
    assert not is_plural("bird")
    assert is_singular("bird")
    assert not is_singular("sheep")
    assert "blorp" in lemmas("blorps")


def test_quoted_speech_is_found():
    assert quoted(worded('A man says "go left" and "stop".')) == ["go left", "stop"]


def test_the_glance_for_a_phrase_misses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (Path(__file__).parent / "verdicts.txt").read_text().splitlines()
    glanced = [phrased(worded(line)) for line in lines]
    rows = wording._PHRASES._rows
    monkeypatch.setattr(wording._PHRASES, "among", lambda _: rows)
    assert [phrased(worded(line)) for line in lines] == glanced
    assert any(phrase != worded(line) for phrase, line in zip(glanced, lines, strict=True))


@pytest.mark.parametrize(
    ("words", "other", "wanted"),
    [
        ("two gun shots", "gunshots", "two gunshots"),
        ("a door bell rings", "the doorbell rings", "a doorbell rings"),
        ("a long way off", "along the road", "a long way off"),
        ("a door bell rings", "a door bell", "a door bell rings"),
    ],
)
def test_two_words_are_one_where_the_other_caption_has_them_so(words, other, wanted):
    assert compounded(words, other) == wanted


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("dinging", "dings", True),
        ("meowing", "meows", True),
        ("herring", "hers", False),
        ("pops", "bursts", True),
        ("hen", "duck", False),
    ],
)
def test_forms_and_synonyms_say_the_same(one, other, alike):
    assert same(one, other) is alike
