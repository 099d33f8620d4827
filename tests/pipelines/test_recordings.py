"""Real recordings, as a system ships them: Ogg and WAV, mono and stereo, short and shorter."""

import csv
from pathlib import Path

import pytest
import soundfile as sf

from elsa_data.shards.data import read_data
from elsa_data.shards.directory import Directory, shard_ref
from elsa_data.shards.marks import read_marks, read_rejects
from tests.conftest import Command

FOLDERS = {
    "sound-theme-freedesktop": ("/usr/share/sounds/freedesktop/stereo", "*.oga"),
    "alsa-utils": ("/usr/share/sounds/alsa", "*.wav"),
}
"""Where each Debian package puts its sounds."""


def recordings() -> list[Path]:
    found = {name: sorted(Path(at).glob(what)) for name, (at, what) in FOLDERS.items()}
    missing = [name for name, files in found.items() if not files]
    if missing:
        pytest.skip(f"real recordings are not installed: apt-get install {' '.join(missing)}")
    return [file for files in found.values() for file in files]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Captions are the names of the files: ``A dialog warning`` for dialog-warning.oga."""
    path = tmp_path_factory.mktemp("recordings") / "recordings.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("clip_id", "path", "caption", "licence"))
        for recording in recordings():
            spoken = recording.stem.lower().replace("-", " ").replace("_", " ")
            writer.writerow((recording.name, recording, f"The sound of {spoken}", "CC-BY-SA-3.0"))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("form", ["parquet", "webdataset"])
def test_recordings_become_a_verified_build(
    elsa_data: Command, manifest: Path, tmp_path: Path, form: str
) -> None:
    out = tmp_path / "build"
    words = ("--preset", "tiny", "--seed", 3, "--format", form, "--workers", 2)
    done = elsa_data("build", manifest, out, *words, "--max-rejects", "1.0")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    proven = elsa_data("verify", out)
    assert proven.returncode == 0, proven.stdout
    directory = Directory(str(out))
    named = [(mark, shard_ref(mark.shard)) for mark in read_marks(directory, "render")]
    examples = [e for _, ref in named if ref is not None for e in read_data(directory, ref)]
    used = {example.parts[0].clip_id for example in examples}
    rejected = {
        reject.clip_id: reject.error
        for stage in ("read", "probe", "assign", "plan", "simulate", "caption", "render")
        for mark in read_marks(directory, stage)
        if (ref := shard_ref(mark.shard)) is not None
        for reject in read_rejects(directory, stage, ref)
    }
    files = {file.name: file for file in recordings()}
    assert used | set(rejected) == set(files)
    assert len(used) > 0.7 * len(files), rejected
    channels = {sf.info(files[name]).channels for name in used}
    assert channels == {1, 2}, "both mono and stereo recordings are to be heard"
    assert {files[name].suffix for name in used} == {".oga", ".wav"}
