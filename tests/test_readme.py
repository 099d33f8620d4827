"""What the README and docs/ say is held against the code: snippets run, commands parse."""

import importlib
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from xml.etree import ElementTree

import pytest

from elsa_data.corpora.manifests import read
from elsa_data.evaluate.command import parser as evaluator
from elsa_data.examples import Example, ExamplePart
from elsa_data.records import Clip
from elsa_data.shards.data import read_data, write_data
from elsa_data.shards.directory import Directory, shard_ref
from elsa_data.train.command import parser as trainer
from pipelines.__main__ import COMMANDS
from pipelines.options import Parser, split_runner_flags
from tests.conftest import Command

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PATH = re.compile(r"\S*demo/build")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of one language; an empty one has none."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Return each line of a page that runs ``elsa-data``."""
    found = []
    for page in PAGES:
        for block in blocks(page.read_text(encoding="utf-8"), "(?:sh|console|yaml)"):
            folded = re.sub(r">-\n((?: {14}.*\n)+)", lambda m: " ".join(m[1].split()) + "\n", block)
            found += re.findall(r"(?:^|\$ |- |bin/)(elsa-data [^&\n]+)", folded, re.MULTILINE)
    return found


def code_id(code: str) -> str:
    return max(re.findall(r"(?:from|import) (\w+)", code), key=len)


@pytest.fixture(scope="module")
def folder_with_demo(
    standing_build: Path, manifest: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with ``demo/`` in it as the demo leaves it, its data in both formats."""
    folder = tmp_path_factory.mktemp("reader")
    build = Path(shutil.copytree(standing_build, folder / "demo" / "build"))
    shutil.copytree(manifest.parent, folder / "demo" / "corpus")
    directory = Directory(str(build))
    for file in sorted((build / "data").glob("train-*.parquet")):
        ref = shard_ref(file.stem)
        assert ref is not None
        write_data("webdataset", list(read_data(directory, ref)), file.with_suffix(".tar"))
    return folder


@pytest.mark.parametrize("code", blocks(README, "python"), ids=code_id)
def test_a_snippet_runs(code: str, folder_with_demo: Path, tmp_path: Path) -> None:
    if "get_all_samples" in code:
        try:
            importlib.import_module("torchcodec")
        except (ImportError, RuntimeError) as error:
            pytest.skip(f"torchcodec, or the FFmpeg it needs: {str(error).splitlines()[0]}")
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder_with_demo, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    if "print(" in code:
        assert done.stdout, "the snippet saw no row"


def test_all_ways_to_load_are_there() -> None:
    code = "\n".join(blocks(README, "python"))
    for name in ("Audio(decode=False)", "get_all_samples", "WebDataset", "read_data"):
        assert name in code, name


@pytest.mark.parametrize("line", commands())
def test_a_command_parses(line: str) -> None:
    words, _ = split_runner_flags(shlex.split(re.sub(r"\$\w+", "1", line))[1:])
    assert words[0] in COMMANDS, line
    parser = Parser(prog="elsa-data")
    importlib.import_module(f"pipelines.{words[0].replace('-', '_')}").configure(parser)
    parser.parse_args(words[1:])


def test_commands_are_found() -> None:
    assert {line.split()[1] for line in commands()} >= {"demo", "build", "status", "verify", "plan"}


def test_the_flags_named_in_the_text_exist() -> None:
    known = {"--extra-index-url", "--version"}
    for name in COMMANDS:
        parser = Parser(prog=name)
        importlib.import_module(f"pipelines.{name.replace('-', '_')}").configure(parser)
        known |= {flag for action in parser._actions for flag in action.option_strings}
    for parser in (trainer(), evaluator()):
        known |= {flag for action in parser._actions for flag in action.option_strings}
    named = set(re.findall(r"`(--[a-z-]+)", README))
    assert named <= known, named - known


def test_row_md_has_every_column_and_the_readme_no_other() -> None:
    known = {field.name for record in (Example, ExamplePart) for field in fields(record)}
    assert columns((ROOT / "docs" / "row.md").read_text(encoding="utf-8")) == known
    rows = README[README.index("## The rows") : README.index("**Conventions.**")]
    assert columns(rows) >= {"audio", "caption", "spatial", "azimuth_deg", "t30_s"}
    assert columns(rows) <= known, columns(rows) - known


def columns(text: str) -> set[str]:
    """Return the names in the first cells of the tables of a page."""
    cells = "".join(re.findall(r"^\| `.*?\|", text, re.MULTILINE))
    return set(re.findall(r"`(?:parts\[0\])?\.?(\w+)`", cells))


def test_the_manifest_example_reads(tmp_path: Path) -> None:
    (example,) = blocks(README, "csv")
    path = tmp_path / "manifest.csv"
    path.write_text(example, encoding="utf-8")
    clips = list(read(str(path)))
    assert all(isinstance(clip, Clip) for clip in clips), clips
    assert [len(clip.captions) for clip in clips if isinstance(clip, Clip)] == [2, 1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)|(?:src|srcset)=\"([^\"]+)\"", text)
    for target in (first or second for first, second in links):
        assert "://" in target or (page.parent / target).is_file(), target


def test_the_picture_is_drawn_the_same_twice(folder_with_demo: Path, tmp_path: Path) -> None:
    spec = spec_from_file_location("scene", ROOT / "docs" / "pictures" / "scene.py")
    assert spec is not None
    assert spec.loader is not None
    scene = module_from_spec(spec)
    spec.loader.exec_module(scene)
    drawn = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        scene.main([str(folder_with_demo / "demo" / "build"), str(tmp_path / name)])
        drawn.append([(tmp_path / name / f"scene-{t}.svg").read_bytes() for t in scene.THEMES])
    assert all(ElementTree.fromstring(svg).tag.endswith("svg") for svg in drawn[0])
    assert drawn[0] == drawn[1]
    assert drawn[0][0] != drawn[0][1], "light and dark are one"


@pytest.mark.slow
def test_the_demo_says_what_the_readme_shows(elsa_data: Command, tmp_path: Path) -> None:
    done = elsa_data("demo", tmp_path / "demo", "--workers", 2, timeout_s=1200)
    assert done.returncode == 0, done.stderr
    said = [PATH.sub("demo/build", line) for line in done.stdout.splitlines()]
    build, _, verify, _ = blocks(README, "console")
    shown = [PATH.sub("demo/build", line) for line in f"{build}{verify}".splitlines()]
    for line in (line for line in shown if not line.startswith(("$", "...")) and line[-2:] != " s"):
        assert any(alike(line, other) for other in said), f"{line}\n{done.stdout}"


def alike(shown: str, said: str) -> bool:
    """Return whether two lines say the same with nearly the same numbers."""
    if NUMBER.sub("#", shown) != NUMBER.sub("#", said):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(said), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=0.05) for a, b in pairs)
