"""Runs the DAG of some shards and watches over it: progress, rejects, dead workers, signals."""

import logging
import os
import re
import shlex
import signal
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import apache_beam as beam
import psutil
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.transforms.environments import SubprocessSDKEnvironment

from elsa_data.errors import BuildError, ConfigError
from elsa_data.records import ShardRef
from elsa_data.stages.settings import Settings
from pipelines.progress import Watch
from pipelines.transforms import MakeShards

POLL_S = 0.5
GRACE_S = 6.0
"""How long after a worker has gone the run may still end by itself."""

WORKER = "pipelines.worker"
OUR_ERROR = re.compile(r"elsa_data\.errors\.(?:BuildError|ConfigError): (.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run is carried out; none of it changes a byte."""

    workers: int = 1
    max_rejects: float = 0.05
    runner_flags: Sequence[str] = field(default=())


def launch(
    refs: Iterable[ShardRef], stages: Sequence[str], settings: Settings, run: RunOptions
) -> None:
    """Make every shard through the stages; returns when all are done.

    Raises:
        ConfigError: the runner asked for is known to give wrong results.
        BuildError: a worker died, too much was rejected, or the storage refused.
    """
    names = [str(ref) for ref in refs]
    if not names:
        return
    runner, options = local_runner(run), PipelineOptions(runner_flags(run))
    dag = MakeShards(names, stages, settings, hinted=runner is None)
    task = _Task(dag, runner, options)
    with Watch(settings.directory, stages, names) as watch, _signals():
        task.start()
        watchdog = _Watchdog()
        while task.is_alive():
            task.join(POLL_S)
            watch.poll()
            share = watch.rejected_share()
            if share is not None and share > run.max_rejects:
                stop_now(
                    f"{share:.1%} of the rows so far were rejected, more than --max-rejects "
                    f"{run.max_rejects:.1%}; see {settings.directory.path('rejects')}, mend the "
                    "input or raise the share, and run the same command again"
                )
            if watchdog.worker_lost() and task.is_alive():
                stop_now(
                    "a worker process died (killed, or out of memory); what is finished is kept: "
                    "run the same command again, with fewer --workers if memory ran out"
                )
        watch.poll()
    task.reraise()


def runner_flags(run: RunOptions) -> list[str]:
    """Return the flags of the run.

    Raises:
        ConfigError: DaskRunner (it runs the last branch of a graph alone and says it is done) or
            threads (elements were lost).
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
    return [f"--direct_num_workers={run.workers}", *run.runner_flags]


def local_runner(run: RunOptions) -> FnApiRunner | None:
    """Return the default runner, in this process or in ``workers`` others; None for one asked for.

    FnApiRunner is named because DirectRunner is another engine online than offline.
    """
    if any(flag.startswith("--runner") for flag in run.runner_flags):
        return None
    if run.workers == 1:
        return FnApiRunner()
    command = f"exec {shlex.quote(sys.executable)} -m {WORKER}"
    return FnApiRunner(SubprocessSDKEnvironment.from_command_string(command))


def stop_now(message: str) -> None:
    """Say why, end the workers and leave with exit code 1: the runner's own end may never come."""
    sys.stderr.write(f"\nelsa-data: {' '.join(message.split())}\n")
    sys.stderr.flush()
    kill_children()
    os._exit(1)


def kill_children() -> None:
    """End every process below this one."""
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue


class _Task(threading.Thread):
    """Beam's run() blocks and cannot be interrupted, so it runs beside the one that watches."""

    def __init__(
        self,
        dag: MakeShards,
        runner: FnApiRunner | None,
        options: PipelineOptions,
    ) -> None:
        super().__init__(name="elsa-data-pipeline", daemon=True)
        self._dag, self._runner, self._options = dag, runner, options
        self._error: BaseException | None = None

    def run(self) -> None:
        logging.getLogger("apache_beam").setLevel(logging.ERROR)
        try:
            with beam.Pipeline(runner=self._runner, options=self._options) as pipeline:
                _ = pipeline | self._dag
        except BaseException as error:  # carried to the thread that waits
            self._error = error

    def reraise(self) -> None:
        """Raise what ended the pipeline; one of our own errors comes back as one line."""
        if self._error is None:
            return
        said = OUR_ERROR.findall(str(self._error))
        if said:
            raise BuildError(said[-1].strip()) from self._error
        raise self._error


class _Watchdog:
    """Notices that a worker process is gone while the run goes on: the runner itself would hang."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._lost_at: float | None = None

    def worker_lost(self) -> bool:
        """Return whether a worker has been gone for longer than a normal end takes."""
        alive = {child.pid for child in psutil.Process().children(recursive=True) if _works(child)}
        if self._seen - alive:
            self._lost_at = self._lost_at or time.monotonic()
        self._seen |= alive
        return self._lost_at is not None and time.monotonic() - self._lost_at > GRACE_S


def _works(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and any(
            WORKER in word for word in process.cmdline()
        )
    except psutil.NoSuchProcess:
        return False


class _signals:
    """Turns SIGINT and SIGTERM into an orderly end while a run goes on."""

    def __enter__(self) -> None:
        self._old = {
            number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)
        }

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)

    def _stop(self, _number: int, _frame: object) -> None:
        stop_now("interrupted; what is finished is kept: run the same command again")
