import subprocess
import sys

from tests.train.sounds import example, write_set
from tests.train.test_command import FAST

MAKERS = (
    *("apache_beam", "datasets", "librosa", "lemminflect", "openai", "psutil", "pyroomacoustics"),
    *("snowballstemmer", "soxr", "umap", "tensorboard", "webdataset"),
)
"""What the other extras bring, so that a machine that only trains has none of it."""

WITHOUT = (
    "import sys; sys.modules |= dict.fromkeys(sys.argv[2].split(',')); "
    "from importlib import import_module; "
    "sys.exit(import_module(sys.argv[1]).main(sys.argv[3:]))"
)


def command(module: str, without: tuple[str, ...], *words: str) -> subprocess.CompletedProcess:
    """Run one of the commands where these packages cannot be imported."""
    told = [sys.executable, "-c", WITHOUT, f"elsa_data.{module}.__main__", ",".join(without)]
    return subprocess.run([*told, *words], capture_output=True, text=True, check=False)


def test_both_commands_run_where_nothing_that_makes_data_is_installed(tmp_path):
    rows = [example(at, split=split) for split in ("train", "test") for at in range(24)]
    data, run = write_set(tmp_path / "set", rows).url, str(tmp_path / "run")
    trained = command("train", (*MAKERS, "scipy", "matplotlib"), data, run, *FAST)
    assert (trained.returncode, trained.stderr) == (0, "")
    judged = command("evaluate", MAKERS, run, data, "--controls")
    assert (judged.returncode, judged.stderr) == (0, "")
    assert "localisation, mean error" in judged.stdout
    assert (tmp_path / "run" / "errors.svg").is_file()


def test_what_an_extra_brings_is_asked_for_by_its_name():
    for module, prog, missing, extra in (
        ("train", "elsa-train", "torch", "train"),
        ("evaluate", "elsa-eval", "scipy", "evaluate"),
    ):
        done = command(module, (missing,), "a", "b")
        assert done.returncode == 2
        told = f"{prog}: {missing} is not installed: pip install 'elsa-data[{extra}]'\n"
        assert done.stderr == told


def test_what_no_extra_brings_is_a_bug_that_shows_where_it_is():
    done = command("train", ("yaml",), "a", "b")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
