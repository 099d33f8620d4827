"""A local Beam worker: quiet, and gone when its launcher is gone."""

import contextlib
import importlib
import logging
import os
import sys
import threading
import time
from pathlib import Path

from pipelines.memory import keep_memory, without_pandas

CHECK_S = 1.0


def main() -> None:
    """Serve the launcher, named by its process id, until it says that all is done."""
    keep_memory()
    without_pandas()
    # Its id is handed over: asked of the system, it would be another's if it is gone already.
    launcher = int(sys.argv.pop())
    # Before Beam loads: it would otherwise log every step of every worker to the terminal.
    handler = logging.StreamHandler()
    handler.setLevel(logging.CRITICAL)
    logging.getLogger().addHandler(handler)
    threading.Thread(target=_follow, args=(launcher,), daemon=True).start()
    beam = importlib.import_module("apache_beam.runners.worker.sdk_worker_main")
    # Beam prints every failure here as well; the launcher is told and says it in one line.
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        beam.main(sys.argv)


def _follow(launcher: int) -> None:
    """End with the launcher: one that was killed cannot say goodbye."""
    while os.getppid() == launcher:
        time.sleep(CHECK_S)
    os._exit(1)


if __name__ == "__main__":
    main()
