"""How fast an endpoint is asked: as many at once as it bears, within budgets per minute."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

FIRST_LIMIT: Final = 4.0
"""Requests at once before anything is known: few fail together when something is wrong."""

BURST_S: Final = 1.0
"""Seconds of a budget that may be saved up."""

LONGEST_PAUSE_S: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What one process may do: its share of what the build may.

    Attributes:
        max_concurrent: requests in flight at most.
        rpm: requests per minute; None for no limit but the endpoint's.
        tpm: tokens per minute, in and out.
        timeout_s: how long one request may take.
    """

    max_concurrent: int = 64
    rpm: float | None = None
    tpm: float | None = None
    timeout_s: float = 60.0

    def divided(self, processes: int) -> "Traffic":
        """Return the share of one of so many processes."""
        return Traffic(
            max_concurrent=max(1, self.max_concurrent // processes),
            rpm=None if self.rpm is None else self.rpm / processes,
            tpm=None if self.tpm is None else self.tpm / processes,
            timeout_s=self.timeout_s,
        )


class Bucket:
    """A budget per minute that refills steadily, may save up a second, and may be overdrawn once.

    Overdrawing lets a single cost above the savings pass; the next one waits until it is repaid.
    """

    def __init__(self, per_minute: float, now_s: float) -> None:
        """Start empty, so that a build that is begun again cannot spend twice."""
        self._rate = per_minute / 60
        self._level, self._at = 0.0, now_s

    def wait_s(self, now_s: float) -> float:
        """Return how long until something may be spent."""
        self._refill(now_s)
        return max(0.0, -self._level / self._rate)

    def spend(self, amount: float, now_s: float) -> None:
        """Take an amount out; a negative one puts back what was estimated too high."""
        self._refill(now_s)
        self._level -= amount

    def _refill(self, now_s: float) -> None:
        saved = self._level + (now_s - self._at) * self._rate
        self._level, self._at = min(saved, max(1.0, self._rate * BURST_S)), now_s


class Pace:
    """Additive increase, multiplicative decrease of the requests at once.

    One more for every round that goes well, half after a push-back; until the first push-back the
    number doubles with every round.

    Source: Jacobson, "Congestion avoidance and control", SIGCOMM 1988, doi:10.1145/52325.52356.
    """

    def __init__(self, traffic: Traffic, clock: Callable[[], float] = time.monotonic) -> None:
        """Start slowly; ``clock`` counts seconds."""
        self._most, self._clock = float(traffic.max_concurrent), clock
        self.limit = min(FIRST_LIMIT, self._most)
        self._starting = True
        self._flying = self._turns = self._cut_at = 0
        self._held_until = 0.0
        now_s = clock()
        self._requests = None if traffic.rpm is None else Bucket(traffic.rpm, now_s)
        self._tokens = None if traffic.tpm is None else Bucket(traffic.tpm, now_s)
        self._gate, self._freed = asyncio.Lock(), asyncio.Event()

    @asynccontextmanager
    async def turn(self, tokens: int) -> AsyncIterator[int]:
        """Wait for a turn, in the order of asking, and take it; yields its number."""
        async with self._gate:
            while True:
                if self._flying >= int(self.limit):
                    self._freed.clear()
                    await self._freed.wait()
                elif (wait_s := self.wait_s()) > 0:
                    await asyncio.sleep(wait_s)
                else:
                    break
            self._flying += 1
            self._turns += 1
            number = self._turns
            self._spend(1, tokens)
        try:
            yield number
        finally:
            self._flying -= 1
            self._freed.set()

    def wait_s(self) -> float:
        """Return how long until the next request may start."""
        now_s = self._clock()
        buckets = [bucket for bucket in (self._requests, self._tokens) if bucket]
        waits = [bucket.wait_s(now_s) for bucket in buckets]
        return max([self._held_until - now_s, 0.0, *waits])

    def went_well(self, *, pause_s: float = 0.0, tokens_off: int = 0) -> None:
        """Take in an answer.

        Args:
            pause_s: how long the endpoint has nothing left to spend.
            tokens_off: tokens billed above the estimate.
        """
        self.limit = min(self._most, self.limit + (1.0 if self._starting else 1.0 / self.limit))
        self._freed.set()
        self._spend(0, tokens_off)
        self.hold(pause_s)

    def pushed_back(self, number: int, retry_after_s: float | None) -> None:
        """Take in that the endpoint has too much to do; ``number`` is the turn that was refused.

        Refusals of turns that were taken before the last cut say nothing new.
        """
        if number > self._cut_at:
            self._cut_at, self._starting = self._turns, False
            self.limit = max(1.0, self.limit / 2)
        self.hold(retry_after_s or 0.0)

    def hold(self, seconds: float) -> None:
        """Start nothing for some time."""
        if seconds > 0:
            until = self._clock() + min(seconds, LONGEST_PAUSE_S)
            self._held_until = max(self._held_until, until)

    def _spend(self, requests: int, tokens: int) -> None:
        now_s = self._clock()
        for bucket, amount in ((self._requests, requests), (self._tokens, tokens)):
            if bucket and amount:
                bucket.spend(amount, now_s)
