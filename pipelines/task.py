"""The thread a pipeline runs in, and who notices how it and its workers end."""

import logging
import re
import shutil
import threading
import time
from types import TracebackType

import apache_beam as beam
import psutil
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from elsa_data.errors import BuildError
from pipelines.transforms import MakeShards

WORKER = "pipelines.worker"
WORKER_THREADS = ("run_worker", "read_grpc_client_inputs", "beam_control_read")
"""Beam's threads in the launcher that fail when their worker process is gone."""

OUR_ERROR = re.compile(
    r"elsa_data\.errors\.(?:BuildError|ConfigError): (.*?)(?: \[while running .*)?$", re.M
)


class Task(threading.Thread):
    """Beam's run() blocks and cannot be interrupted, so it runs beside the one that watches.

    Attributes:
        error: what ended it, noted by the watchdog; None while it runs, and after a good end.
    """

    def __init__(
        self,
        dag: MakeShards,
        runner: FnApiRunner | None,
        options: PipelineOptions,
    ) -> None:
        """Take the graph and who runs it; nothing starts before `start`."""
        super().__init__(name="elsa-data-pipeline", daemon=True)
        self._dag, self._runner, self._options = dag, runner, options
        self.error: BaseException | None = None

    def run(self) -> None:
        """Run the pipeline to its end; what it raises is what ends the thread."""
        # What ends the default runner is raised; another runner may only log it.
        level = logging.ERROR if self._runner is None else logging.CRITICAL
        logging.getLogger("apache_beam").setLevel(level)
        with beam.Pipeline(runner=self._runner, options=self._options) as pipeline:
            # A folder for transforms of other languages, of which there are none: a process that
            # is killed would leave it behind.
            shutil.rmtree(pipeline.local_tempdir, ignore_errors=True)
            _ = pipeline | self._dag

    def reraise(self) -> None:
        """Raise what ended the pipeline; one of our own errors comes back as one line."""
        if self.error is None:
            return
        said = OUR_ERROR.findall(str(self.error))
        if said:
            raise BuildError(said[-1].strip()) from self.error
        raise self.error


class Watchdog:
    """Notices how threads end: the pipeline's, and those of workers that are gone.

    When a worker process is gone the runner itself would hang.
    """

    def __init__(self) -> None:
        """Look at nothing before the block is entered."""
        self._seen: set[int] = set()
        self._lost_at: float | None = None
        self._hook = threading.excepthook

    def __enter__(self) -> "Watchdog":
        threading.excepthook = self._note
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # After a stop the threads of the workers that were ended have yet to fail.
        if kind is None:
            threading.excepthook = self._hook

    def _note(self, failed: threading.ExceptHookArgs) -> None:
        """Keep what ended the pipeline; take the end of a worker's thread as that of the worker."""
        if isinstance(failed.thread, Task):
            failed.thread.error = failed.exc_value
        elif failed.thread is None or failed.thread.name not in WORKER_THREADS:
            self._hook(failed)
        elif failed.thread.name == WORKER_THREADS[0]:
            self._lost_at = self._lost_at or time.monotonic()

    def worker_lost(self, grace_s: float) -> bool:
        """Return whether a worker has been gone for longer than a normal end takes."""
        alive = {child.pid for child in psutil.Process().children(recursive=True) if _works(child)}
        if self._seen - alive:
            self._lost_at = self._lost_at or time.monotonic()
        self._seen |= alive
        return self._lost_at is not None and time.monotonic() - self._lost_at > grace_s


def _works(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and any(
            WORKER in word for word in process.cmdline()
        )
    except psutil.NoSuchProcess:
        return False
