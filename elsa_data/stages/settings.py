"""What a build is: everything its bytes depend on, and how a fingerprint is drawn from it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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

STAGES = ("plan", "simulate", "caption", "render")
"""The stages a shard passes, in order."""

VERSIONS = {"plan": 1, "simulate": 1, "caption": 1, "render": 1}
"""Raised when a stage's code changes what it writes."""

TEMPLATE_PROMPT = "template.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One build: where it lives, what it is made of, and on which device this run computes.

    Only ``url``, ``device`` and the flags below it may differ from run to run.
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
    format: str = "parquet"
    device: str = "cpu"
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
            },
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


def prompt_sha256() -> str:
    """Return the hash of the words the template captioner speaks."""
    return hashlib.sha256(asset("prompts", TEMPLATE_PROMPT).read_bytes()).hexdigest()


def state_of(settings: Settings) -> dict[str, Any]:
    """Return what ``build.json`` keeps of a build, so that any stage can be run again from it."""
    return {
        "schema_version": 1,
        "identity": settings.identity(),
        "fingerprints": settings.fingerprints(),
        "preset": to_plain(settings.preset),
        "vocabulary": to_plain(settings.vocabulary),
    }


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
            "format": identity["render"]["format"],
        }
    except KeyError as missing:
        raise ConfigError(
            f"{url}/build.json has no {missing}: it was not written by this version; "
            "build into an empty directory"
        ) from None
    return Settings(url=url, device=device, **(kept | changes))
