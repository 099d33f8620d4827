import pytest

from elsa_data.captions.endpoint import LONGEST_MESSAGE, checked_host, without_keys
from tests.captions.writers import KEY


def test_a_host_comes_without_who_enters() -> None:
    assert checked_host("https://jo:secret@models.example.org:8443/v1") == "models.example.org:8443"
    assert checked_host("http://[::1]:8000/v1") == "[::1]:8000"


@pytest.mark.parametrize(
    "text", [KEY, f"Bearer {KEY}", "key sk-proj-abcdEFGH1234", "Incorrect API key: sk-te***9xyz."]
)
def test_keys_are_blotted_out(text: str) -> None:
    said = without_keys(f"refused: {text}" + " a" * 200, KEY)
    assert KEY not in said
    assert "abcd" not in said
    assert "9xyz" not in said
    assert len(said) <= LONGEST_MESSAGE
