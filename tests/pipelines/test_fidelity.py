import json
from pathlib import Path

import pytest

from elsa_data.captions.examine import Writer
from elsa_data.captions.prices import Prices
from elsa_data.captions.prompts import load_prompt
from elsa_data.shards.directory import Directory
from elsa_data.shards.marks import read_marks
from pipelines.fidelity import fidelity
from tests.conftest import Command
from tests.pipelines.llm_builds import examples

WRITER = Writer(model="some-model", prompt=load_prompt("rewrite.v1"))


def test_a_build_by_the_template_says_so_and_how_alike_its_captions_are(
    here: Command, standing_build: Path
) -> None:
    rows = examples(standing_build)
    sources = [source for row in rows for source in row.caption_sources]
    [written, alike] = fidelity(Directory(str(standing_build)), None, None)
    assert f"{sources.count('template')} x template" in written
    assert f"{sources.count('original')} x original" in written
    assert "attempt" not in written
    assert f"of {sources.count('template')} captions" in alike
    told = here("status", standing_build).stdout
    assert written in told
    assert alike in told


def test_what_a_model_wrote_comes_with_what_it_took(build: Path) -> None:
    directory = Directory(str(build))
    [mark, *others] = build.glob("done/caption/*.json")
    for other in others:
        other.unlink()
    text = mark.read_text()
    found = read_marks(directory, "caption")[0].counts
    name, number = next(iter(found.items()))
    fresh = {
        "captions:llm": 9, "captions:template": 1, "attempts": 13, "tokens_in": 2_000_000,
        "tokens_out": 500_000, "fallback:truncated": 1, "rejected:truncated": 3,
        "rejected:invented": 1, "attempts:1": 7, "attempts:2": 2,
    }  # fmt: skip
    added = "".join(f'"{key}": {value}, ' for key, value in fresh.items())
    mark.write_text(text.replace(f'"{name}": {number}', f'{added}"{name}": {number}', 1))
    lines = fidelity(directory, WRITER, Prices(usd_in=1.0, usd_out=4.0))
    assert lines[0] == (
        "Captions: 9 by some-model, 1 by the template (1 x truncated); 13 answers, "
        "2000000 tokens in, 500000 out, 4.00 USD"
    )
    assert lines[1] == "  rejected answers: 3 x truncated, 1 x invented"
    assert lines[2].endswith("; 7 at attempt 1, 2 at attempt 2")


def test_of_frames_without_end_the_most_frequent_is_told(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "many" / "done" / "caption"
    folder.mkdir(parents=True)
    plain = json.loads(next(build.glob("done/caption/*.json")).read_text())
    for number in range(40):
        seldom = {f"frame:~ {number} {n} (place).": 1 for n in range(17)}
        name = f"train-{number:05d}-of-00040"
        plain |= {
            "shard": name,
            "counts": {"frame:~ (place).": 3, "framed": 20, "pairs": 9} | seldom,
        }
        (folder / f"{name}.json").write_text(json.dumps(plain))
    directory = Directory(str(tmp_path / "many"))
    [*_, told] = fidelity(directory, None, None)
    assert "'~ (place).', 15.0 % of 800 captions" in told
    monkeypatch.setattr("pipelines.fidelity.MOST_FRAMES", 100)
    assert fidelity(directory, None, None)[-1] == told


@pytest.mark.parametrize("writer", [None, WRITER])
def test_before_there_are_captions_nothing_is_said(tmp_path: Path, writer: Writer | None) -> None:
    assert fidelity(Directory(str(tmp_path)), writer, None) == []
