import io
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from elsa_data.corpora import fetch
from elsa_data.corpora.decode import load
from elsa_data.corpora.fetch import open_clip
from elsa_data.corpora.uris import row_uri, tar_uri
from elsa_data.errors import ClipError
from tests.corpora.sounds import tone, write


def reason_of(uri: str) -> str:
    with pytest.raises(ClipError) as caught:
        load(uri)
    assert "\n" not in str(caught.value)
    return caught.value.reason


@pytest.fixture
def wav(tmp_path) -> bytes:
    return Path(write(tmp_path / "seed.wav", tone(0.2))).read_bytes()


@pytest.fixture
def tar(tmp_path, wav) -> tuple[str, list[tuple[int, int]]]:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as file:
        for k in range(3):
            info = tarfile.TarInfo(f"{k}.wav")
            info.size = len(wav)
            file.addfile(info, io.BytesIO(wav))
    with tarfile.open(path) as file:
        return str(path), [(m.offset_data, m.size) for m in file]


def test_tar_member(tar):
    path, members = tar
    for offset, size in members:
        np.testing.assert_allclose(load(tar_uri(path, offset, size))[0], tone(0.2), atol=1e-4)


def test_bad_tar_addresses(tar):
    path, members = tar
    assert reason_of(tar_uri(path, *members[0]).replace("x.tar", "y.tar")) == "missing-file"
    assert reason_of(tar_uri(path, 10**9, 100)) == "truncated"
    assert reason_of(tar_uri(path, members[0][0] + 7, 900)) == "not-audio"
    assert reason_of(tar_uri(path, members[0][0], 0)) == "empty-file"
    assert reason_of(tar_uri(path, members[0][0], 200)) == "truncated"


@pytest.fixture
def parquet(tmp_path, wav) -> str:
    cells = [{"bytes": wav if k != 3 else None, "path": f"{k}.wav"} for k in range(5)]
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"n": range(5), "audio": cells}), path, row_group_size=2)
    return str(path)


def test_parquet_row(parquet, tmp_path):
    assert len(load(row_uri(parquet, 0, 1))[0]) == 3200
    assert len(load(row_uri(parquet, 2, 0))[0]) == 3200
    assert reason_of(row_uri(parquet, 1, 1)) == "missing-file"
    write(tmp_path / "3.wav", tone(0.1))
    assert len(load(row_uri(parquet, 1, 1))[0]) == 1600


def test_bad_parquet_addresses(parquet, tmp_path):
    assert reason_of(row_uri(parquet, 9, 0)) == "bad-container"
    assert reason_of(row_uri(parquet, 2, 1)) == "bad-uri"
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing PAR1")
    assert reason_of(row_uri(str(tmp_path / "bad.parquet"), 0, 0)) == "bad-container"
    (tmp_path / "bad.arrow").write_bytes(b"nothing at all")
    assert reason_of(row_uri(str(tmp_path / "bad.arrow"), 0, 0)) == "bad-container"
    pq.write_table(pa.table({"n": [1]}), tmp_path / "none.parquet")
    assert reason_of(row_uri(str(tmp_path / "none.parquet"), 0, 0)) == "bad-container"


def test_a_rewritten_parquet_file_is_read_again(tmp_path, wav):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"audio": [wav]}), path)
    assert len(load(row_uri(str(path), 0, 0))[0]) == 3200
    longer = Path(write(tmp_path / "longer.wav", tone(0.3))).read_bytes()
    pq.write_table(pa.table({"audio": [longer]}), path)
    assert len(load(row_uri(str(path), 0, 0))[0]) == 4800


@pytest.fixture
def server(wav, monkeypatch):
    monkeypatch.setattr(fetch, "BACK_OFF_S", (0.0, 0.0))
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            name = self.path.rsplit("/", 1)[1]
            if body:
                seen.append(name)
            failing = name.startswith("busy") or (
                name.startswith("flaky") and seen.count(name) + (not body) <= 2
            )
            status = 503 if failing else 404 if name.startswith("gone") else 200
            status = 403 if name.startswith("forbidden") else status
            self.send_response(status)
            self.send_header("Content-Length", str(len(wav) if status == 200 else 0))
            self.end_headers()
            if body and status == 200:
                self.wfile.write(wav[:900] if name.startswith("dropped") else wav)

        def log_message(self, *_):
            pass

    http = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}", seen
    http.shutdown()
    http.server_close()


def test_url(server):
    assert len(load(f"{server[0]}/x.wav")[0]) == 3200


def test_a_passing_fault_is_tried_again(server):
    assert len(load(f"{server[0]}/flaky.wav")[0]) == 3200
    assert server[1].count("flaky.wav") > 1


def test_a_lasting_fault_becomes_a_clip_error(server):
    assert reason_of(f"{server[0]}/busy.wav") == "unreachable"
    assert reason_of(f"{server[0]}/dropped.wav") in ("unreachable", "truncated")


def test_what_is_gone_is_asked_for_once(server):
    assert reason_of(f"{server[0]}/gone.wav") == "missing-file"
    assert server[1].count("gone.wav") <= 1
    assert reason_of(f"{server[0]}/forbidden.wav") in ("missing-file", "unreadable-file")


def test_nobody_listens(monkeypatch):
    monkeypatch.setattr(fetch, "BACK_OFF_S", (0.0,))
    assert reason_of("http://127.0.0.1:9/x.wav") == "unreachable"


def test_unknown_scheme():
    assert reason_of("quux://x/y.wav") == "bad-uri"


def test_what_is_opened(tmp_path, tar):
    path = write(tmp_path / "x.wav", tone(0.1))
    assert open_clip(path) == Path(path)
    assert isinstance(open_clip(tar_uri(tar[0], *tar[1][0])), io.BytesIO)
