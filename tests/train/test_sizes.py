import pytest

from elsa_data.train.__main__ import main
from elsa_data.train.export import Run
from elsa_data.train.loop import train
from elsa_data.train.settings import load_settings
from elsa_data.train.sizes import parameter_table
from tests.train.sounds import plain_set, settings
from tests.train.test_loop import ALONE


def sizes(table: str) -> dict[str, int]:
    cells = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {name: int(count.replace(",", "")) for name, count, *_ in cells}


def test_the_paper_sizes_stand_beside_ours(capsys):
    assert main(["--config", "elsa", "--count"]) == 0
    said = capsys.readouterr().out
    assert "| spatial | 485,828 | 485,828 |" in said
    found = sizes(said)
    assert found["semantic"] == pytest.approx(27.5e6, rel=0.02)
    assert found["text"] == pytest.approx(124.6e6, rel=0.01)
    # The paper says 158 M and not of what; ours is every number that is learnt.
    assert found["all"] == pytest.approx(158e6, rel=0.04)


def test_what_is_counted_is_what_is_trained(tmp_path):
    told = settings()
    directory = plain_set(tmp_path / "set")
    run = Run(settings=told, stage="joint", seed=1, data=directory.url)
    model = train(run, tmp_path / "run", ALONE, stop_after=1)
    found = sizes(parameter_table(told))
    assert found["all"] == sum(each.numel() for each in model.parameters())
    assert sum(found.values()) == 2 * found["all"] - 1  # The temperature has no part of its own.


def test_a_baseline_is_held_against_no_paper():
    assert "485,828" not in parameter_table(load_settings("seld"))


@pytest.mark.parametrize("words", [[], ["DATA"]])
def test_training_needs_both_places(words, capsys):
    with pytest.raises(SystemExit):
        main(words)
    assert capsys.readouterr().err == "elsa-train: wanted DATA and RUN\n"
