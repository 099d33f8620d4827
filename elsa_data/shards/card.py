"""The README of a published data set: what it is, how to load it, and how far to trust it.

Every number is in `Facts`. Names and captions of corpora pass through `quoted`.
"""

import hashlib
from typing import Final

import yaml

from elsa_data.conventions import CONVENTIONS
from elsa_data.shards.card_code import loading
from elsa_data.shards.card_data import card_data
from elsa_data.shards.card_tables import captions, licences, lost, places, rooms, samples, words
from elsa_data.shards.facts import Facts
from elsa_data.shards.markdown import quoted, table

LIMITS: Final = """\
- The rooms are simulated empty shoeboxes: no furniture, no diffraction, no neighbouring rooms.
- Sources stand still, are points, and radiate alike in all directions. The receiver is an ideal
  first-order microphone without noise. Expect a gap to recordings of real rooms.
- The direction words leave gaps: a source between two words has none, and its column is null.
- Captions are English. The source captions were written by others and are not checked for truth.
- DOA and T30 of the mixed sound are not labels that can be measured again from the sound alone;
  they are exact, or measured on the impulse response.
- `target_t30_s` is what was asked for, not a label: use the measured `t30_mid_s`."""


def card(facts: Facts) -> str:
    """Return the whole README.md: equal facts give equal bytes."""
    front = yaml.safe_dump(card_data(facts), sort_keys=False, allow_unicode=True, width=100)
    sections = (
        f"# {facts.repo.partition('/')[2]}",
        _opening(facts),
        "## Load it, with all four channels",
        loading(facts),
        "## Conventions",
        table(("what", "here"), CONVENTIONS.items()),
        "## What is in it",
        _rows(facts),
        samples(facts),
        "## Where the sources are",
        places(facts),
        "## Rooms",
        rooms(facts),
        "## Words",
        words(facts),
        "## Captions",
        captions(facts),
        "## Licences",
        licences(facts),
        "## What was left out",
        lost(facts),
        "## How it was built",
        _built(facts),
        "## Limits",
        LIMITS,
    )
    return f"---\n{front}---\n\n" + "\n\n".join(filter(None, sections)) + "\n"


def digest_of_shards(facts: Facts) -> str:
    """Return what ``sha256sum * | sha256sum`` prints in the folder of the shards."""
    lines = sorted((shard.path.rpartition("/")[2], shard.sha256) for shard in facts.shards)
    listing = "".join(f"{sha256}  {name}\n" for name, sha256 in lines)
    return hashlib.sha256(listing.encode()).hexdigest()


def _opening(facts: Facts) -> str:
    census = facts.census
    rates = ", ".join(f"{rate / 1000:g} kHz" for rate in sorted(census.rates))
    return (
        f"Captioned sounds in simulated rooms: {sum(census.rows.values())} rows, "
        f"{sum(census.seconds.values()) / 3600:.2f} hours at {rates}. "
        f"{sum(census.spatial.values())} rows are first-order ambisonics (AmbiX, four channels) "
        "with a caption that says where the sound is and what the room is like; the others are "
        "the mono originals. Each row carries its whole scene: room, receiver, position, measured "
        "decay times, and where the sound came from. The scenes follow ELSA (Devnani et al., "
        "NeurIPS 2024, arXiv:2409.11369)."
    )


def _rows(facts: Facts) -> str:
    census = facts.census
    return table(
        ("split", "rows", "spatial", "mono", "small", "hours", "shards", "bytes of the files"),
        [
            (
                split,
                census.rows[split],
                census.spatial[split],
                census.rows[split] - census.spatial[split],
                census.small[split],
                f"{census.seconds[split] / 3600:.2f}",
                len(facts.shards_of(split)),
                sum(shard.size for shard in facts.shards_of(split)),
            )
            for split in facts.splits
        ],
    )


def _built(facts: Facts) -> str:
    plan, caption = facts.identity["plan"], facts.identity["caption"]
    preset = plan["preset"]["name"]
    flags = [f"--preset {preset}", f"--seed {plan['seed']}"]
    flags += [f"--limit {plan['limit']}"] if plan["limit"] else []
    flags += [] if plan["probe"] else ["--no-probe"]
    flags += [f"--captions {caption['captions']}", f"--format {facts.format}"]
    rows = [
        ("command", quoted(f"elsa-data build MANIFEST OUT {' '.join(flags)}")),
        ("manifest", f"`{plan['manifest_sha256']}`"),
        ("engine", quoted(facts.identity["simulate"]["engine"])),
        ("vocabulary", quoted(caption["vocabulary"]["name"])),
        ("level", quoted(facts.identity["render"]["level"])),
        ("computed on", ", ".join(map(quoted, facts.devices)) or "unknown"),
        ("versions", ", ".join(f"{n} {'/'.join(v)}" for n, v in facts.versions.items())),
        *(
            (f"fingerprint of {stage}", f"`{print_}`")
            for stage, print_ in facts.fingerprints.items()
        ),
        ("`sha256sum * \\| sha256sum` in data/", f"`{digest_of_shards(facts)}`"),
    ]
    proofs = "\n".join(f"- {proof}" for proof in facts.proofs)
    laws = yaml.safe_dump(plan["preset"], default_flow_style=None, allow_unicode=True, width=100)
    return "\n\n".join(
        [
            table(("what", "value"), rows),
            f"Proven of it before it was published, by `elsa-data verify`:\n\n{proofs}",
            "<details><summary>The preset, every law resolved</summary>\n\n"
            f"```yaml\n{_fenced(laws)}```\n\n</details>",
        ]
    )


def _fenced(text: str) -> str:
    """Return text that cannot end the fence it stands in."""
    return text.replace("```", "'''")
