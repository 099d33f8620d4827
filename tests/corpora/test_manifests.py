import csv
import json
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elsa_data.corpora.manifests import read
from elsa_data.errors import ElsaDataWarning, ManifestError
from elsa_data.records import Clip, Reject

ROWS = [
    {
        "clip_id": "a",
        "path": "x/a.wav",
        "captions": ["one", "two"],
        "split": "val",
        "labels": ["Dog", "Bark"],
        "licence": "http://creativecommons.org/licenses/by/4.0/",
        "attribution": "Ann",
        "source_id": "freesound:1",
        "corpus": "mine",
    },
    {"clip_id": "b", "path": "/abs/b.wav", "captions": ["three"], "split": "test"},
    {"clip_id": "c", "path": "https://h/c.wav", "captions": ["four"], "split": "development"},
]


def as_csv(path: Path, rows: list[dict]) -> str:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, keys)
        writer.writeheader()
        for row in rows:
            cells = {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()}
            writer.writerow(cells)
    return str(path)


def as_jsonl(path: Path, rows: list[dict]) -> str:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


def as_parquet(path: Path, rows: list[dict]) -> str:
    keys = dict.fromkeys(key for row in rows for key in row)
    pq.write_table(pa.table({key: [row.get(key) for row in rows] for key in keys}), path)
    return str(path)


WRITERS = {"csv": as_csv, "jsonl": as_jsonl, "parquet": as_parquet}


def text(tmp_path: Path, content: str | bytes, name: str = "m.csv") -> str:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def clips(location: str, **options: str) -> list[Clip]:
    found = list(read(location, **options))
    assert not [row for row in found if isinstance(row, Reject)]
    return [row for row in found if isinstance(row, Clip)]


def rejects(location: str) -> list[Reject]:
    return [row for row in read(location) if isinstance(row, Reject)]


@pytest.mark.parametrize("form", WRITERS)
def test_every_form_says_the_same(tmp_path, form):
    first, second, third = clips(WRITERS[form](tmp_path / f"set.{form}", ROWS))
    assert first == Clip(
        clip_id="a",
        source_id="freesound:1",
        corpus="mine",
        uri=f"{tmp_path}/x/a.wav",
        captions=("one", "two"),
        licence="CC-BY-4.0",
        attribution="Ann",
        labels=("Dog", "Bark"),
        split="validation",
    )
    assert (second.uri, third.uri) == ("/abs/b.wav", "https://h/c.wav")
    assert (second.split, third.split) == ("test", "train")
    assert (second.corpus, second.source_id, second.licence) == ("set", "set:b", "unknown")


def test_root(tmp_path):
    location = as_csv(tmp_path / "m.csv", ROWS)
    assert clips(location, root="/data/")[0].uri == "/data/x/a.wav"
    assert clips(location, root="s3://bucket/p")[0].uri == "s3://bucket/p/x/a.wav"


def test_a_manifest_beside_us(tmp_path, monkeypatch):
    as_csv(tmp_path / "m.csv", ROWS)
    monkeypatch.chdir(tmp_path)
    assert clips("m.csv")[0].uri == f"{tmp_path}/x/a.wav"


@pytest.mark.parametrize("name", ["path", "url", "uri", "audio"])
@pytest.mark.parametrize("form", WRITERS)
def test_names_of_the_audio_column(tmp_path, form, name):
    rows = [{"clip_id": "a", name: "a.wav", "caption": "one"}]
    assert clips(WRITERS[form](tmp_path / f"m.{form}", rows))[0].uri == f"{tmp_path}/a.wav"


def test_captions_are_kept_as_they_are(tmp_path):
    content = 'clip_id,path,caption\na,a.wav,"  A ""loud"" dog,\nthen\u200b calm  "\n'
    assert clips(text(tmp_path, content))[0].captions == ('  A "loud" dog,\nthen\u200b calm  ',)


def test_caption_and_captions_join(tmp_path):
    rows = [{"clip_id": "a", "path": "a", "captions": ["x", "y", " "], "caption": "x"}]
    assert clips(as_jsonl(tmp_path / "m.jsonl", rows))[0].captions == ("x", "y")
    content = 'clip_id,path,caption,captions\na,a,[not] json,"[""z""]"\nb,b,,plain\n'
    first, second = clips(text(tmp_path, content))
    assert first.captions == ("z", "[not] json")
    assert second.captions == ("plain",)


def test_labels_in_a_cell(tmp_path):
    content = "clip_id,path,caption,labels\na,a,x,Dog; Male speech, too;\n"
    content = content.replace("Dog; Male speech, too;", '"Dog; Male speech, too;"')
    assert clips(text(tmp_path, content))[0].labels == ("Dog", "Male speech, too")


def test_hostile_ids_are_data(tmp_path):
    rows = [
        {"clip_id": i, "path": "a", "caption": "x"} for i in ("../../x", "a b", "é/ж", "x" * 256)
    ]
    assert [c.clip_id for c in clips(as_jsonl(tmp_path / "m.jsonl", rows))] == [
        "../../x",
        "a b",
        "é/ж",
        "x" * 256,
    ]


def test_numbers_as_ids(tmp_path):
    rows = [
        {"clip_id": 7, "path": "a", "caption": "x"},
        {"clip_id": 0, "path": "a", "caption": "x"},
    ]
    for form, writer in WRITERS.items():
        found = clips(writer(tmp_path / f"m.{form}", rows))
        assert [one.clip_id for one in found] == ["7", "0"]


@pytest.mark.parametrize(
    ("change", "slug", "said"),
    [
        ({"clip_id": ""}, "missing-id", "clip_id"),
        ({"clip_id": None}, "missing-id", "clip_id"),
        ({"clip_id": "a\nb"}, "bad-id", "a\\nb"),
        ({"clip_id": "a\x00"}, "bad-id", "x00"),
        ({"clip_id": "   "}, "bad-id", "characters"),
        ({"clip_id": "x" * 257}, "bad-id", "257"),
        ({"clip_id": "\ud800"}, "bad-id", "ud800"),
        ({"clip_id": 1.5}, "bad-id", "1.5"),
        ({"clip_id": True}, "bad-id", "True"),
        ({"path": ""}, "missing-audio-field", "path, url, uri, audio"),
        ({"path": None}, "missing-audio-field", "path"),
        ({"path": "a\x00b"}, "bad-path", "x00"),
        ({"path": 5}, "bad-path", "5"),
        ({"caption": ""}, "missing-caption", "caption"),
        ({"caption": " \t"}, "missing-caption", "caption"),
        ({"caption": None}, "missing-caption", "caption"),
        ({"caption": 5}, "bad-captions", "5"),
        ({"caption": "\udfff"}, "bad-text", "Unicode"),
        ({"captions": {"a": 1}, "caption": None}, "bad-captions", "list"),
        ({"captions": [1], "caption": None}, "bad-captions", "1"),
        ({"captions": '["a"', "caption": None}, "bad-captions", "JSON"),
        ({"captions": [], "caption": None}, "missing-caption", "caption"),
        ({"split": "tset"}, "bad-split", "'test'"),
        ({"split": 3}, "bad-split", "3"),
        ({"labels": 3}, "bad-labels", "3"),
        ({"corpus": []}, None, ""),
        ({"corpus": [1]}, "bad-text", "corpus"),
        ({"attribution": "\ud800"}, "bad-text", "attribution"),
    ],
)
def test_bad_rows(tmp_path, change, slug, said):
    good = {"clip_id": "a", "path": "a.wav", "caption": "one"}
    location = as_jsonl(tmp_path / "m.jsonl", [good, good | change, good])
    found = list(read(location))
    assert [isinstance(row, Clip) for row in found] == [True, slug is None, True]
    if slug is None:
        return
    reject = found[1]
    assert isinstance(reject, Reject)
    assert (reject.error, reject.key, reject.stage) == (slug, f"{location}:2", "read")
    assert said in reject.message
    assert f"{location}:2" in reject.message
    reject.message.encode()
    assert "\n" not in reject.message


def test_a_reject_names_its_clip(tmp_path):
    row = {"clip_id": "dog-7", "path": "", "caption": "x"}
    good = {"clip_id": "a", "path": "a", "caption": "x"}
    assert rejects(as_csv(tmp_path / "m.csv", [good, row]))[0].clip_id == "dog-7"


def test_ragged_and_broken_csv_rows(tmp_path):
    content = (
        "clip_id,path,caption\n"
        "a,a.wav,fine\n"
        "b,b.wav,a dog, a cat\n"
        "\n"
        "c,c.wav\n"
        'd,d.wav,"quoted" badly\n'
        "e,e.wav,fine too\n"
    )
    location = text(tmp_path, content)
    assert [r.key.rsplit(":", 1)[1] for r in rejects(location)] == ["3", "5", "6"]
    assert {r.error for r in rejects(location)} == {"bad-row"}
    assert "quote captions" in rejects(location)[0].message
    assert [row.clip_id for row in read(location) if isinstance(row, Clip)] == ["a", "e"]


def test_an_unclosed_quote_costs_its_rows_only_once(tmp_path):
    content = 'clip_id,path,caption\na,a,x\nb,b,"open\n' + "c,c,y\n" * 3
    assert [r.error for r in rejects(text(tmp_path, content))] == ["bad-row"]


def test_a_huge_cell(tmp_path):
    content = "clip_id,path,caption\na,a," + "x" * 200_000 + "\nb,b,y\n"
    location = text(tmp_path, content)
    assert [r.error for r in rejects(location)] == ["bad-row"]
    assert [row.clip_id for row in read(location) if isinstance(row, Clip)] == ["b"]


def test_bytes_that_are_not_utf8(tmp_path):
    location = text(tmp_path, "clip_id,path,caption\na,a,caf\xe9\nb,b,x\n".encode("latin-1"))
    (reject,) = rejects(location)
    assert reject.error == "bad-text"
    assert "UTF-8" in reject.message
    assert len(list(read(location))) == 2


def test_a_byte_order_mark(tmp_path):
    assert clips(text(tmp_path, "\ufeffclip_id,path,caption\r\na,a,x\r\n"))[0].clip_id == "a"


def test_broken_json_lines(tmp_path):
    good = '{"clip_id": "a", "path": "a", "caption": "x"}'
    content = f"{good}\n{{\n\n[1]\n{good}\n" + "[" * 100_000 + "\n"
    location = text(tmp_path, content, "m.jsonl")
    assert [r.key.rsplit(":", 1)[1] for r in rejects(location)] == ["2", "4", "6"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("clip,path,caption", "clip_id"),
        ("clip_id,pth,caption", "'pth' for 'path'"),
        ("clip_id,path,captoin", "'captoin' for 'captions'"),
        ("clip_id;path;caption", "commas"),
        ("clip_id,path,caption,path", "twice"),
        ("", "name the columns"),
    ],
)
def test_wrong_headers(tmp_path, header, said):
    with pytest.raises(ManifestError, match=said):
        read(text(tmp_path, f"{header}\na,b,c\n" if header else ""))


def test_wrong_keys_in_jsonl(tmp_path):
    with pytest.raises(ManifestError, match="clip_id"):
        read(text(tmp_path, '{"clipid": "a", "path": "a", "caption": "x"}\n', "m.jsonl"))


def test_a_misspelt_optional_column_is_told(tmp_path):
    location = text(tmp_path, "clip_id,path,caption,splt,caption_id,extra\na,a,x,test,1,2\n")
    with pytest.warns(ElsaDataWarning, match="'splt' is ignored. Did you mean 'split'"):
        assert next(read(location)).split is None  # pyright: ignore


def test_nothing_to_read(tmp_path):
    for location, said in (
        (str(tmp_path / "no.csv"), "no such file"),
        (str(tmp_path), "audiocaps:"),
        (text(tmp_path, "x", "m.txt"), r"\.parquet"),
        (text(tmp_path, "clip_id,path,caption\n"), "no rows"),
        (text(tmp_path, "not parquet", "m.parquet"), "Parquet"),
        ("audiocap:/x", "'audiocaps'"),
        ("clotho:/no/such/folder", "no such folder"),
        ("https://127.0.0.1:9/m.csv", "no such file|cannot be read"),
    ):
        with pytest.raises(ManifestError, match=said):
            read(location)


def test_a_manifest_behind_a_url(tmp_path):
    import fsspec

    with fsspec.open("memory://corpora/m.csv", "wb") as file:
        file.write(b"clip_id,path,caption\na,a.wav,x\n")
    assert clips("memory://corpora/m.csv")[0].uri == "memory://corpora/a.wav"


def test_parquet_with_audio_inside(tmp_path):
    cells = [{"bytes": b"x" * 10, "path": None}] * 5
    table = pa.table({"clip_id": list("abcde"), "caption": list("vwxyz"), "audio": cells})
    pq.write_table(table, tmp_path / "m.parquet", row_group_size=2)
    found = clips(str(tmp_path / "m.parquet"))
    base = f"{tmp_path}/m.parquet"
    assert [c.uri for c in found] == [f"{base}#{k // 2}/{k % 2}" for k in range(5)]


def test_repeated_ids_are_left_to_the_plan(tmp_path):
    assert len(clips(as_csv(tmp_path / "m.csv", [ROWS[0], ROWS[0]]))) == 2


def test_memory_does_not_grow_with_the_manifest(tmp_path):
    def peak(count: int) -> int:
        path = tmp_path / "m.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("clip_id,path,caption\n")
            file.writelines(f"{k},{k}.wav,A dog barks\n" for k in range(count))
        tracemalloc.start()
        assert sum(1 for _ in read(str(path))) == count
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(10)
    assert peak(20_000) < peak(2_000) + 100_000
