"""What the launcher knows of a run from its marks."""

from pathlib import Path

from elsa_data.records import ShardRef
from elsa_data.shards.directory import Directory
from elsa_data.shards.marks import finish
from pipelines.progress import Watch


def test_a_run_is_finished_once_it_has_made_every_shard_itself(tmp_path: Path) -> None:
    directory = Directory(str(tmp_path))
    refs = [ShardRef(split="train", index=index, count=2) for index in range(2)]
    watch = Watch(directory, ("plan",), [str(ref) for ref in refs])
    for ref in refs:
        watch.poll(last=True)
        assert not watch.finished()
        finish(
            directory,
            stage="plan",
            ref=ref,
            fingerprint="as asked",
            inputs={},
            files={},
            rejects=[],
            rows=3,
        )
    watch.poll(last=True)
    assert watch.finished()
    later = Watch(directory, ("plan",), [str(ref) for ref in refs])
    later.poll(last=True)
    assert not later.finished()
