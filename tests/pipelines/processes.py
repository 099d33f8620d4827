"""Commands as processes that a test watches, signals and kills."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

HANG_S = 300.0
"""No machine is this slow: what has not happened by then never will."""


def wait_for(what: str, happened: Callable[[], object]) -> None:
    """Return once something has happened; the limit only keeps a hang from lasting for ever."""
    until = time.monotonic() + HANG_S
    while not happened():
        assert time.monotonic() < until, f"never happened: {what}"
        time.sleep(0.02)


class Running:
    """An ``elsa-data`` command at work in a session of its own."""

    def __init__(self, log: Path, *words: object) -> None:
        self._log = log
        with log.open("wb") as stderr:
            self._popen = subprocess.Popen(
                [sys.executable, "-m", "pipelines", *map(str, words)],
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
                # A job in the background of a shell would hand down that it ignores Ctrl-C.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        self._process = psutil.Process(self._popen.pid)
        self._known: dict[int, psutil.Process] = {}

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def stderr(self) -> str:
        return self._log.read_text()

    def ended(self) -> bool:
        return self._popen.poll() is not None

    def wait(self) -> int:
        wait_for("the end of the command", self.ended)
        return self._popen.returncode

    def workers(self) -> list[psutil.Process]:
        """The worker processes that are alive, also when their launcher is gone."""
        if not self.ended():
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in self._process.children(recursive=True):
                    self._known.setdefault(child.pid, child)
        return [process for process in self._known.values() if _is_worker(process)]

    def signal(self, number: int, *, group: bool = False) -> None:
        (os.killpg if group else os.kill)(self.pid, number)

    def kill_tree(self) -> None:
        """``kill -9`` for the launcher and everything below it."""
        tree = [self._process]
        with contextlib.suppress(psutil.NoSuchProcess):
            tree += self._process.children(recursive=True)
        for process in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.wait()


@contextlib.contextmanager
def running(log: Path, *words: object) -> Iterator[Running]:
    """A command that is certainly gone afterwards."""
    command = Running(log, *words)
    try:
        yield command
    finally:
        leftover = command.workers()
        command.kill_tree()
        for process in leftover:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def marks(build: Path) -> int:
    """How many shards of all stages are done."""
    return len(list(build.glob("done/*/*.json")))


def _is_worker(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "pipelines.worker" in process.cmdline()
    except psutil.NoSuchProcess:
        return False
