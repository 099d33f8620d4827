import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elsa_data.corpora.decode import load
from elsa_data.corpora.manifests import read
from elsa_data.errors import ManifestError
from elsa_data.records import Clip, Reject
from tests.corpora.sounds import tone, write

datasets = pytest.importorskip("datasets")


@pytest.fixture
def wavs(tmp_path) -> list[str]:
    return [write(tmp_path / "wav" / f"{k}.wav", tone(0.1 + 0.1 * k)) for k in range(5)]


def table(wavs: list[str], column: str = "caption", *, embed: bool = True) -> pa.Table:
    texts = [
        f"Sound {k}" if column != "captions" else [f"Sound {k}", "x"] for k in range(len(wavs))
    ]
    cells = [{"bytes": Path(w).read_bytes() if embed else None, "path": w} for w in wavs]
    return pa.table({"audio": cells, column: texts, "label": ["a"] * len(wavs)})


def check(rows: list[Clip | Reject], count: int = 5) -> list[Clip]:
    found = [row for row in rows if isinstance(row, Clip)]
    assert len(found) == len(rows) == count
    for k, one in enumerate(found):
        assert one.captions[0] == f"Sound {k}"
        np.testing.assert_allclose(load(one.uri)[0], tone(0.1 + 0.1 * k), atol=1e-3)
    assert len({one.clip_id for one in found}) == count
    return found


def saved(wavs: list[str], folder: Path, *, as_dict: bool, embed: bool) -> None:
    one = datasets.Dataset(table(wavs, embed=embed))
    one = one.cast_column("audio", datasets.Audio(decode=False))
    if as_dict:
        datasets.DatasetDict({"validation": one}).save_to_disk(folder, num_shards={"validation": 2})
    else:
        one.save_to_disk(folder)


@pytest.mark.parametrize("as_dict", [False, True])
@pytest.mark.parametrize("embed", [False, True])
def test_save_to_disk(tmp_path, wavs, as_dict, embed):
    saved(wavs, tmp_path / "set", as_dict=as_dict, embed=embed)
    found = check(list(read(f"datasets:{tmp_path}/set")))
    assert {one.split for one in found} == {"validation" if as_dict else None}
    assert all(one.corpus == "set" for one in found)


@pytest.mark.parametrize("column", ["caption", "captions", "text"])
def test_parquet_folder(tmp_path, wavs, column):
    data = tmp_path / "set" / "data"
    data.mkdir(parents=True)
    pq.write_table(table(wavs, column), data / "test-00000-of-00001.parquet", row_group_size=2)
    found = check(list(read(f"datasets:{tmp_path}/set")))
    assert found[3].uri.endswith("#1/1")
    assert {one.split for one in found} == {"test"}


def test_own_ids_are_kept(tmp_path, wavs):
    folder = tmp_path / "set"
    folder.mkdir()
    pq.write_table(table(wavs).append_column("id", [list("vwxyz")]), folder / "train.parquet")
    assert [one.clip_id for one in check(list(read(f"datasets:{folder}")))] == list("vwxyz")


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_audio_folder(tmp_path, form):
    folder = tmp_path / "set" / "train"
    rows = [{"file_name": f"{k}.wav", "text": f"Sound {k}"} for k in range(3)]
    for k in range(3):
        write(folder / f"{k}.wav", tone(0.1 + 0.1 * k))
    if form == "jsonl":
        content = "\n".join(json.dumps(row) for row in rows)
    else:
        content = "file_name,text\n" + "".join(f"{r['file_name']},{r['text']}\n" for r in rows)
    (folder / f"metadata.{form}").write_text(content, encoding="utf-8")
    found = check(list(read(f"datasets:{tmp_path}/set")), 3)
    assert {one.split for one in found} == {"train"}
    assert {one.corpus for one in found} == {"set"}


def test_a_row_without_text(tmp_path, wavs):
    folder = tmp_path / "set"
    folder.mkdir()
    bad = table(wavs).set_column(1, "caption", pa.array(["Sound 0", None, "", "x", "y"]))
    pq.write_table(bad, folder / "train.parquet")
    errors = [row.error for row in read(f"datasets:{folder}") if isinstance(row, Reject)]
    assert errors == ["missing-caption", "missing-caption"]


def test_nothing_there(tmp_path, wavs):
    folder = tmp_path / "set"
    folder.mkdir()
    with pytest.raises(ManifestError, match=r"state\.json"):
        read(f"datasets:{folder}")
    pq.write_table(pa.table({"caption": ["x"]}), folder / "a.parquet")
    with pytest.raises(ManifestError, match="no audio column"):
        read(f"datasets:{folder}")
    pq.write_table(table(wavs).drop_columns("caption"), folder / "a.parquet")
    with pytest.raises(ManifestError, match="no text"):
        read(f"datasets:{folder}")
    (folder / "state.json").write_text("{", encoding="utf-8")
    with pytest.raises(ManifestError, match="cannot be read"):
        read(f"datasets:{folder}")


def test_a_name_that_cannot_be_fetched(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ManifestError, match="neither a folder"):
        read("datasets:nobody/nothing-at-all")
