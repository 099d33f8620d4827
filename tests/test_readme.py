"""What the README and docs/ say is held against the code: snippets run, commands parse."""

import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

from elsa_data.corpora.manifests import read
from elsa_data.records import Clip, Example, ExamplePart
from elsa_data.shards.data import read_data, write_data
from elsa_data.shards.directory import Directory, shard_ref
from pipelines.__main__ import COMMANDS
from pipelines.options import Parser, split_runner_flags

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
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
            found += re.findall(r"(?:^|\$ |- |/|&& )(elsa-data [^#&\n]+)", folded, re.MULTILINE)
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
    if "get_all_samples" in code and not find_spec("torchcodec"):
        pytest.skip("needs torchcodec and FFmpeg")
    env = {**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
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
    words, _ = split_runner_flags(shlex.split(line)[1:])
    if words == ["--version"]:
        return
    assert words[0] in COMMANDS, line
    parser = Parser(prog="elsa-data")
    importlib.import_module(f"pipelines.{words[0]}").configure(parser)
    parser.parse_args(words[1:])


def test_commands_are_found() -> None:
    assert {line.split()[1] for line in commands()} >= {"demo", "build", "status", "verify", "plan"}


def test_the_flags_named_in_the_text_exist() -> None:
    known = {"--extra-index-url", "--version"}
    for name in COMMANDS:
        parser = Parser(prog=name)
        importlib.import_module(f"pipelines.{name}").configure(parser)
        known |= {flag for action in parser._actions for flag in action.option_strings}
    named = set(re.findall(r"`(--[a-z-]+)", README))
    assert named <= known, named - known


@pytest.mark.parametrize("name", ["README.md", "docs/row.md"])
def test_columns_are_those_of_the_records(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    tables = "\n".join(re.findall(r"^\| `.*?\|", text, re.MULTILINE))
    named = set(re.findall(r"`(?:parts\[0\])?\.?([a-z0-9_]+)`", tables))
    known = {field.name for record in (Example, ExamplePart) for field in fields(record)}
    if name == "docs/row.md":
        assert named == known
    else:
        section = text[text.index("## The rows") : text.index("**Conventions.**")]
        rows = "\n".join(re.findall(r"^\| `.*?\|", section, re.MULTILINE))
        said = set(re.findall(r"`(?:parts\[0\])?\.?([a-z0-9_]+)`", rows))
        assert said
        assert said <= known, said - known


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
    script = ROOT / "docs" / "pictures" / "scene.py"
    drawn = []
    for name in ("first", "second"):
        out = tmp_path / name
        out.mkdir()
        command = [sys.executable, str(script), str(folder_with_demo / "demo" / "build"), str(out)]
        subprocess.run(
            command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        drawn.append([(out / f"scene-{theme}.svg").read_bytes() for theme in ("light", "dark")])
        assert all(ElementTree.fromstring(svg).tag.endswith("svg") for svg in drawn[-1])
    assert drawn[0] == drawn[1]
    assert drawn[0][0] != drawn[0][1]


@pytest.mark.slow
def test_the_demo_says_what_the_readme_shows(elsa_data, tmp_path: Path) -> None:
    done = elsa_data("demo", tmp_path / "demo", timeout_s=1200)
    assert done.returncode == 0, done.stderr
    said = [NUMBER.sub("#", line) for line in done.stdout.splitlines()]
    shown = [line for block in blocks(README, "console") for line in block.splitlines()]
    first = next(index for index, line in enumerate(shown) if line.startswith("Planned"))
    last = next(index for index, line in enumerate(shown) if line.startswith("Verified"))
    wanted = [line for line in shown[first : last + 1] if line.startswith(("Planned", " "))]
    for line in (line for line in wanted if " x " in line or "Planned" in line):
        assert line in done.stdout.splitlines() or NUMBER.sub("#", line) in said, line
