"""The page as a file: what is in it, and that nothing but this program puts markup there."""

import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from elsa_data.errors import BuildError, ConfigError
from elsa_data.examples import Example
from elsa_data.report.gather import gather
from elsa_data.report.page import is_report
from elsa_data.report.write import require_free
from elsa_data.shards.data import write_data
from elsa_data.shards.directory import Directory
from tests.report.conftest import HOSTILE, SHOWN, reported

STYLE = Path(__file__).parents[2] / "elsa_data" / "report" / "page.css"


class Elements(HTMLParser):
    """Every element of a page and its attributes, and the text outside style and script."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self._inside = ""
        self.feed((folder / "index.html").read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self._inside = tag
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside not in ("style", "script"):
            self.shown += data

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


def test_every_picture_and_every_sound_is_there(page_folder: Path) -> None:
    page = Elements(page_folder)
    plates = page.of("article")
    assert len(plates) == SHOWN
    spatial = sum(plate["class"] == "plate" for plate in plates)
    pictures = [svg.get("class") for svg in page.of("svg")]
    assert pictures.count("room") == 2 * spatial  # from above and from the side
    assert pictures.count("decay") == spatial
    assert pictures.count("sphere") == 4 * spatial
    assert pictures.count("chart") == 4
    sounds = {button["data-src"] for button in page.of("button") if "data-src" in button}
    assert len(sounds) == 3 * spatial + (SHOWN - spatial)
    assert sounds == {
        path.relative_to(page_folder).as_posix() for path in (page_folder / "audio").iterdir()
    }
    assert {audio["src"] for audio in page.of("audio")} <= sounds


def test_no_picture_holds_what_is_no_number(page_folder: Path) -> None:
    text = (page_folder / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r'="[^"]*\b(?:nan|inf)\b[^"]*"', text)
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))


def test_hostile_words_are_text(page_folder: Path, hostile_folder: Path) -> None:
    harmless, page = Elements(page_folder), Elements(hostile_folder)
    assert HOSTILE.replace("\u202e", "\ufffd") in page.shown
    assert not page.of("img")
    assert len(page.of("script")) == len(page.of("style")) == 1
    assert {tag for tag, _ in page.found} <= {tag for tag, _ in harmless.found}
    for _, attributes in page.found:
        assert not [name for name in attributes if name.startswith("on")]


def test_the_page_may_run_its_own_script_and_reach_nothing(page_folder: Path) -> None:
    page = Elements(page_folder)
    (policy,) = (m["content"] for m in page.of("meta") if m.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    links = [value for _, a in page.found for n, value in a.items() if n in ("href", "src")]
    assert all(link and (link.startswith("#") or link.startswith("audio/")) for link in links)


def test_a_published_set_says_what_it_lacks(hostile_folder: Path) -> None:
    page = Elements(hostile_folder)
    assert "The impulse response is not kept here" in page.shown
    assert "what was lost on its way is not told" in page.shown
    assert "decay" not in [svg.get("class") for svg in page.of("svg")]


def test_equal_builds_give_equal_bytes(
    standing_build: Path, page_folder: Path, tmp_path: Path
) -> None:
    again = reported(standing_build, tmp_path / "again")
    files = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert len(files) > SHOWN
    for file in files:
        assert (again / file).read_bytes() == (page_folder / file).read_bytes(), file


def test_an_unfinished_build_shows_what_is_done(build: Path, tmp_path: Path) -> None:
    gone = sorted((build / "done" / "render").iterdir())
    for mark in gone[1:]:
        mark.unlink()
    page = Elements(reported(build, tmp_path / "part"))
    assert f"1 of {len([m for m in gone if m.name.startswith('test')])} shards" in page.shown
    gone[0].unlink()
    with pytest.raises(BuildError, match="no finished shard in data/: build it first"):
        gather(Directory(str(build)), name="b", sample=3, seed=0, say=print)


def test_a_sound_that_cannot_be_read_is_told_by_its_row(
    rows: list[Example], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    damaged = replace(rows[0], audio=rows[0].audio[: len(rows[0].audio) // 2])
    write_data("parquet", [damaged], tmp_path / "data" / "test-00000-of-00001.parquet")
    with pytest.raises(BuildError, match=f"row '{damaged.example_id}' cannot be read"):
        gather(Directory(str(tmp_path)), name="d", sample=1, seed=0, say=print)


def test_a_report_takes_the_place_of_a_report_and_of_nothing_else(
    page_folder: Path, standing_build: Path, tmp_path: Path
) -> None:
    older = Path(shutil.copytree(page_folder, tmp_path / "older"))
    (older / "audio" / "099-w.mp3").write_bytes(b"of a larger sample")
    reported(standing_build, older, sample=3)
    assert not (older / "audio" / "099-w.mp3").exists()
    assert is_report((older / "index.html").read_bytes())
    assert [path.name for path in tmp_path.iterdir()] == ["older"]
    other = tmp_path / "other"
    other.mkdir()
    require_free(other)
    (other / "index.html").write_text("<html>mine</html>")
    with pytest.raises(ConfigError, match="not empty and no report"):
        require_free(other)


def luminance(colour: str) -> float:
    """Relative luminance. Source: W3C, WCAG 2.1, "relative luminance"."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_and_lines_can_be_told_from_what_is_behind_them(theme: int) -> None:
    pairs = re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", STYLE.read_text())
    colours = {name: both[theme] for name, *both in pairs}
    for ground in ("paper", "raised"):
        for name in ("ink", "soft", "place", "space", "ear", "good", "bad"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        for name in (f"band{index}" for index in range(8)):
            assert contrast(colours[name], colours[ground]) >= 3.0, (name, ground)
