import pytest

from elsa_data.corpora.uris import address, is_remote, local_path, row_uri, run_of, tar_uri


@pytest.mark.parametrize(
    ("uri", "file", "kind", "first", "second"),
    [
        ("/a/x.wav", "/a/x.wav", "file", 0, 0),
        ("/a/C#1+2.wav", "/a/C#1+2.wav", "file", 0, 0),
        ("/a/x#1+2", "/a/x#1+2", "file", 0, 0),
        ("/a/x.tar#10+20", "/a/x.tar", "tar", 10, 20),
        ("/a/x.tar#1/2", "/a/x.tar#1/2", "file", 0, 0),
        ("/a/x.parquet#1/2", "/a/x.parquet", "rows", 1, 2),
        ("/a/x.arrow#0/7", "/a/x.arrow", "rows", 0, 7),
        ("s3://b/x.tar#10+20", "s3://b/x.tar", "tar", 10, 20),
        ("/a#b/x.tar#10+20", "/a#b/x.tar", "tar", 10, 20),
    ],
)
def test_address(uri, file, kind, first, second):
    found = address(uri)
    assert (found.file, found.kind, found.first, found.second) == (file, kind, first, second)


def test_addresses_round_trip():
    assert address(tar_uri("/x.tar", 512, 9)).second == 9
    assert address(row_uri("/x.parquet", 3, 4)).first == 3


def test_runs():
    assert run_of("/a/x.wav") == ""
    assert run_of("/a/x.tar#1+2") == run_of("/a/x.tar#9+2") == "/a/x.tar"
    assert run_of("/a/x.parquet#1/2") == "/a/x.parquet#1"
    assert run_of("/a/x.parquet#1/2") != run_of("/a/x.parquet#2/2")


def test_places():
    assert is_remote("https://h/x.wav")
    assert not is_remote("file:///x.wav")
    assert str(local_path("file:///a%20b.wav")) == "/a b.wav"
