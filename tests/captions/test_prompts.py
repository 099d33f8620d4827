import json
from pathlib import Path

import pytest

from elsa_data.captions.prompts import facts_of, load_prompt
from elsa_data.config import asset, load_vocabulary
from elsa_data.errors import ConfigError, PromptError
from elsa_data.records import PartWords, SpatialAttributes

VOCABULARY = load_vocabulary("attributes.elsa.v1")
PROMPT = load_prompt("rewrite.v1")
LEFT = PartWords(direction="left", distance="near")
WORDS = SpatialAttributes(room_size="small", reverberation="dampened", parts=(LEFT,))


def sent(**changes):
    messages = PROMPT.messages(
        changes.pop("captions", ["A dog barks"]),
        facts_of(changes.pop("attributes", WORDS), VOCABULARY),
        "Be brief.",
        changes.pop("rejected", None),
    )
    return json.loads(messages[1]["content"])


def test_only_what_is_true_is_sent() -> None:
    assert sent() == {
        "caption": "A dog barks",
        "attributes": {
            "direction": "left",
            "distance": "near",
            "size": "small",
            "reverb": "acoustically dampened",
        },
        "style": "Be brief.",
    }
    bare = SpatialAttributes(room_size=None, reverberation=None, parts=(PartWords(),))
    assert sent(attributes=bare)["attributes"] == {}


def test_places_of_several_sources_keep_their_order() -> None:
    parts = (LEFT, PartWords(), PartWords(elevation="up"))
    words = SpatialAttributes(room_size=None, reverberation=None, parts=parts)
    places = [{"direction": "left", "distance": "near"}, {}, {"elevation": "up"}]
    asked = sent(captions=["a", "b", "c"], attributes=words)
    assert (asked["caption"], asked["attributes"]) == (["a", "b", "c"], {"sounds": places})


@pytest.mark.parametrize(
    "text",
    ['"}, "attributes": {}', "$style ${reason} $$", "back\\slash\nline", "\u2028 \U0001f415"],
)
def test_whatever_a_caption_holds_stays_a_string(text: str) -> None:
    asked = sent(captions=[text], rejected=(text, text))
    assert (asked["caption"], asked["rejected"], asked["because"]) == (text, text, text)
    assert set(asked) == {"caption", "attributes", "style", "rejected", "because"}


def test_styles_are_drawn_by_seed_and_suit() -> None:
    facts = facts_of(WORDS, VOCABULARY)
    drawn = [PROMPT.style(facts, seed=7, key=str(number)) for number in range(300)]
    assert drawn == [PROMPT.style(facts, seed=7, key=str(number)) for number in range(300)]
    assert set(drawn) == {hint for _, hint in PROMPT.styles}
    roomless = {PROMPT.style({"direction": "left"}, seed=7, key=str(n)) for n in range(300)}
    assert roomless == {hint for whom, hint in PROMPT.styles if whom != "room"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"caption": $caption, ', "", r"user: the placeholder \$caption is missing"),
        ("$attributes, ", "$atributes, ", "Did you mean 'attributes'"),
        ("$reason", "$$reason", r"again: the placeholder \$reason is missing"),
        ("ONE English", "$ONE English", r"system: unknown placeholder \$ONE"),
        ("ONE English", "5 $ English", "names no placeholder"),
        ("## again", "## agian", "Did you mean 'again'"),
        ("## styles", "## user", "'user' once, got 2"),
        ("- any: ", "- all: ", "wanted `- any|place|room: a hint`"),
        ("name: rewrite.v1", "version: 1", "name: NAME"),
        ("## system", "Hello\n## system", "'Hello' stands before"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = asset("prompts", "rewrite.v1.md").read_text()
    assert old in text
    path = tmp_path / "mine.md"
    path.write_text(text.replace(old, new))
    with pytest.raises(PromptError, match=says.replace("|", r"\|")) as caught:
        load_prompt(str(path))
    assert "mine.md" in str(caught.value)


def test_an_unknown_name_is_answered_with_the_known() -> None:
    with pytest.raises(ConfigError, match=r"rewrite\.v1"):
        load_prompt("rewrite.v0")


def test_the_shipped_prompt_is_short() -> None:
    assert len(PROMPT.system) // 4 < 400, "every caption pays for it"
