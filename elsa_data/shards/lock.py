"""One launcher a build: lock.json names its owner and is kept fresh by a heartbeat.

The lock keeps two launchers from doing the same work twice. It does not keep a build correct:
shards are committed whole and two makers write the same bytes, so a lock lost to a clock that
jumps costs time and nothing else.
"""

import contextlib
import json
import os
import platform
import secrets
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

from elsa_data.errors import BuildError, ConfigError
from elsa_data.shards.commit import explained, scratch, sweep, write_json
from elsa_data.shards.directory import Directory, local_path, storage_errors

PREFIX: Final = "elsa-data-"
"""How the names of folders begin that an owner has outside the build."""

HEARTBEAT_S: Final = 10.0
STALE_S: Final = 60.0


class Lock:
    """Owns a build for as long as the ``with`` block runs.

    Attributes:
        lost: another launcher found the heartbeat stale (a stopped machine, a clock that jumped)
            and owns the build now.
    """

    def __init__(
        self,
        directory: Directory,
        *,
        folder: Path | None = None,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        """Name the build; nothing is taken before the block is entered.

        ``folder`` is the owner's among the system's temporary files, its name `PREFIX` and more:
        who takes over from a dead owner removes it.
        """
        self.lost = False
        self._directory, self._folder = directory, folder
        self._heartbeat_s = heartbeat_s
        self._token = secrets.token_hex(8)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="elsa-data-lock", daemon=True)

    def __enter__(self) -> "Lock":
        if not self._create():
            owner = read_owner(self._directory)
            if owner is not None and not is_stale(owner):
                raise ConfigError(
                    f"{self._directory.url} is in use by process {owner.get('pid')} on "
                    f"{owner.get('host')}, seen {_age_s(owner):.0f} s ago: wait for it, or end it; "
                    f"its lock goes stale {STALE_S:.0f} s after its last sign of life"
                )
            _clear_after(owner or {})
            sweep(self._directory)
            self._write()
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._is_ours():
            with contextlib.suppress(FileNotFoundError):
                self._directory.fs.rm_file(self._directory.lock())

    def _create(self) -> bool:
        """Write the lock where there is none; False when there is one."""
        url = self._directory.lock()
        path = local_path(url)
        if path is None:
            if read_owner(self._directory) is not None:
                return False
            self._write()
            return True
        with scratch(self._directory, "lock") as folder, explained(url):
            ready = folder / "lock.json"
            ready.write_text(json.dumps(self._owner(), indent=2, sort_keys=True))
            try:
                # A link appears whole and only where there is nothing: no two launchers both win.
                path.hardlink_to(ready)
            except FileExistsError:
                return False
        return True

    def _write(self) -> None:
        write_json(self._directory, self._directory.lock(), self._owner())

    def _owner(self) -> dict[str, Any]:
        return {
            "token": self._token,
            "host": platform.node(),
            "pid": os.getpid(),
            "process_start": process_start(os.getpid()),
            "heartbeat": time.time(),
            "folder": None if self._folder is None else str(self._folder),
        }

    def _is_ours(self) -> bool:
        owner = read_owner(self._directory)
        return owner is not None and owner.get("token") == self._token

    def _beat(self) -> None:
        while not self._ended.wait(self._heartbeat_s):
            # A store that is away for a moment must not end the heartbeat.
            with contextlib.suppress(BuildError, *storage_errors()):
                if not self._is_ours():
                    self.lost = True
                    return
                self._write()


def read_owner(directory: Directory) -> dict[str, Any] | None:
    """Return what lock.json says of its owner; None when there is none, {} when it is damaged."""
    try:
        owner = json.loads(directory.fs.cat_file(directory.lock()))
    except FileNotFoundError:
        return None
    except ValueError:
        return {}
    return owner if isinstance(owner, dict) else {}


def _clear_after(owner: dict[str, Any]) -> None:
    """Remove the folder that a dead owner had on this machine; nothing but a folder of ours."""
    folder = Path(str(owner.get("folder")))
    ours = folder.parent == Path(tempfile.gettempdir()) and folder.name.startswith(PREFIX)
    if ours and owner.get("host") == platform.node():
        shutil.rmtree(folder, ignore_errors=True)


def is_stale(owner: dict[str, Any]) -> bool:
    """Return whether an owner is gone.

    Gone: silent for `STALE_S` seconds, or a process of this machine that has ended.
    """
    if _age_s(owner) > STALE_S:
        return True
    if owner.get("host") != platform.node():
        return False
    started = process_start(int(owner["pid"]))
    return started is None or started != owner.get("process_start")


def process_start(pid: int) -> str | None:
    """Return when a process of this machine began, in the system's own count; None when gone.

    A number the system has given to a later process is thereby not mistaken for the first.
    """
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The name of the program, in brackets, may hold spaces; field 22 counts from it.
            fields = status.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return "unknown"


def _age_s(owner: dict[str, Any]) -> float:
    return time.time() - float(owner.get("heartbeat", 0.0))
