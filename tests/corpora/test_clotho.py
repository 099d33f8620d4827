import pytest

from elsa_data.corpora.manifests import read
from elsa_data.errors import ManifestError
from elsa_data.records import Clip, Reject
from tests.corpora.sounds import tone, write

CAPTIONS = "file_name,caption_1,caption_2,caption_3,caption_4,caption_5\n"
METADATA = "file_name,keywords,sound_id,sound_link,start_end_samples,manufacturer,license\n"
FIVE = "One.,Two.,Three.,Four.,Five."


@pytest.fixture
def folder(tmp_path):
    dev = f"{CAPTIONS} lead.wav,{FIVE}\nRain.wav,{FIVE}\ngone.wav,{FIVE}\n"
    (tmp_path / "clotho_captions_development.csv").write_text(dev, encoding="utf-8")
    about = (
        f"{METADATA} lead.wav,police;radio,80399,https://freesound.org/people/J\xc1n/sounds/80399,"
        '"[1, 2]",J\xc1n,http://creativecommons.org/licenses/by/3.0/\n'
        "Rain.wav,rain,Not found,Not found,,Not found,\n"
    )
    (tmp_path / "clotho_metadata_development.csv").write_bytes(about.encode("latin-1"))
    evaluation = f"{CAPTIONS}Rain.wav,{FIVE}\n"
    (tmp_path / "clotho_captions_evaluation.csv").write_text(evaluation, encoding="utf-8")
    for name in ("development/ lead.wav", "development/Rain.wav", "evaluation/Rain.wav"):
        write(tmp_path / name, tone(0.1))
    return tmp_path


def test_clips(folder):
    rows = list(read(f"clotho:{folder}"))
    found = [row for row in rows if isinstance(row, Clip)]
    assert [type(row) for row in rows] == [Clip, Clip, Reject, Clip]
    lead, rain, test = found
    assert lead == Clip(
        clip_id="development/ lead.wav",
        source_id="freesound:80399",
        corpus="clotho",
        uri=f"{folder}/development/ lead.wav",
        captions=("One.", "Two.", "Three.", "Four.", "Five."),
        licence="CC-BY-3.0",
        attribution="J\xc1n on Freesound, https://freesound.org/people/J\xc1n/sounds/80399",
        labels=("police", "radio"),
        split="train",
    )
    assert (rain.source_id, rain.licence, rain.attribution) == (
        "clotho:development/Rain.wav",
        "unknown",
        "",
    )
    assert test.uri == f"{folder}/evaluation/Rain.wav"
    assert test.split == "test"
    assert test.clip_id != rain.clip_id


def test_a_missing_file(folder):
    (reject,) = [row for row in read(f"clotho:{folder}") if isinstance(row, Reject)]
    assert (reject.error, reject.clip_id) == ("missing-file", "development/gone.wav")


def test_nothing_there(tmp_path):
    with pytest.raises(ManifestError, match="clotho_captions_development"):
        read(f"clotho:{tmp_path}")
    (tmp_path / "clotho_captions_validation.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ManifestError, match="caption_1"):
        read(f"clotho:{tmp_path}")
