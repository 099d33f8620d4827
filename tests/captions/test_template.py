import itertools
import re
from collections import Counter

import pytest

from elsa_data.captions.assertions import asserted
from elsa_data.captions.attributes import words_for
from elsa_data.captions.frames import shipped_frames
from elsa_data.captions.sentence import body_of
from elsa_data.captions.sharing import unfaithful
from elsa_data.captions.template import caption, compose, misspoken, spoken
from elsa_data.captions.verify import verdict
from elsa_data.config import SLOTS, load_vocabulary
from elsa_data.records import PartWords, Room, SpatialAttributes
from elsa_data.seeding import rng_for

VOCABULARY = load_vocabulary("attributes.elsa.v1")
FRAMES = shipped_frames()
ORIGINALS = (
    "A dog barks twice.",
    "rain on a roof",
    "A man is speaking while a dog barks",
    "BBC news plays on a radio, and people laugh",
    "Birds chirp. A car engine starts!",
    "Chickens cluck at 4 p.m.",
    "The sound of a bell",
)
SOUND = "\u25a0"


def all_attributes() -> list[SpatialAttributes]:
    choices = [(*words, None) for _, words in SLOTS.values()]
    return [
        SpatialAttributes(
            room_size=size,
            reverberation=reverb,
            parts=(PartWords(direction=direction, elevation=elevation, distance=distance),),
        )
        for direction, elevation, distance, size, reverb in itertools.product(*choices)
    ]


def wanted(attributes: SpatialAttributes, part: int = 0) -> dict[str, frozenset[str]]:
    words = {
        "direction": attributes.parts[part].direction,
        "elevation": attributes.parts[part].elevation,
        "distance": attributes.parts[part].distance,
        "size": attributes.room_size,
        "reverb": attributes.reverberation,
    }
    return {slot: frozenset({word}) for slot, word in words.items() if word}


def phrases_of(slot: str, word: str) -> list[str]:
    if slot in FRAMES.phrases:
        forms = FRAMES.phrases[slot][word]
        return [*forms["at"], *forms["from"]]
    return [VOCABULARY.phrase(slot, word)]


MENTIONS = {
    (slot, word): re.compile(
        rf"\b(?:{'|'.join(sorted(phrases_of(slot, word), key=len, reverse=True))})\b"
    )
    for slot, (_, words) in SLOTS.items()
    for word in words
}


def check(text: str, original: str, attributes: SpatialAttributes) -> None:
    """Fail unless the text is one clean sentence that says every true word once, and no other."""
    body = body_of(original, joint="; ")
    # A caption that ends in "p.m." brings the stop of a sentence that it ends.
    own_stop = body.endswith(".") and text.lower().endswith(body.lower())
    assert text.count(".") - body.count(".") == int(not own_stop), text
    assert text.endswith(".")
    assert text[0] == text[0].upper(), text
    assert not re.search(r"  | [,.;:]|[,;:]{2}|\ba [aeiou]|\ban [^aeiou]|\.\.|\{|\}", text), text
    assert text.lower().count(body.lower()) == 1, text
    rest = text.lower().replace(body.lower(), SOUND)
    for (slot, word), mention in MENTIONS.items():
        count = int(word in wanted(attributes).get(slot, ()))
        assert len(mention.findall(rest)) == count, (slot, word, text)
    assert spoken(text, (original,)) == wanted(attributes), text
    said = [slot for slot, words in wanted(attributes).items() if words]
    extra = len(text.split()) - len(original.split())
    assert (2 if said else 0) <= extra <= 45, text


def composed(line: str, original: str, attributes: SpatialAttributes, turn: int) -> str | None:
    """Return the sentence of one frame, the other choices taken in turn; None if not offered."""
    offered = []

    def pick(lines):
        if line in lines:
            offered.append(line)
            return line
        return lines[turn % len(lines)]

    text = compose((original,), attributes, VOCABULARY, frames=FRAMES, pick=pick)
    return text if offered else None


def lines_for(attributes: SpatialAttributes) -> tuple[str, ...]:
    words = set(wanted(attributes))
    groups = [
        name
        for name, slots in (
            ("place", {"direction", "elevation", "distance"}),
            ("room", {"size", "reverb"}),
        )
        if words & slots
    ]
    return FRAMES.frames["+".join(groups)] if groups else ()


def verified(text: str, original: str, attributes: SpatialAttributes) -> None:
    assert verdict(text, (original,), attributes, VOCABULARY) is None, text


def check_all(originals_a_frame: int, check=check) -> Counter[str]:
    seen: Counter[str] = Counter()
    for turn, attributes in enumerate(all_attributes()):
        for number, line in enumerate(lines_for(attributes)):
            for original in itertools.islice(
                itertools.cycle(ORIGINALS), turn + number, turn + number + originals_a_frame
            ):
                text = composed(line, original, attributes, turn // 7 + number)
                if text is not None:
                    check(text, original, attributes)
                    seen[line] += 1
    return seen


def test_every_combination_in_every_frame_says_what_is_true_once_and_no_more():
    seen = check_all(originals_a_frame=1)
    assert set(seen) == {line for lines in FRAMES.frames.values() for line in lines}


@pytest.mark.slow
def test_every_combination_in_every_frame_with_every_original():
    assert sum(check_all(originals_a_frame=len(ORIGINALS)).values()) > 50_000


@pytest.mark.slow
def test_every_combination_in_every_frame_passes_the_verifier_of_the_language_model():
    assert sum(check_all(originals_a_frame=1, check=verified).values()) > 8_000


@pytest.mark.parametrize(
    ("original", "sentence"),
    [
        ("rain on a roof", "Rain on a roof."),
        ("A dog barks!", "A dog barks."),
        ("Birds chirp. A car starts.", "Birds chirp; a car starts."),
        ("iPhone rings", "iPhone rings."),
        ("It rings at 4 p.m.", "It rings at 4 p.m."),
    ],
)
def test_with_nothing_to_say_the_original_is_a_clean_sentence(original, sentence):
    silent = SpatialAttributes(room_size=None, reverberation=None, parts=(PartWords(),))
    mono = SpatialAttributes(room_size=None, reverberation=None, parts=())
    assert caption((original,), silent, VOCABULARY, seed=1, key="x") == sentence
    assert caption((original,), mono, VOCABULARY, seed=1, key="x") == sentence


LEFT_FAR = SpatialAttributes(
    room_size="large", reverberation=None, parts=(PartWords(direction="left", distance="far"),)
)


def test_a_word_that_the_original_says_is_not_said_again():
    for key in map(str, range(50)):
        original = "A dog barks in the distance"
        text = caption((original,), LEFT_FAR, VOCABULARY, seed=3, key=key)
        assert spoken(text, (original,)) == {
            "direction": frozenset({"left"}),
            "size": frozenset({"large"}),
        }
        assert misspoken(text, (original,), LEFT_FAR) is None


def test_names_keep_their_capital_inside_the_sentence():
    texts = {
        caption(("Rover barks at NASA",), LEFT_FAR, VOCABULARY, seed=1, key=str(key))
        for key in range(40)
    }
    assert all("Rover barks at NASA" in text for text in texts)


def test_braces_in_a_caption_are_words_like_any_other():
    text = caption(("A {room} of {0} bells",), LEFT_FAR, VOCABULARY, seed=1, key="x")
    assert "{room} of {0} bells" in text


def test_seed_and_key_alone_choose_the_sentence():
    def of(seed, key):
        return caption(("A dog barks",), LEFT_FAR, VOCABULARY, seed=seed, key=key)

    assert of(1, "a") == of(1, "a")
    assert len({of(1, str(key)) for key in range(100)}) > 50
    assert len({of(seed, "a") for seed in range(100)}) > 50


def test_the_reading_notices_a_wrong_a_missing_and_an_invented_word():
    original = "A dog barks"
    assert (
        misspoken("A dog barks, far away on the left in a large room.", (original,), LEFT_FAR)
        is None
    )
    assert (
        misspoken("A dog barks, far away on the right in a large room.", (original,), LEFT_FAR)
        == "direction"
    )
    assert (
        misspoken("A dog barks, on the left in a large room.", (original,), LEFT_FAR) == "distance"
    )
    assert (
        misspoken(
            "A dog barks, far away, above, on the left in a large room.", (original,), LEFT_FAR
        )
        == "elevation"
    )
    assert (
        misspoken("A dog barks, far away on the left in a small room.", (original,), LEFT_FAR)
        == "size"
    )
    assert (
        misspoken(
            "A dog barks, far away on the left in a large, highly reverberant room.",
            (original,),
            LEFT_FAR,
        )
        == "reverb"
    )


def parts_of(text: str, originals: tuple[str, ...]) -> list[dict[str, frozenset[str]]]:
    """Return what the clause of each source asserts."""
    clauses = re.split(r", and (?=[^,]|)", text)
    assert len(clauses) == len(originals), text
    bodies = [body_of(original, joint=" and ").lower() for original in originals]
    return [
        asserted(clause.lower().replace(body, SOUND))
        for clause, body in zip(clauses, bodies, strict=True)
    ]


def some_part(number: int) -> PartWords:
    rng = rng_for(5, "part", number)
    words = {
        slot: [*SLOTS[slot][1], None, None][int(rng.integers(len(SLOTS[slot][1]) + 2))]
        for slot in ("direction", "elevation", "distance")
    }
    return PartWords(**words)


@pytest.mark.parametrize("sources", [2, 3])
def test_each_of_several_sources_has_its_own_place(sources):
    originals = ("A dog barks twice.", "rain on a roof", "BBC news plays. A man talks.")[:sources]
    for number in range(200):
        parts = tuple(some_part(sources * number + n) for n in range(sources))
        attributes = SpatialAttributes(room_size=None, reverberation=None, parts=parts)
        text = caption(originals, attributes, VOCABULARY, seed=2, key=str(number))
        assert parts_of(text, originals) == [wanted(attributes, n) for n in range(sources)], text
        with_room = SpatialAttributes(room_size="small", reverberation="dampened", parts=parts)
        text = caption(originals, with_room, VOCABULARY, seed=2, key=str(number))
        assert misspoken(text, originals, with_room) is None, text
        assert unfaithful(text, originals, with_room, VOCABULARY) is None, text
        assert len(MENTIONS["size", "small"].findall(text)) == 1
        assert not re.search(r"  | [,.;:]|\.\.|\ba [aeiou]", text), text
        assert text.endswith(".")
        assert text[0] == text[0].upper()


def test_a_permuted_twin_swaps_the_places():
    left, right = PartWords(direction="left"), PartWords(direction="right")
    originals = ("A dog barks", "A man talks")
    for parts in ((left, right), (right, left)):
        attributes = SpatialAttributes(room_size=None, reverberation=None, parts=parts)
        text = caption(originals, attributes, VOCABULARY, seed=1, key="x")
        assert parts_of(text, originals) == [wanted(attributes, 0), wanted(attributes, 1)]


def random_attributes(number: int) -> SpatialAttributes:
    """Return the words of numbers drawn over the ranges of a typical preset."""
    rng = rng_for(11, "frames", number)
    flat = ((0.1,) * 8,) * 6
    area_m2 = 13.3 * (277.4 / 13.3) ** rng.uniform()
    return words_for(
        VOCABULARY,
        room=Room(size_m=(area_m2 / 4, 4.0, 3.0), absorption=flat, scattering=flat),
        directions=[(rng.uniform(-180, 180), rng.uniform(-47.5, 48.7), rng.uniform(0.5, 4.0))],
        t30_s=0.15 * (2.6 / 0.15) ** rng.uniform(),
    )


def frame_of(text: str, original: str) -> str:
    """Return a sentence without its sound and its words: what it has in common with others."""
    frame = text.lower().replace(body_of(original, joint="; ").lower(), SOUND)
    for (slot, _), mention in MENTIONS.items():
        frame = mention.sub(f"<{slot}>", frame)
    return frame


def most_frequent_share(examples: int) -> float:
    original = "A dog barks twice"
    frames = Counter(
        frame_of(
            caption((original,), random_attributes(n), VOCABULARY, seed=7, key=str(n)), original
        )
        for n in range(examples)
    )
    return frames.most_common(1)[0][1] / examples


def test_no_frame_dominates():
    assert most_frequent_share(1000) <= 0.05


@pytest.mark.slow
def test_no_frame_makes_up_a_twentieth_of_ten_thousand():
    assert most_frequent_share(10_000) <= 0.05
