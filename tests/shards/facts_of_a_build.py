"""The facts of a finished build, as `publish` has them."""

from collections.abc import Sequence
from pathlib import Path

from elsa_data.shards.directory import Directory
from elsa_data.shards.facts import Facts
from elsa_data.shards.state import read_state
from elsa_data.stages.assign import ASSIGNMENT, shard_refs
from elsa_data.stages.census import take_census
from elsa_data.stages.once import required_mark
from elsa_data.stages.publication import facts_of, shards_to_publish
from elsa_data.stages.settings import Settings, settings_from

REPO = "a-team/spatial-sounds"


def settings_of(build: Path) -> Settings:
    state = read_state(Directory(str(build)))
    assert state is not None
    return settings_from(state, str(build))


def facts(build: Path, allowed: Sequence[str] = ()) -> Facts:
    settings = settings_of(build)
    shards = shards_to_publish(
        settings, shard_refs(required_mark(settings, "assign", ASSIGNMENT).counts)
    )
    census = take_census(settings.directory, shards)
    return facts_of(settings, REPO, shards, census, proofs=["72 x heard"], allowed=allowed)
