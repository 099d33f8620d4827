"""``elsa-data verify OUT``: every row proven, or a list of what is wrong."""

import argparse
import sys
from dataclasses import replace

from elsa_data.records import ShardRef
from elsa_data.stages.settings import Settings
from elsa_data.stages.verdict import Verdict, verdict
from pipelines.builds import opened, shards
from pipelines.launch import RunOptions, launch
from pipelines.options import out_argument, whole, worker_arguments

SHOWN = 50
PROOFS = {
    "shards": "marks and sha256 of every stage",
    "accounts": "planned = rows + rejects",
    "rirs": "RIR hashed and measured again: direction, T30, EDT, C50, DRR",
    "audio": "audio decoded: channels, rate, finite, peak",
    "labels": "labels drawn again from plan and measures",
    "captions": "captions read against the words of their row",
    "judged": "captions let pass by the judge: its answer read again",
    "trusted": "captions let pass by the judge on trust: its answer is not here",
    "sound": "dry * RIR * gain computed again",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    out_argument(parser)
    parser.add_argument(
        "--sample", type=whole(1), metavar="N", help="look at N shards spread over the build [all]"
    )
    worker_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Return 0 when everything holds, else 1."""
    settings, refs, found = verified(args)
    sys.stdout.write(told(settings, refs, found))
    return 1 if found.findings else 0


def verified(args: argparse.Namespace) -> tuple[Settings, list[ShardRef], Verdict]:
    """Return the verdict on a build, and the shards it is based on."""
    settings = replace(opened(args), rehash=True)
    refs = shards(settings)
    if args.sample:
        refs = sampled(refs, args.sample)
    run = RunOptions(workers=args.workers, runner_flags=args.runner_flags)
    launch(refs, ["verify"], settings, run)
    return settings, refs, verdict(settings, refs)


def sampled(refs: list[ShardRef], wanted: int) -> list[ShardRef]:
    """Return ``wanted`` shards spread evenly over all of them."""
    step = max(1.0, len(refs) / wanted)
    return [refs[int(index * step)] for index in range(min(wanted, len(refs)))]


def told(settings: Settings, refs: list[ShardRef], found: Verdict) -> str:
    """Return the report in words."""
    lines = [f"{settings.url}: {found.rows} rows in {len(refs)} shards"]
    lines += [
        f"  {found.proofs[name]:6d} x {PROOFS[name]}" for name in PROOFS if name in found.proofs
    ]
    if found.direction:
        fit = found.direction
        lines.append(
            f"  direction heard in the audio: circular correlation {fit.correlation:.3f}, "
            f"median error {fit.median_error_deg:.1f} deg over {fit.rows} rows"
        )
    else:
        lines.append("  too few rows to hear whether channels are swapped (20 spatial ones needed)")
    if not found.findings:
        return "\n".join([*lines, "Verified: everything holds.", ""])
    shown = [f"  - {finding}" for finding in found.findings[:SHOWN]]
    more = len(found.findings) - SHOWN
    rest = [f"  ... and {more} more"] if more > 0 else []
    return "\n".join([*lines, f"{len(found.findings)} findings:", *shown, *rest, ""])
