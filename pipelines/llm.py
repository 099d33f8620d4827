"""What the flags say of the language model that writes captions."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from elsa_data.captions.chat import Chat
from elsa_data.captions.examine import Writer
from elsa_data.captions.judge import LlmJudge
from elsa_data.captions.pace import Traffic
from elsa_data.captions.prices import Prices
from elsa_data.captions.prompts import load_judge_prompt, load_prompt
from elsa_data.errors import ConfigError
from elsa_data.records import ShardRef
from elsa_data.stages.batching import fetch_by_batch
from elsa_data.stages.expected import Expected
from elsa_data.stages.preflight import first_question
from elsa_data.stages.settings import Settings
from pipelines.launch import RunOptions, launch
from pipelines.transforms import stage_module

PROMPT, JUDGE_PROMPT = "rewrite.v1", "judge.v1"
BATCH_SHARE = 0.5
"""What a batch costs of the price."""

OF_WRITER = ("model", "prompt", "judge_model", "attempts", "reasoning_effort")


def writer_asked(
    args: argparse.Namespace, captions: str, standing: Writer | None = None
) -> Writer | None:
    """Return who writes the captions: the build's writer with what this run changes.

    Raises:
        ConfigError: no model is named, or one is and the template writes; there is no such prompt,
            or (PromptError) it cannot be one; or the writer would judge itself.
    """
    given = {name: value for name in OF_WRITER if (value := getattr(args, name, None)) is not None}
    if captions == "template":
        if given:
            flag = "--" + next(iter(given)).replace("_", "-")
            raise ConfigError(f"{flag} needs --captions openai: the template asks no model")
        return None
    effort, judge = given.pop("reasoning_effort", None), given.pop("judge_model", None)
    if standing is None:
        if "model" not in given:
            raise ConfigError(
                "--captions openai needs --model NAME, a model of the endpoint at OPENAI_BASE_URL "
                "(api.openai.com by default)"
            )
        standing = Writer(model=given["model"], prompt=load_prompt(given.pop("prompt", PROMPT)))
    if "prompt" in given:
        given["prompt"] = load_prompt(given["prompt"])
    if effort is not None:
        given["sampling"] = replace(standing.sampling, reasoning_effort=effort)
    if judge is not None:
        given["judge"] = LlmJudge(model=judge, prompt=load_judge_prompt(JUDGE_PROMPT))
    writer = replace(standing, **given)
    if writer.judge is not None and writer.judge.model == writer.model:
        raise ConfigError(
            f"--judge-model {writer.model} is the model that writes: name another one, or leave "
            "it out"
        )
    return writer


def require_endpoint(writer: Writer | None) -> None:
    """Return if the writer, where there is one, can be reached as far as this machine can tell.

    Raises:
        ConfigError: there is no key, or it or the URL cannot be one.
        ModuleNotFoundError: openai is not installed.
    """
    if writer is not None:
        Chat(writer.model)


def traffic_asked(args: argparse.Namespace) -> Traffic:
    """Return what one process of this run may ask: an equal share of what all may."""
    whole = Traffic()
    asked = {
        name: value
        for name, flag in (
            ("max_concurrent", "max_concurrent"),
            ("rpm", "rpm"),
            ("tpm", "tpm"),
            ("timeout_s", "request_timeout"),
        )
        if (value := getattr(args, flag, None)) is not None
    }
    processes = getattr(args, "workers", 1) * getattr(args, "shard_count", 1)
    return replace(whole, **asked).divided(processes)


def prices_asked(args: argparse.Namespace) -> Prices | None:
    """Return what tokens cost; None when nobody says.

    Raises:
        ConfigError: one price is missing, or there is a limit and no price.
    """
    usd_in, usd_out = getattr(args, "price_in", None), getattr(args, "price_out", None)
    if (usd_in is None) != (usd_out is None):
        raise ConfigError("--price-in and --price-out belong together: give both")
    if usd_in is None or usd_out is None:
        if getattr(args, "max_cost", None) is not None:
            raise ConfigError(
                "--max-cost needs --price-in and --price-out, in USD per million tokens"
            )
        return None
    share = BATCH_SHARE if getattr(args, "batch", False) else 1.0
    return Prices(usd_in=share * usd_in, usd_out=share * usd_out)


def asked_first(
    settings: Settings,
    refs: Sequence[ShardRef],
    stages: Sequence[str],
    run: RunOptions,
    *,
    batch: bool,
) -> Sequence[str]:
    """Ask what is asked before the workers caption; return the stages that remain to be made.

    Without ``batch`` that is one question. With it the shards are taken as far as their captions,
    and every answer that batches bring is fetched.

    Raises:
        ConfigError: the key, the model or the URL is wrong, or there is no Batch API.
        BuildError: there is no quota, nobody answers, or what `launch` raises.
    """
    if settings.writer is None:
        return stages
    first_question(settings, settings.writer, refs, _measured)
    if not batch:
        return stages
    at = list(stages).index("caption")
    launch(refs, stages[:at], settings, run)
    fetch_by_batch(settings, settings.writer, refs, _say)
    return stages[at:]


def _measured(*asked: Any) -> Any:
    """Return the RIRs of some groups, simulated; what that takes is loaded now."""
    return stage_module("simulate").measured(*asked)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def told(settings: Settings, asked: Expected | None) -> str:
    """Return what the model would be asked and paid, in one line."""
    if settings.writer is None or asked is None:
        return "0 tokens, 0 USD (template captions)"
    judge = settings.writer.judge
    line = (
        f"{asked.tokens_in + asked.tokens_out} tokens ({asked.tokens_in} in, "
        f"{asked.tokens_out} out) for {asked.captions} captions by {settings.writer.model}, "
    ) + (f"{asked.appeals} of them also read by {judge.model}, " if judge else "")
    if settings.prices is None:
        return f"{line}price unknown: add --price-in and --price-out"
    usd = settings.prices.usd(asked.tokens_in, asked.tokens_out)
    return f"{line}{usd:.2f} USD before retries (--batch costs half)"


def refuse_costly(settings: Settings, asked: Expected | None, max_cost: float | None) -> None:
    """Return if a build may cost what it is expected to.

    Raises:
        ConfigError: it would cost more.
    """
    if asked is None or settings.prices is None or max_cost is None:
        return
    usd = settings.prices.usd(asked.tokens_in, asked.tokens_out)
    if usd > max_cost:
        raise ConfigError(
            f"the captions are expected to cost {usd:.2f} USD, more than --max-cost "
            f"{max_cost:.2f}: raise it, or use --limit"
        )
