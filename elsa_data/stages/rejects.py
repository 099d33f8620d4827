"""Rejects: one per manifest row that is lost before planning, one per example afterwards."""

from elsa_data.errors import ElementError
from elsa_data.records import Clip, ExampleSpec, Reject, ShardRef


def clip_reject(clip: Clip, stage: str, ref: ShardRef, error: ElementError) -> Reject:
    """Return the reject of a whole clip: one manifest row."""
    return Reject(
        key=f"{clip.corpus}:{clip.clip_id}",
        stage=stage,
        shard=str(ref),
        clip_id=clip.clip_id,
        error=error.reason,
        message=str(error),
    )


def example_reject(example: ExampleSpec, stage: str, ref: ShardRef, error: ElementError) -> Reject:
    """Return the reject of one planned example."""
    return Reject(
        key=example.example_id,
        stage=stage,
        shard=str(ref),
        clip_id=example.parts[0].clip_id,
        example_id=example.example_id,
        error=error.reason,
        message=str(error),
    )
