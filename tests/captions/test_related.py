"""The words of WordNet that the verifier knows, and how they are made of its files."""

from pathlib import Path

import pytest

from elsa_data.captions.lexicon.from_wordnet import WordNet, kin, kinds, opposed, same
from elsa_data.captions.lexicon.related import KIN, KINDS, OPPOSITES, SAME, Related

LICENCE = "  1 This software and database is being provided to you, the LICENSEE\n"
FILES = {
    "index.verb": (
        "halt v 1 0 1 1 00000001\n"
        "settle_down v 1 0 1 0 00000003\n"
        "calm v 1 1 ! 1 1 00000003\n"
        "settle v 1 0 1 1 00000009\n"
        "stop v 2 1 ~ 2 1 00000001 00000009\n"
        "pause v 1 1 @ 1 1 00000002\n"
    ),
    "data.verb": (
        "00000001 38 v 02 stop 0 halt 0 001 ~ 00000002 v 0000 01 + 02 00 | come to a halt\n"
        "00000002 38 v 01 pause 0 001 @ 00000001 v 0000 01 + 02 00 | stop for a while\n"
        "00000003 37 v 02 calm 0 settle_down 0 001 ! 00000009 v 0101 01 + 02 00 | grow quiet\n"
        "00000009 42 v 02 stop 1 settle 0 000 01 + 02 00 | stay\n"
    ),
    "index.adj": "long a 1 1 & 1 1 00000004\nlengthy a 1 1 & 1 0 00000005\n",
    "data.adj": (
        "00000004 00 a 01 long 0 001 & 00000005 a 0000 | of much extent\n"
        "00000005 00 s 01 lengthy 0 001 & 00000004 a 0000 | rather long\n"
    ),
    "index.noun": "joy n 1 1 + 1 1 00000006\njoyfulness n 1 0 1 0 00000006\n",
    "data.noun": "00000006 12 n 02 joy 0 joyfulness 0 001 + 00000007 r 0101 | gladness\n",
    "index.adv": "joyously r 1 0 1 1 00000007\n",
    "data.adv": "00000007 02 r 01 joyously 0 000 | with joy\n",
}


@pytest.fixture
def net(tmp_path: Path) -> WordNet:
    for name, text in FILES.items():
        (tmp_path / name).write_text(LICENCE + text)
    return WordNet(tmp_path)


def groups(found) -> set[frozenset[str]]:
    return {frozenset(group) for group in found if len(set(group)) > 1}


def test_words_of_one_sense_and_its_shades_say_the_same(net):
    assert groups(same(net)) == {
        frozenset(pair)
        for pair in (("stop", "halt"), ("stop", "settle"), ("long", "lengthy"))
    }  # fmt: skip


def test_a_verb_is_kin_to_one_that_says_so_with_a_particle(net):
    assert frozenset(("calm", "settle")) in groups(kin(net))


def test_a_verb_and_each_of_its_kinds_are_a_pair_and_two_kinds_are_none(net):
    pairs = groups(kinds(net))
    assert {frozenset(("stop", "pause")), frozenset(("halt", "pause"))} <= pairs
    assert frozenset(("stop", "halt")) in pairs
    assert frozenset(("pause", "settle")) not in pairs


def test_opposites_are_told(net):
    assert groups(opposed(net)) == {frozenset(("calm", "stop")), frozenset(("calm", "settle"))}


@pytest.mark.parametrize(
    ("table", "one", "other"),
    [(SAME, "lengthy", "long"), (SAME, "explode", "explosion"), (KIN, "settle", "calm")],
)
def test_what_was_made_of_wordnet_holds_words_of_captions(table, one, other):
    assert set(table[one]) & set(table[other])


def test_what_was_made_of_wordnet_holds_kinds():
    assert "move" in KINDS["crawl"]
    assert "saw" in KINDS["cut"]


def test_what_was_made_of_wordnet_holds_opposites():
    assert "close" in OPPOSITES["open"]
    assert "open" in OPPOSITES["close"]


def test_words_are_found_in_every_row_that_they_open():
    rows = ["cut ~0", "cu ~1", "cut ~2 ~3", "cuts ~4"]
    table = Related(rows)
    assert {word: table[word] for word in table} == {
        "cu": ("~1",),
        "cut": ("~0", "~2", "~3"),
        "cuts": ("~4",),
    }
    assert [table.get(word) for word in ("c", "cute", "z", "")] == [None] * 4
