from pathlib import Path

import pytest

from elsa_data.captions.template import caption
from elsa_data.config import load_vocabulary
from elsa_data.records import PartWords, SpatialAttributes
from elsa_data.report.highlight import asserted_spans, body_in, marked, spans, words_of
from elsa_data.report.sentences import frame_of
from elsa_data.shards.data import read_data
from elsa_data.shards.directory import Directory, data_files, shard_ref

VOCABULARY = load_vocabulary("attributes.elsa.v1")
ALL = {
    "direction": frozenset({"left"}),
    "elevation": frozenset({"up"}),
    "distance": frozenset({"near"}),
    "size": frozenset({"small"}),
    "reverb": frozenset({"dampened"}),
}


def said(text: str, found: list) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.slot) for span in found]


@pytest.mark.parametrize("seed", range(60))
def test_every_word_of_a_template_is_found_and_nothing_else(seed: int) -> None:
    attributes = SpatialAttributes(
        room_size="small",
        reverberation="dampened",
        parts=(PartWords(direction="left", elevation="up", distance="near"),),
    )
    original = "A small dog left its bone near a door, up to no good"
    text = caption((original,), attributes, VOCABULARY, seed=seed, key="k")
    found = spans(text, original, ALL)
    body = body_in(text, original)
    assert body is not None
    assert {span.slot for span in found} == ALL.keys()
    assert all(span.end <= body[0] or body[1] <= span.start for span in found)


def test_every_spatial_caption_of_a_build_has_each_of_its_words_marked(
    standing_build: Path,
) -> None:
    directory, rows = Directory(str(standing_build)), 0
    for urls in data_files(directory).values():
        for url in urls:
            ref = shard_ref(Path(url).stem)
            assert ref is not None
            for example in read_data(directory, ref):
                words = words_of(example)
                for text, original in zip(example.captions, example.original_captions, strict=True):
                    found = {span.slot for span in spans(text, original, words)}
                    assert found == {slot for slot, has in words.items() if has}, text
                rows += example.spatial
    assert rows > 20


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("A dog barks right behind you, to your left.", [("left", "direction")]),
        ("High above and close\u2010by, on the LEFT\u2011hand side", None),
        ("In a tiny, acoustically dead room a dog barks overhead", None),
    ],
)
def test_rewritten_captions_are_marked_by_their_own_words(text: str, marks) -> None:
    found = said(text, spans(text, "A hound barks", ALL))
    wanted = marks or {
        "H": [("High above", "elevation"), ("close\u2010by", "distance"),
              ("LEFT\u2011hand side", "direction")],
        "I": [("tiny", "size"), ("acoustically dead", "reverb"), ("overhead", "elevation")],
    }[text[0]]  # fmt: skip
    assert found == wanted


def test_a_word_that_only_the_source_caption_says_is_marked_there() -> None:
    words = {"direction": frozenset({"left"}), "distance": frozenset({"near"})}
    text = "Nearby: a dog barks on the left."
    found = spans(text, "A dog barks on the left", words)
    assert said(text, found) == [("Nearby", "distance"), ("left", "direction")]


def test_right_behind_is_no_right() -> None:
    words = {"direction": frozenset({"right"})}
    assert spans("Right behind you, a dog barks", "", words) == []
    assert said("on the right", spans("on the right", "", words)) == [("right", "direction")]


def test_a_source_caption_is_marked_only_where_it_asserts_a_word() -> None:
    words = {"distance": frozenset({"far"}), "size": frozenset({"small"})}
    text = "A small dog barks in the distance"
    assert said(text, asserted_spans(text, words)) == [("in the distance", "distance")]


def test_marks_keep_the_caption_and_escape_it() -> None:
    text = 'Left: <b>"a" & b</b>'
    markup = marked(text, spans(text, "", ALL))
    assert markup == (
        '<mark class="place" title="direction">Left</mark>'
        ": &lt;b&gt;&quot;a&quot; &amp; b&lt;/b&gt;"
    )


def test_letters_that_grow_when_folded_do_not_shift_a_mark() -> None:
    text = "ẞtraße İn the left"
    assert said(text, spans(text, "", ALL)) == [("left", "direction")]


def test_a_frame_keeps_neither_sound_nor_words() -> None:
    words = {"direction": frozenset({"left"}), "reverb": frozenset({"dampened"})}
    text = "From the left, in an acoustically dampened room: a dog barks."
    assert frame_of(text, "A dog barks.", words) == "From the [direction], in a [reverb] room: …"
    assert frame_of("A hound is heard barking on the left.", "A dog barks", words) == "A hound is …"
    assert frame_of("A dog barks.", "A dog barks", {}) == "…"
