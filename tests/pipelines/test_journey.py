"""The whole way, as a stranger goes it: from an empty directory to a model and a page.

Every step is an installed command, or a script of somebody who has never seen this repository, in
a process of its own; the Hub is the stand-in on the loopback.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.report.browser import CHROMIUM, DRIVER, NO_BROWSER, browser, opened
from tests.shards.hub_server import hub
from tests.shards.hub_store import Store

pytestmark = pytest.mark.slow

TOKEN = "hf_onTheJourney"
SET, TARS = "a-team/journey", "a-team/journey-tars"
FEW_STEPS = (
    *("--config", "tiny", "--set", "train.epochs=1", "--set", "train.batch=16"),
    *("--set", "data.crop_s=0.5"),
)
TIMEOUT_S = 1200  # only keeps a hang from lasting for ever
Run = Callable[..., str]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with hub(tmp_path_factory.mktemp("hub"), TOKEN) as store:
        yield store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journey")


@pytest.fixture(scope="module")
def run(store: Store, folder: Path) -> Run:
    """Return what runs an installed command in the folder, and returns what it said."""
    settings = {
        "HF_ENDPOINT": store.url,
        "HF_HUB_DISABLE_XET": "1",
        "HF_HOME": str(folder / "home"),
    }
    env = {name: value for name, value in os.environ.items() if name != "HF_TOKEN"} | settings

    def run(program: str, *words: object, token: str | None = None) -> str:
        done = subprocess.run(
            [Path(sys.executable).with_name(program), *map(str, words)],
            cwd=folder,
            env=env if token is None else {**env, "HF_TOKEN": token},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert done.returncode == 0, f"{program} {words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="module")
def demo(run: Run, folder: Path) -> Path:
    assert not list(folder.iterdir())
    said = run("elsa-data", "demo", "demo", "--clips", 24)
    assert "Verified: everything holds." in said
    return folder / "demo" / "build"


@pytest.fixture(scope="module")
def published(demo: Path, run: Run) -> str:
    said = run("elsa-data", "publish", demo, SET, token=TOKEN)
    assert f"{SET} holds each of 6 shards once, hashes equal" in said
    return SET


@pytest.fixture(scope="module")
def fetched(demo: Path, published: str, run: Run, folder: Path) -> Path:
    """A copy of the same set as tars, published and fetched again."""
    run("elsa-data", "render", demo, "--format", "webdataset", "--redo")
    said = run("elsa-data", "publish", demo, TARS, token=TOKEN)
    assert f"{TARS} holds each of 6 shards once, hashes equal" in said
    run("hf", "download", TARS, "--repo-type", "dataset", "--local-dir", folder / "copy")
    return folder / "copy"


LOAD = f"""
import io, datasets, soundfile
datasets.disable_progress_bars()

def told(rows):
    for row in rows:
        audio, rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]), always_2d=True)
        assert audio.shape == (round(row["duration_s"] * rate), row["channels"]), audio.shape
        assert row["channels"] == (4 if row["spatial"] else 1)
        assert -180 <= (row["parts"][0]["azimuth_deg"] or 0) < 180
        yield row["example_id"], row["caption"], row["spatial"], row["parts"][0]["direction"]

rows = datasets.load_dataset("{SET}")
print({{name: len(split) for name, split in rows.items()}})
for name, split in rows.items():
    assert isinstance(split.features["audio"], datasets.Audio), split.features
    whole = list(told(split.cast_column("audio", datasets.Audio(decode=False))))
    stream = datasets.load_dataset("{SET}", split=name, streaming=True)
    assert list(told(stream.cast_column("audio", datasets.Audio(decode=False)))) == whole
    assert sum(spatial for _, _, spatial, _ in whole) * 3 == len(whole) * 2
"""


def test_datasets_loads_and_streams_it(published: str, run: Run) -> None:
    assert run("python", "-c", LOAD).strip() == "{'train': 48, 'validation': 12, 'test': 12}"


WEB = """
import glob, io, json, soundfile, webdataset
rows = 0
for sample in webdataset.WebDataset(sorted(glob.glob("copy/data/*.tar")), shardshuffle=False):
    row = json.loads(sample["json"])
    audio, rate = soundfile.read(io.BytesIO(sample["flac"]), always_2d=True)
    assert audio.shape == (round(row["duration_s"] * rate), row["channels"])
    assert sample["__key__"] == row["example_id"] and sample["txt"].decode() == row["caption"]
    rows += 1
print(rows)
"""


def test_webdataset_reads_the_tars(fetched: Path, run: Run) -> None:
    assert run("python", "-c", WEB).strip() == "72"


def test_both_ways_to_what_was_published_train_the_same_model(
    published: str, fetched: Path, run: Run, folder: Path
) -> None:
    ways = {"from-hub": f"hf://datasets/{published}", "from-copy": fetched.name}
    for name, data in ways.items():
        said = run("elsa-train", data, name, *FEW_STEPS)
        assert "100 %  step 3  contrastive" in said
        assert "validation/contrastive" in said
    first, second = ((folder / name / "model.safetensors").read_bytes() for name in ways)
    assert len(first) > 1e6
    assert first == second


def test_a_row_of_the_hub_is_seen_and_heard(published: str, run: Run, folder: Path) -> None:
    code = (
        "import datasets; rows = datasets.load_dataset("
        f"'{published}', split='test', streaming=True).select_columns(['example_id', 'spatial']); "
        "print(next(row['example_id'] for row in rows if row['spatial']))"
    )
    example_id = run("python", "-c", code).strip()
    where = f"hf://datasets/{published}"
    assert example_id in run("elsa-data", "inspect", where, example_id[:8])
    assert "left and right ear" in run("elsa-data", "play", where, example_id[:8], "a.wav")
    assert (folder / "a.wav").stat().st_size > 10_000


PLAYED = """
const done = arguments[0], audio = document.querySelector("audio");
document.querySelector(".play").click();
const wait = () => audio.error ? done(audio.error.message)
  : audio.currentTime > 0.1 ? done(audio.currentTime) : setTimeout(wait, 20);
wait();
"""


@pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason=NO_BROWSER)
def test_the_report_opens_and_plays(demo: Path) -> None:
    with browser() as driver:
        page = opened(driver, demo.with_name("build-report"))
        page.set_script_timeout(60)
        plates = page.find_elements("css selector", ".plate")
        assert len(plates) > 10
        assert page.execute_async_script(PLAYED) > 0.1
        assert "a sample of 72 rows" in page.find_element("tag name", "body").text
        assert page.get_log("browser") == []


def test_the_token_is_nowhere(published: str, fetched: Path, store: Store, folder: Path) -> None:
    for place in (folder, store.folder):
        files = [path for path in place.rglob("*") if path.is_file()]
        assert len(files) > 10
        assert not [path for path in files if TOKEN.encode() in path.read_bytes()]
