"""Reports of a small build, and of a set whose words are hostile."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from elsa_data.examples import Example
from elsa_data.report.gather import gather
from elsa_data.report.write import write_report
from elsa_data.shards.data import read_data, write_data
from elsa_data.shards.directory import Directory, data_files, shard_ref
from tests.report.browser import CHROMIUM, DRIVER, NO_BROWSER, browser

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"></script><script>document.title='owned'"
    "</script><style>body{display:none}</style> \u202e &amp; ' \" left"
)
SHOWN = 12


@pytest.fixture(scope="session")
def rows(standing_build: Path) -> list[Example]:
    directory = Directory(str(standing_build))
    urls = [url for split in data_files(directory).values() for url in split]
    refs = [shard_ref(Path(url).stem) for url in urls]
    return [row for ref in refs if ref is not None for row in read_data(directory, ref)]


@pytest.fixture(scope="session")
def page_folder(standing_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the standing build."""
    return reported(standing_build, tmp_path_factory.mktemp("report") / "report")


@pytest.fixture(scope="session")
def hostile_folder(rows: list[Example], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a published set every text of which tries to be markup."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "set" / "data").mkdir(parents=True)
    write_data(
        "parquet",
        [hostile(row) for row in rows if row.split == "test"],
        folder / "set" / "data" / "test-00000-of-00001.parquet",
    )
    return reported(folder / "set", folder / "report")


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip(NO_BROWSER)
    with browser() as driver:
        yield driver


def reported(source: Path, target: Path, sample: int = SHOWN) -> Path:
    told: list[str] = []
    report = gather(Directory(str(source)), name="a/build", sample=sample, seed=0, say=told.append)
    write_report(report, target)
    return target


def hostile(row: Example) -> Example:
    part = replace(
        row.parts[0],
        clip_id=HOSTILE,
        source_id=HOSTILE,
        corpus=HOSTILE,
        licence=HOSTILE,
        attribution=HOSTILE,
        labels=(HOSTILE,),
    )
    count = len(row.captions)
    return replace(
        row,
        caption=HOSTILE,
        captions=(HOSTILE,) * count,
        original_captions=(HOSTILE,) * count,
        caption_sources=(HOSTILE,) * count,
        caption_models=(HOSTILE,) * count,
        parts=(part,),
    )
