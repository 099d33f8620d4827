"""What a person sees of a run: a log of JSON lines, TensorBoard if it is there, a line a while."""

import importlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

LOG: Final = "log.jsonl"
EVERY: Final = 10
"""Steps between two lines of the log."""

Item = TypeVar("Item")


class Watch:
    """Writes what happens; keeps the lines of a log up to the step that is resumed."""

    def __init__(
        self, folder: Path, step: int, end: int, say: Callable[[str], None], *, active: bool
    ) -> None:
        """Open the log; only one process is ``active``."""
        self._path, self._end, self._say, self._active = folder / LOG, end, say, active
        self._waited, self._since, self._from = 0.0, time.monotonic(), None
        self._board: Any = None
        if not active:
            return
        kept = self._path.read_text().splitlines(keepends=True) if self._path.exists() else []
        self._path.write_text("".join(line for line in kept if json.loads(line)["step"] <= step))
        try:
            board = importlib.import_module("torch.utils.tensorboard")
            self._board = board.SummaryWriter(str(folder / "board"), purge_step=step)
        except ModuleNotFoundError:
            pass

    def waiting(self, items: Iterator[Item]) -> Iterator[Item]:
        """Yield the same items, and count the seconds they are waited for."""
        while True:
            begun = time.monotonic()
            try:
                item = next(items)
            except StopIteration:
                return
            self._waited += time.monotonic() - begun
            yield item

    def step(
        self,
        step: int,
        position: int,
        losses: Mapping[str, float],
        *,
        rate: float,
        gradient: float,
    ) -> None:
        """Note a step; every tenth and the last are written."""
        if not self._active:
            return
        if self._from is None:
            self._from = position
        if step % EVERY and position < self._end:
            return
        seconds = time.monotonic() - self._since
        pace = {
            "seconds": round(seconds, 3),
            "rows_per_second": round((position - self._from) / seconds, 1),
            "waiting": round(self._waited / seconds, 3),
        }
        self._note(step, position, dict(losses), {"rate": rate, "gradient": gradient}, pace)
        self._waited, self._since, self._from = 0.0, time.monotonic(), position

    def validation(self, step: int, position: int, losses: Mapping[str, float]) -> None:
        """Note the losses of the validation split."""
        if self._active and losses:
            self._note(step, position, {f"validation/{n}": v for n, v in losses.items()}, {}, {})
        # What validation took is no pace of training.
        self._since = time.monotonic()

    def _note(
        self,
        step: int,
        position: int,
        losses: dict[str, float],
        told: dict[str, float],
        pace: dict[str, float],
    ) -> None:
        line = {"step": step, "position": position, **losses, **told, **pace}
        with self._path.open("a") as log:
            log.write(json.dumps(line) + "\n")
        for name, value in (losses | told | pace).items():
            if self._board is not None:
                self._board.add_scalar(name, value, step)
        shown = "  ".join(f"{name} {value:.3f}" for name, value in losses.items())
        speed = f"  {pace['rows_per_second']:g} rows/s" if pace else ""
        self._say(f"{100 * position / self._end:3.0f} %  step {step}  {shown}{speed}")
