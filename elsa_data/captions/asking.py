"""One question until it is answered: retries with back-off, and when to give up."""

import asyncio
import itertools
import random
import time
from dataclasses import dataclass
from typing import Final

from elsa_data.captions.chat import Busy, Chat, Reply
from elsa_data.captions.dialect import Sampling
from elsa_data.captions.pace import LONGEST_PAUSE_S, Pace
from elsa_data.captions.prompts import Messages
from elsa_data.errors import BuildError, ElsaDataError

CHARACTERS_A_TOKEN: Final = 4
"""Near enough for budgets; what is billed is what the endpoint counts."""

EXPECTED_TOKENS_OUT: Final = 30
FIRST_BACKOFF_S: Final = 0.5
LONGEST_BACKOFF_S: Final = 30.0
PUSH_BACKS: Final = ("rate-limit", "overloaded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """When to give up on an endpoint that gives no answer.

    A question is given up after ``tries`` when others are answered meanwhile. When none is, the
    endpoint is down: that ends the build, not before ``seconds`` have passed.
    """

    tries: int = 8
    seconds: float = 300.0


@dataclass(slots=True)
class Spent:
    """What has been asked so far, answered or not."""

    requests: int = 0
    retries: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


class Asker:
    """Asks questions at a pace. After an error that concerns them all it asks no more."""

    def __init__(
        self, chat: Chat, sampling: Sampling, pace: Pace, patience: Patience | None = None
    ) -> None:
        """Take what it works with; the chat is entered by whoever owns it."""
        self.chat, self.spent = chat, Spent()
        self._sampling, self._pace, self._patience = sampling, pace, patience or Patience()
        self._answered = 0
        self._stopped: ElsaDataError | None = None

    async def ask(self, messages: Messages) -> Reply | None:
        """Return a reply after as many tries as it takes; None when it is given up.

        Raises:
            ConfigError: the key, the model or the URL is wrong.
            BuildError: the quota is used up, or the endpoint is down.
        """
        estimate = tokens_of(messages) + EXPECTED_TOKENS_OUT
        started_s, answered = time.monotonic(), self._answered
        for tries in itertools.count(1):
            outcome = await self._once(messages, estimate)
            if isinstance(outcome, Reply):
                return outcome
            if tries >= self._patience.tries:
                if self._answered > answered:
                    return None
                if time.monotonic() - started_s >= self._patience.seconds:
                    self._stopped = BuildError(
                        f"{outcome}, {tries} times in {time.monotonic() - started_s:.0f} s: run "
                        "the same command again later; every answer so far is kept"
                    )
                    raise self._stopped
            self.spent.retries += 1
            wait_s = min(outcome.retry_after_s or 0.0, LONGEST_PAUSE_S)
            await asyncio.sleep(max(wait_s, backoff_s(tries)))
        return None

    async def _once(self, messages: Messages, estimate: int) -> Reply | Busy:
        async with self._pace.turn(estimate) as number:
            if self._stopped is not None:
                raise self._stopped
            self.spent.requests += 1
            try:
                reply = await self.chat.ask(messages, self._sampling)
            except Busy as busy:
                if busy.kind in PUSH_BACKS:
                    self._pace.pushed_back(number, busy.retry_after_s)
                return busy
            except ElsaDataError as error:
                self._stopped = error
                raise
        self._answered += 1
        self.spent.tokens_in += reply.tokens_in
        self.spent.tokens_out += reply.tokens_out
        billed = reply.tokens_in + reply.tokens_out
        self._pace.went_well(pause_s=reply.pause_s, tokens_off=billed - estimate if billed else 0)
        return reply


def tokens_of(messages: Messages) -> int:
    """Return about how many tokens some messages have."""
    return sum(len(message["content"]) for message in messages) // CHARACTERS_A_TOKEN


def backoff_s(tries: int) -> float:
    """Return how long to wait after so many tries: anywhere up to a bound that doubles.

    Unlike all else here this is not drawn from the seed: workers that were refused together must
    not come back together, and no byte of a build depends on it.

    Source: Brooker, "Exponential backoff and jitter", AWS Architecture Blog, 2015 (full jitter).
    """
    return random.uniform(0.0, min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2 ** min(tries, 16)))
