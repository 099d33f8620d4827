"""A local Beam worker: quiet, and gone when its launcher is gone."""

import importlib
import logging
import os
import sys
import threading
import time

CHECK_S = 1.0


def main() -> None:
    """Serve the launcher until it says that all is done."""
    # Before Beam loads: it would otherwise log every step of every worker to the terminal.
    handler = logging.StreamHandler()
    handler.setLevel(logging.CRITICAL)
    logging.getLogger().addHandler(handler)
    threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
    importlib.import_module("apache_beam.runners.worker.sdk_worker_main").main(sys.argv)


def _follow(launcher: int) -> None:
    """End with the launcher: one that was killed cannot say goodbye."""
    while os.getppid() == launcher:
        time.sleep(CHECK_S)
    os._exit(1)


if __name__ == "__main__":
    main()
