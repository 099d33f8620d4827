"""What may be published, and what is told of a build."""

import shlex

import pytest

from elsa_data.corpora.licences import NOT_REDISTRIBUTABLE, UNKNOWN, hindrance, spdx
from elsa_data.errors import ConfigError
from elsa_data.shards.facts import Census, Use
from elsa_data.stages.publication import refuse_licences


def census(*names: str) -> Census:
    return Census(licences={name: Use(example=f"corpus:clip of {name}", count=3) for name in names})


@pytest.mark.parametrize(
    "name",
    ["CC0-1.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-NC-SA-2.0", "LicenseRef-CC-Sampling-Plus-1.0"],
)
def test_what_allows_it_is_published(name: str) -> None:
    assert hindrance(name) is None
    refuse_licences(census(name), ())


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (UNKNOWN, "tells nobody"),
        (NOT_REDISTRIBUTABLE, "forbids others to publish"),
        ("CC-BY-ND-4.0", "made from the sound"),
        ("CC-BY-NC-ND-3.0", "made from the sound"),
        ("ask me first", "not one this program knows"),
        ("CC-BY", "not one this program knows"),
    ],
)
def test_what_does_not_is_refused_with_its_cure(name: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        refuse_licences(census("CC0-1.0", name), ())
    said = str(caught.value)
    for word in (repr(name), why, "3 sources", f"corpus:clip of {name}", "--allow-licence"):
        assert word in said
    assert "CC0" not in said
    assert shlex.split(said.partition("is yours, add ")[2]) == ["--allow-licence", name]
    refuse_licences(census("CC0-1.0", name), [name])


def test_every_barred_licence_is_named_at_once() -> None:
    both = r"'CC-BY-ND-4.0' .* 'unknown' .* --allow-licence CC-BY-ND-4.0 --allow-licence unknown"
    with pytest.raises(ConfigError, match=both):
        refuse_licences(census("unknown", "CC-BY-ND-4.0"), ())
    with pytest.raises(ConfigError) as caught:
        refuse_licences(census("unknown", "CC-BY-ND-4.0"), ["CC-BY-ND-4.0"])
    assert "CC-BY-ND" not in str(caught.value)


def test_a_leave_that_nothing_needs_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match=r"no source has it; they have 'CC0-1.0'"):
        refuse_licences(census("CC0-1.0"), ["unknwon"])


def test_what_freesound_says_is_understood() -> None:
    for url in (
        "http://creativecommons.org/publicdomain/zero/1.0/",
        "https://creativecommons.org/licenses/by/4.0/",
        "http://creativecommons.org/licenses/by-nc/3.0/",
        "http://creativecommons.org/licenses/sampling+/1.0/",
    ):
        assert hindrance(spdx(url)) is None, url
