"""Runs the DAG of some shards and watches over it: progress, rejects, dead workers, signals."""

import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import psutil
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.runners.runner import create_runner
from apache_beam.transforms.environments import SubprocessSDKEnvironment

from elsa_data.errors import BuildError, ConfigError, StoppedError
from elsa_data.records import ShardRef
from elsa_data.stages.settings import Settings
from pipelines.progress import Watch
from pipelines.task import WORKER, Task, Watchdog
from pipelines.transforms import MakeShards

POLL_S = 0.5
GRACE_S = 6.0
"""How long after a worker has gone the run may still end by itself."""

END_S = 60.0
"""The same once every shard is made: workers go then, slowly on a busy machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run is carried out; none of it changes a byte."""

    workers: int = 1
    max_rejects: float = 0.05
    max_cost: float | None = None
    runner_flags: Sequence[str] = field(default=())


def launch(
    refs: Iterable[ShardRef], stages: Sequence[str], settings: Settings, run: RunOptions
) -> None:
    """Make every shard through the stages; returns when all are done.

    Raises:
        BuildError: a worker died, too much was rejected, or the storage refused.
        StoppedError: the same, or an interrupt, while the pipeline still ran.
    """
    names = [str(ref) for ref in refs]
    if not names:
        return
    runner, options = local_runner(run), PipelineOptions(runner_flags(run))
    dag = MakeShards(names, stages, settings, hinted=runner is None)
    task = Task(dag, runner, options)
    watch = Watch(settings.directory, stages, names, settings.prices)
    with watch, Watchdog() as watchdog:
        try:
            task.start()
            while task.is_alive():
                task.join(POLL_S)
                watch.poll()
                refuse_many(watch.rejected_share(), settings, run)
                refuse_dear(watch.usd, run)
                grace_s = END_S if watch.finished() else GRACE_S
                if watchdog.worker_lost(grace_s) and task.is_alive():
                    raise BuildError(
                        "a worker process died (killed, or out of memory); what is finished is "
                        "kept: run the same command again, with fewer --workers if memory ran out"
                    )
        except KeyboardInterrupt:
            raise stopped(
                "interrupted; what is finished is kept: run the same command again"
            ) from None
        except BuildError as error:
            raise stopped(str(error)) from error
        watch.poll(last=True)
    task.reraise()
    refuse_many(watch.rejected_share(), settings, run)


def refuse_many(share: float | None, settings: Settings, run: RunOptions) -> None:
    """Return if the share of rejects, where there is one yet, may be.

    Raises:
        BuildError: it is larger than asked for.
    """
    if share is not None and share > run.max_rejects:
        raise BuildError(
            f"{share:.1%} of the rows so far were rejected, more than --max-rejects "
            f"{run.max_rejects:.1%}; see {settings.directory.path('rejects')}, mend the "
            "input or raise the share, and run the same command again"
        )


def refuse_dear(usd: float, run: RunOptions) -> None:
    """Return if so many US dollars may be spent.

    Raises:
        BuildError: they are more than asked for.
    """
    if run.max_cost is not None and usd > run.max_cost:
        raise BuildError(
            f"the captions have cost {usd:.2f} USD, more than --max-cost {run.max_cost:.2f}: every "
            "answer is kept; raise it and run the same command again"
        )


def runner_flags(run: RunOptions) -> list[str]:
    """Return the flags of the run.

    Raises:
        ConfigError: DaskRunner (it runs the last branch of a graph alone and says it is done),
            threads (elements were lost), or a runner that Beam does not know.
    """
    text = " ".join(run.runner_flags)
    if "DaskRunner" in text:
        raise ConfigError(
            "DaskRunner gives wrong results without an error; use the default, FlinkRunner, "
            "SparkRunner, DataflowRunner or PortableRunner"
        )
    if "multi_threading" in text:
        raise ConfigError(
            "direct_running_mode multi_threading loses elements; use --workers N, which is "
            "multi_processing"
        )
    flags = [f"--direct_num_workers={run.workers}", *run.runner_flags]
    asked = PipelineOptions(flags).view_as(StandardOptions).runner
    if asked is not None:
        try:
            create_runner(asked)
        except (ValueError, ImportError, AttributeError) as error:
            raise ConfigError(f"--runner {asked}: {error}") from error
    return flags


def local_runner(run: RunOptions) -> FnApiRunner | None:
    """Return the default runner, in this process or in ``workers`` others; None for one asked for.

    FnApiRunner is named because DirectRunner is another engine online than offline.
    """
    if any(flag.startswith("--runner") for flag in run.runner_flags):
        return None
    if run.workers == 1:
        return FnApiRunner()
    # Ctrl-C reaches a whole terminal; the launcher alone decides what it means.
    command = f"trap '' INT; exec {shlex.quote(sys.executable)} -m {WORKER} {os.getpid()}"
    return FnApiRunner(SubprocessSDKEnvironment.from_command_string(command))


def stopped(message: str) -> StoppedError:
    """End every process below this one; return what says why, as the runner's end may not come."""
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue
    return StoppedError(message)
