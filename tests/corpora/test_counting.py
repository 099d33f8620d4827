import pytest

from elsa_data.corpora.counting import counts_once


@pytest.mark.parametrize(
    "caption",
    [
        "A door slams once",
        "A single bark",
        "Someone knocks three times",
        "A horn honks twice and stops.",
        "The bell rings only one time",
        "ONCE, a drum",
        "it beeps 4 times",
    ],
)
def test_counting(caption):
    assert counts_once(caption)


@pytest.mark.parametrize(
    "caption",
    [
        "A dog barks",
        "Many dogs bark at once",
        "A dog barks once again",
        "A dog barks once more",
        "Birds sing all at once",
        "Someone knocks several times",
        "Singles are sold; sometimes",
        "",
    ],
)
def test_not_counting(caption):
    assert not counts_once(caption)
