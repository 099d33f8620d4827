"""The card says what is there, to the byte, and programs can read it."""

import hashlib
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import datasets
import pytest
import yaml
from markdown_it import MarkdownIt

from elsa_data.conventions import CONVENTIONS
from elsa_data.shards.card import card, digest_of_shards
from elsa_data.shards.card_data import card_data, size_category, yaml_features
from elsa_data.shards.facts import Census, Facts, Sample, Use
from elsa_data.shards.parquet import example_schema
from tests.shards.facts_of_a_build import REPO, facts


@pytest.fixture(scope="module")
def built(standing_build: Path) -> Facts:
    return facts(standing_build)


LINK = f"https://huggingface.co/datasets/{REPO}#licences"


def front(text: str) -> dict:
    return yaml.safe_load(text.split("---\n")[1])


def test_features_are_those_of_datasets() -> None:
    schema = example_schema({})
    assert (
        yaml_features(schema)[:5] == datasets.Features.from_arrow_schema(schema)._to_yaml_list()[:5]
    )
    stated = datasets.Features._from_yaml_list(card_data_of("parquet")["features"])
    assert stated == datasets.Features.from_arrow_schema(schema)


def card_data_of(name: str) -> dict:
    census = Census(licences={"MIT": Use(example="a:b", count=1)})
    return card_data(minimal(census, name))["dataset_info"]


def minimal(census: Census, name: str = "parquet") -> Facts:
    return Facts(
        repo=REPO, format=name, shards=(), census=census, identity={}, fingerprints={},
        versions={}, devices=(), rejects={}, removed={}, t30_asked={}, words={}, cramers_v={},
        proofs=(), allowed=(),
    )  # fmt: skip


def test_sizes_are_true_to_the_byte(
    built: Facts, standing_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = front(card(built))["dataset_info"]
    files = {
        split: [str(p) for p in sorted((standing_build / "data").glob(f"{split}-*"))]
        for split in built.splits
    }
    builder = datasets.load_dataset_builder("parquet", data_files=files, cache_dir=str(tmp_path))
    builder.download_and_prepare()
    found = builder.info.splits
    assert found is not None
    assert info["splits"] == [
        {"name": name, "num_bytes": told.num_bytes, "num_examples": told.num_examples}
        for name, told in found.items()
    ]
    assert info["download_size"] == sum(
        p.stat().st_size for p in (standing_build / "data").iterdir()
    )
    assert info["dataset_size"] == builder.info.dataset_size


def test_the_files_of_each_split_are_named_and_no_other(built: Facts, standing_build: Path) -> None:
    (config,) = front(card(built))["configs"]
    for entry in config["data_files"]:
        found = {path for glob in entry["path"] for path in standing_build.glob(glob)}
        assert found == set((standing_build / "data").glob(f"{entry['split']}-*"))
    assert "of-00004" in str(config), "by their number, so that no older shard is mixed in"


def test_the_card_reads_as_markdown_with_every_section(built: Facts) -> None:
    text = card(built).split("---\n", 2)[2]
    html = MarkdownIt("commonmark").enable("table").render(text)
    heads = re.findall(r"<h2>(.*?)</h2>", html)
    assert heads == [
        "Load it, with all four channels", "Conventions", "What is in it", "Where the sources are",
        "Rooms", "Words", "Captions", "Licences", "What was left out", "How it was built", "Limits",
    ]  # fmt: skip
    for value in CONVENTIONS.values():
        assert value in text
    assert "averages the channels to mono" in text
    assert f'load_dataset("{REPO}"' in text
    assert "72 x heard" in text
    assert max(map(len, text.splitlines())) < 2000


def test_counts_add_up(built: Facts) -> None:
    census = built.census
    assert sum(census.rows.values()) == sum(shard.rows for shard in built.shards) == 72
    spatial = sum(census.spatial.values())
    for counts in (census.azimuth, census.elevation, census.distance, census.t30, census.overlaps):
        assert sum(counts.values()) == spatial == 48
    assert sum(use.count for use in census.licences.values()) == 72
    for slot, words in built.words.items():
        assert sum(words.values()) == spatial, slot


def test_equal_facts_give_an_equal_card(built: Facts, standing_build: Path) -> None:
    assert card(built) == card(facts(standing_build))


def test_the_digest_of_the_shards_is_what_the_shell_says(
    built: Facts, standing_build: Path
) -> None:
    line = "LC_ALL=C sha256sum * | sha256sum"
    told = subprocess.run(
        line, shell=True, cwd=standing_build / "data", capture_output=True, text=True, check=True
    )
    assert told.stdout.split()[0] == digest_of_shards(built)
    shard = built.shards[0]
    assert hashlib.sha256((standing_build / shard.path).read_bytes()).hexdigest() == shard.sha256


def test_names_of_corpora_cannot_leave_their_cells(built: Facts) -> None:
    evil = "</td><script>x</script> | `[a](javascript:b)`\n---\nlicense: mit"
    use = Use(example=evil, count=1)
    use.corpora[evil] = 1
    census = replace(
        built.census,
        licences={evil: use},
        samples={"train": Sample(example_id="0" * 16, caption=evil, original=evil, words=(evil,))},
    )
    text = card(replace(built, census=census, rejects={evil: 1}, allowed=(evil,)))
    body = text.split("\n---\n", 1)[1]
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(body)
    assert "<script" not in html
    assert "href" not in html
    assert front(text)["license"] == "other"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["CC0-1.0"], {"license": "cc0-1.0"}),
        (["CC-BY-4.0", "CC0-1.0"], {"license": ["cc-by-4.0", "cc0-1.0"]}),
        (["ODC-By-1.0"], {"license": "odc-by"}),
        (
            ["CC-BY-NC-2.5"],
            {"license": "other", "license_name": "per-row", "license_link": LINK},
        ),
    ],
)
def test_the_licence_is_one_the_hub_knows(built: Facts, names: list[str], told: dict) -> None:
    census = replace(built.census, licences={name: Use(example="a", count=1) for name in names})
    data = card_data(replace(built, census=census))
    assert {k: v for k, v in data.items() if k.startswith("license")} == told


def test_sizes_have_names() -> None:
    assert [size_category(n) for n in (1, 1000, 890_038, 10**9)] == [
        "n<1K", "1K<n<10K", "100K<n<1M", "100M<n<1B",
    ]  # fmt: skip
