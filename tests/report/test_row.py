import dataclasses
import hashlib
import re

import pytest

from elsa_data.examples import Example
from elsa_data.report.row import told, verdict_on
from elsa_data.report.terminal import WIDTH, columns_of
from tests.report.conftest import HOSTILE, hostile
from tests.shards.conftest import example

SHARD = "train-00001-of-00002.parquet"


def placed(number: int) -> Example:
    """Return a row with every number of its scene; with two sources where the number is odd."""
    plain = example(number)
    first = dataclasses.replace(
        plain.parts[0],
        azimuth_deg=-145.25,
        elevation_deg=4.5,
        distance_m=2.75,
        direction="back",
        distance="far",
        drr_db=-3.25,
        position_m=(3.0, 4.0, 1.0),
        t30_mid_s=0.25,
        curved=True,
        doa_overlap=True,
        rir_sha256="ef" * 32,
        clip_sha256="cd" * 32,
    )
    second = dataclasses.replace(first, clip_id="other", azimuth_deg=12.5, position_m=(1, 1, 1))
    return dataclasses.replace(
        plain,
        parts=(first, second)[: len(plain.parts)],
        receiver_kind="foa",
        receiver_position_m=(1.0, 2.0, 1.5),
        receiver_yaw_deg=91.0,
        floor_area_m2=22.0,
        volume_m3=55.0,
        room_size="small",
        target_t30_s=0.375,
    )


def shown(row: Example, *, ascii_only: bool = False) -> str:
    return told(row, shard=SHARD, ascii_only=ascii_only)


def test_a_row_tells_its_words_with_their_numbers() -> None:
    row = placed(2)
    text = shown(row)
    for said in (
        f"{row.example_id}  {SHARD}  in a room",
        "a dog barks on the left, 2",
        "from          “a dog barks”",
        "written by    a-model, believed by the verifier, answer 2",
        "room          4.00 x 5.50 x 2.50 m, floor 22.0 m2, 55.0 m3: small",
        "reverberation T30 0.25 s mid, - full band, 0.38 s asked for: no word",
        "azimuth       -145.2 deg: back",
        "elevation     +4.5 deg: no word",
        "distance      2.75 m: far",
        "DRR           -3.2 dB",
        "response      its decay bends, a reflection within 2.5 ms",
        "clip          demo: klang/ä 2",
        "licence       CC0-1.0",
        "octave, Hz    125   250   500    1k    2k    4k    8k  16k   mid  full",
        "T30 A, s        -  0.30  0.31  0.30  0.29  0.20  0.10    -  0.25     -",
        "level         -28.1 dBFS, peak -6.0 dBFS, gain -0.2 dB",
        f"audio sha256  {hashlib.sha256(row.audio).hexdigest()}",
        f"RIR A         {'ef' * 32}",
        f"clip A        {'cd' * 32}",
        f"prompt        {'cd' * 32}",
    ):
        assert said in text, f"{said!r} is not in\n{text}"
    assert text.count("↑") == 1
    assert max(map(columns_of, text.splitlines())) <= WIDTH


def test_several_sources_stand_side_by_side() -> None:
    text = shown(placed(3))
    assert re.search(r"source +A +B\n +azimuth +-145.2 deg: back +\+12.5 deg: back\n", text)
    assert re.search(r"clip +demo: klang/ä 3 +demo: other\n", text)
    assert "T30 B, s" in text
    picture = text[text.index("┌") : text.index("└")]
    assert {letter: picture.count(letter) for letter in "AB↑"} == {"A": 1, "B": 1, "↑": 1}
    assert max(map(columns_of, text.splitlines())) <= WIDTH


def test_a_mono_original_has_no_scene() -> None:
    text = shown(example(2, channels=1))
    assert "a mono original" in text
    assert not {"azimuth", "T30", "room ", "receiver", "None"} & set(re.findall(r"[\w]+ ?", text))


@pytest.mark.parametrize("row", [placed(2), placed(3), example(4, channels=1)])
def test_ascii_alone_says_the_same(row: Example) -> None:
    text = shown(row, ascii_only=True)
    assert text.isascii()
    assert len(text.splitlines()) == len(shown(row).splitlines())
    assert row.example_id in text


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize(
    "bad", [HOSTILE, "\x1b]0;owned\x07\x1b[2J\x9b31m\r\n\u202e\u200b", "犬" * 90]
)
def test_no_text_of_a_row_steers_the_terminal(bad: str, ascii_only: bool) -> None:
    row = hostile(placed(2))
    part = dataclasses.replace(
        row.parts[0], **dict.fromkeys(("clip_id", "source_id", "corpus", "licence"), bad)
    )
    part = dataclasses.replace(
        part, attribution=bad, labels=(bad,), clip_sha256=bad, rir_sha256=bad, direction=bad
    )
    row = dataclasses.replace(
        row,
        **dict.fromkeys(("group_id", "prompt_sha256", "room_size", "receiver_kind"), bad),
        captions=(bad,) * 2,
        original_captions=(f"{bad} here", bad),
        caption_models=(bad, None),
        parts=(part,),
    )
    text = told(row, shard=f"{bad}.parquet", ascii_only=ascii_only)
    assert all(line.isprintable() for line in text.split("\n"))
    assert "dog" not in text


@pytest.mark.parametrize(
    ("source", "tries", "said"),
    [
        ("original", 1, "the source caption as it was"),
        ("llm", 3, "a-model, believed by the verifier, answer 3"),
        ("template", 1, "template: it says what is not true of the direction"),
        ("template", 4, "template after 4 answers of a model that were not believed: it says"),
    ],
)
def test_a_caption_has_its_verdict(source: str, tries: int, said: str) -> None:
    row = dataclasses.replace(
        placed(2),
        captions=("A dog barks, on the left.",),
        original_captions=("a dog barks",),
        caption_sources=(source,),
        caption_models=("a-model",),
        caption_attempts=(tries,),
    )
    assert verdict_on(row, 0).startswith(said)


def test_a_true_caption_is_believed(rows: list[Example]) -> None:
    said = [verdict_on(row, 0) for row in rows if row.spatial]
    assert len(said) > 20
    assert set(said) == {"template: it says its words and no others"}


@pytest.mark.parametrize("size", [(0.0, 2.0, 3.0), (float("nan"), 2.0, 3.0), (float("inf"), 1, 1)])
def test_an_impossible_room_is_told_and_not_drawn(size: tuple[float, ...]) -> None:
    row = dataclasses.replace(placed(2), size_m=size, audio=b"no sound")
    text = shown(row)
    assert "┌" not in text
    assert "peak unknown (8 bytes that are no whole FLAC stream" in " ".join(text.split())
