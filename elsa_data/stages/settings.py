"""What a build is: everything its bytes depend on, and how a fingerprint is drawn from it."""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from elsa_data.captions.examine import Writer
from elsa_data.captions.pace import Traffic
from elsa_data.captions.prices import Prices
from elsa_data.config import (
    Preset,
    Vocabulary,
    asset,
    parse_preset,
    parse_vocabulary,
    to_plain,
)
from elsa_data.errors import ConfigError
from elsa_data.shards.directory import Directory
from elsa_data.shards.marks import fingerprint
from elsa_data.strict import Spot, parse, plain

STAGES = ("plan", "simulate", "caption", "render")
"""The stages a shard passes, in order."""

VERSIONS = {"plan": 3, "simulate": 4, "caption": 4, "render": 4}
"""Raised when a stage's code changes what it writes."""

TEMPLATE_PROMPT = "template.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One build: where it lives, what it is made of, and on which device this run computes.

    Only ``url``, ``device`` and the flags below it may differ from run to run. ``writer`` is the
    language model that captions ask, None where the template alone speaks; ``traffic`` is what one
    process may ask of it, ``prices`` what that costs, and ``reuse`` the build whose answers are
    taken over. ``threads`` decode and encode beside a convolution; 0: it does that too.
    """

    url: str
    seed: int
    preset: Preset
    vocabulary: Vocabulary
    manifest_sha256: str
    exclude_sha256: str | None = None
    limit: int | None = None
    probe: bool = True
    engine: str = "torch"
    captions: str = "template"
    writer: Writer | None = None
    format: str = "parquet"
    device: str = "cpu"
    threads: int = 0
    traffic: Traffic = field(default_factory=Traffic)
    prices: Prices | None = None
    reuse: str | None = None
    rehash: bool = False
    retry_rejects: bool = False
    allow_mixed_devices: bool = False

    @property
    def directory(self) -> Directory:
        """The build directory."""
        return Directory(self.url)

    def identity(self) -> dict[str, dict[str, Any]]:
        """Return, per stage, the named values its output depends on."""
        preset = to_plain(self.preset)
        level = preset.pop("level")
        vocabulary = to_plain(self.vocabulary)
        plan = {
            "version": VERSIONS["plan"],
            "seed": self.seed,
            "preset": preset,
            "manifest_sha256": self.manifest_sha256,
            "exclude_sha256": self.exclude_sha256,
            "limit": self.limit,
            "probe": self.probe,
        }
        if self.preset.draw == "words":
            plan["vocabulary"] = vocabulary
        return {
            "plan": plan,
            "simulate": {"version": VERSIONS["simulate"], "engine": self.engine},
            "caption": {
                "version": VERSIONS["caption"],
                "captions": self.captions,
                "vocabulary": vocabulary,
                "prompt_sha256": prompt_sha256(),
            }
            | ({} if self.writer is None else {"writer": _identity_of(self.writer)}),
            "render": {"version": VERSIONS["render"], "format": self.format, "level": level},
        }

    def fingerprints(self) -> dict[str, str]:
        """Return each stage's fingerprint: its own values and the stages it reads."""
        identity = self.identity()
        plan = fingerprint(**identity["plan"])
        simulate = fingerprint(plan=plan, **identity["simulate"])
        caption = fingerprint(simulate=simulate, **identity["caption"])
        render = fingerprint(simulate=simulate, caption=caption, **identity["render"])
        return {"plan": plan, "simulate": simulate, "caption": caption, "render": render}


@functools.cache
def prompt_sha256() -> str:
    """Return the hash of the words the template captioner speaks."""
    return hashlib.sha256(asset("prompts", TEMPLATE_PROMPT).read_bytes()).hexdigest()


def _identity_of(writer: Writer) -> dict[str, Any]:
    """Return what captions depend on: the prompt by its name and hash."""
    prompt = {"prompt": writer.prompt.name, "rewrite_sha256": writer.prompt.sha256}
    judge = writer.judge
    if judge is not None:
        asked = {"prompt": judge.prompt.name, "prompt_sha256": judge.prompt.sha256}
        prompt |= {"judge": plain(judge) | asked}
    return {k: v for k, v in _plain(writer).items() if k not in ("prompt", "judge")} | prompt


def _plain(writer: Writer) -> dict[str, Any]:
    """Return what ``build.json`` keeps of a writer; a judge only where there is one."""
    return {name: value for name, value in plain(writer).items() if value is not None}


def state_of(settings: Settings) -> dict[str, Any]:
    """Return what ``build.json`` keeps of a build, so that any stage can be run again from it."""
    return {
        "schema_version": 1,
        "identity": settings.identity(),
        "fingerprints": settings.fingerprints(),
        "preset": to_plain(settings.preset),
        "vocabulary": to_plain(settings.vocabulary),
        "writer": None if settings.writer is None else _plain(settings.writer),
    }


def standing_writer(state: Mapping[str, Any]) -> Writer | None:
    """Return the writer that a ``build.json`` keeps, its prompt resolved; None for the template.

    Raises:
        ConfigError: it was written by another version or by hand.
    """
    kept = state.get("writer")
    return None if kept is None else parse(Writer, kept, Spot("build.json", ConfigError, "writer"))


def settings_from(
    state: Mapping[str, Any], url: str, *, device: str = "cpu", **changes: Any
) -> Settings:
    """Return the settings of a build from its ``build.json``, with this run's changes.

    Raises:
        ConfigError: the file lacks a key; it was written by another version or by hand.
    """
    try:
        identity = state["identity"]
        kept = {
            "seed": identity["plan"]["seed"],
            "preset": parse_preset(state["preset"], "build.json"),
            "vocabulary": parse_vocabulary(state["vocabulary"], "build.json"),
            "manifest_sha256": identity["plan"]["manifest_sha256"],
            "exclude_sha256": identity["plan"]["exclude_sha256"],
            "limit": identity["plan"]["limit"],
            "probe": identity["plan"]["probe"],
            "engine": identity["simulate"]["engine"],
            "captions": identity["caption"]["captions"],
            "writer": standing_writer(state),
            "format": identity["render"]["format"],
        }
    except KeyError as missing:
        raise ConfigError(
            f"{url}/build.json has no {missing}: it was not written by this version; "
            "build into an empty directory"
        ) from None
    return Settings(url=url, device=device, **(kept | changes))
