"""What ``--dry-run`` says."""

import sys
from collections.abc import Sequence

from elsa_data.errors import ConfigError
from elsa_data.stages.estimate import estimate
from elsa_data.stages.expected import Expected
from elsa_data.stages.read import ReadManifest
from elsa_data.stages.settings import Settings
from pipelines import llm


def preview(
    settings: Settings, manifest: ReadManifest, stages: Sequence[str], asked: Expected | None
) -> None:
    """Print counts, hours, bytes and cost of a build that is not begun.

    ``asked``: what a language model is expected to be asked, None where none is.

    Raises:
        ConfigError: the stages make audio, and it would not fit on the disk.
    """
    told = estimate(settings, manifest)
    source = f"{told.listened} clips heard" if told.listened else "no clip heard, 10 s assumed"
    free = "unknown" if told.free_bytes is None else _size(told.free_bytes)
    text = "\n".join(
        [
            f"clips      {told.clips} ({told.rejects} rows rejected so far)",
            f"examples   {told.examples}",
            f"RIRs       {told.rirs}",
            f"hours      {told.hours:.1f} ({source})",
            f"disk       {_size(told.final_bytes)} in the end, "
            f"{_size(told.peak_bytes)} at the peak, {free} free",
            f"LLM        {llm.told(settings, asked)}",
            "Nothing was written.",
            "",
        ]
    )
    sys.stdout.write(text)
    if "render" not in stages or told.free_bytes is None:
        return  # a plan alone weighs little, and its build may go to another disk
    if told.peak_bytes > told.free_bytes:
        raise ConfigError(
            f"{settings.url}: the build needs about {_size(told.peak_bytes)} and "
            f"{_size(told.free_bytes)} are free: use another disk, --limit, or a smaller preset"
        )


def _size(size: int) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size //= 1000
    return f"{size} TB"
