"""``elsa-data publish OUT ORG/NAME``: verified, then sent to the Hugging Face Hub."""

import argparse
import sys

from elsa_data.errors import BuildError
from elsa_data.shards.card import card
from elsa_data.shards.croissant import croissant
from elsa_data.shards.facts import Census, Facts, Published
from elsa_data.shards.hub import Hub, connected, pending, publish
from elsa_data.stages.census import take_census
from elsa_data.stages.publication import facts_of, refuse_licences, shards_to_publish
from elsa_data.stages.settings import Settings
from pipelines import verify
from pipelines.builds import opened, shards


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verify.configure(parser)
    parser.add_argument("repo", metavar="ORG/NAME", help="the repository, made where it is not")
    parser.add_argument("--private", action="store_true", help="make it for its members alone")
    parser.add_argument("--revision", metavar="R", help="the branch, made where it is not [main]")
    parser.add_argument(
        "--dry-run", action="store_true", help="verify, print the card and what would be sent"
    )
    parser.add_argument(
        "--allow-licence",
        action="append",
        default=[],
        metavar="SPDX",
        help="publish sources of this licence too, for you hold the right; may be repeated",
    )


def run(args: argparse.Namespace) -> int:
    """Return 0 when the Hub holds the set, 1 when it does not hold what it says."""
    hub = connected(
        args.repo,
        revision=args.revision,
        private=args.private,
        say=_say,
        to_write=not args.dry_run,
    )
    settings = opened(args)
    files = shards_to_publish(settings, shards(settings))
    _say(f"Counting {sum(file.rows for file in files)} rows in {len(files)} shards")
    census = take_census(settings.directory, files)
    refuse_licences(census, args.allow_licence)
    facts = _verified_facts(args, settings, files, census)
    if facts is None:
        return 1
    pages = {"README.md": card(facts).encode(), "croissant.json": croissant(facts).encode()}
    if args.dry_run:
        sys.stdout.write(f"\n{pages['README.md'].decode()}\n")
        return _told(hub, files, pages)
    sent = publish(hub, settings.directory, files, pages, private=args.private)
    size = sum(file.size for file in sent.missing)
    _say(
        f"Sent {len(sent.missing)} of {len(files)} shards ({size / 1e6:.1f} MB) and "
        f"{len(sent.pages)} of {len(pages)} pages, removed {len(sent.stale)}: {args.repo} holds "
        f"each of {len(files)} shards once, hashes equal"
    )
    return 0


def _verified_facts(
    args: argparse.Namespace, settings: Settings, files: tuple[Published, ...], census: Census
) -> Facts | None:
    """Return what the card says, None when `verify` found something; tells what it looked at."""
    _, refs, found = verify.verified(args)
    sys.stdout.write(verify.told(settings, refs, found))
    if found.findings:
        _say("Not published: mend what was found first.")
        return None
    if not args.sample and found.rows != sum(file.rows for file in files):
        raise BuildError(f"{settings.url} changed while it was verified: publish it again")
    proofs = [
        f"{found.proofs[name]} x {what}"
        for name, what in verify.PROOFS.items()
        if name in found.proofs
    ]
    if len(refs) < len(files):
        proofs.insert(0, f"a sample: {len(refs)} of {len(files)} shards")
    if fit := found.direction:
        proofs.append(
            f"direction heard in the audio of {fit.rows} rows: circular correlation "
            f"{fit.correlation:.3f}, median error {fit.median_error_deg:.1f} deg"
        )
    return facts_of(settings, args.repo, files, census, proofs=proofs, allowed=args.allow_licence)


def _told(hub: Hub, files: tuple[Published, ...], pages: dict[str, bytes]) -> int:
    todo = pending(hub, files, pages)
    size = sum(file.size for file in todo.missing)
    _say(
        f"Would send {len(todo.missing)} of {len(files)} shards ({size / 1e6:.1f} MB) and "
        f"{', '.join(todo.pages) or 'no page'}, and remove {len(todo.stale)} shards of an older "
        "set. Nothing was sent."
    )
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
