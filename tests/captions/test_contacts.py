import pytest

from elsa_data.captions.contacts import without_contacts


@pytest.mark.parametrize(
    ("caption", "kept"),
    [
        ("Write to jo.doe+x@mail.example.org, he says", "Write to, he says"),
        ("Recorded by @jane_doe in rain", "Recorded by in rain"),
        ("See https://freesound.org/people/x?y=1#z for rain", "See for rain"),
        ("www.example.com: a dog barks", "a dog barks"),
        ("Rain falls (freesound.org/s/123)", "Rain falls"),
        ("A voice reads +44 20 7946 0958.", "A voice reads."),
        ("A voice reads (555) 010-9999 aloud", "A voice reads aloud"),
        ("Call 020 7946 0958 now", "Call now"),
        ("mailto:jo@example.org rings", "rings"),
    ],
)  # fmt: skip
def test_contacts_are_taken_out(caption: str, kept: str) -> None:
    assert without_contacts(caption).lstrip(": ") == kept


@pytest.mark.parametrize(
    "caption",
    [
        "A dog barks 3 times, then 2 more",
        "A clock strikes 12:30 and a bell rings at 5.30 p.m.",
        "Someone counts 1, 2, 3, 4 in 1998",
        "A 747-400 takes off",
        "Water drips. A door slams.Then silence",
        "A man speaks and/or laughs at a crowd of 1,000,000 people",
        "A dog barks e.g. loudly",
        "A vehicle passes at 100 km/h",
    ],
)
def test_the_rest_stays_as_it_is(caption: str) -> None:
    assert without_contacts(caption) == caption
