import asyncio
from collections.abc import Iterator
from contextlib import asynccontextmanager

import pytest

from elsa_data.captions.inorder import in_order


class Work:
    """Doubles numbers, later ones first; remembers what it has begun, ended and closed."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.begun, self.ended, self.most, self.closed = 0, 0, 0, False
        self._fails_at = fails_at

    @asynccontextmanager
    async def opened(self):
        try:
            yield self._double
        finally:
            self.closed = True

    async def _double(self, number: int) -> int:
        self.begun += 1
        self.most = max(self.most, self.begun - self.ended)
        for _ in range(20 - number % 20):
            await asyncio.sleep(0)
        if number == self._fails_at:
            raise KeyError(number)
        self.ended += 1
        return 2 * number


def test_results_keep_the_order_of_the_items() -> None:
    work = Work()
    assert list(in_order(range(100), work.opened(), window=16)) == [2 * n for n in range(100)]
    assert work.closed


def test_items_are_taken_no_further_ahead_than_the_window() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    work = Work()
    for handed_over, _ in enumerate(in_order(items(), work.opened(), window=16)):
        assert taken <= handed_over + 16 + 16
    assert taken == 1000
    assert work.most <= 16


def test_nothing_gives_nothing() -> None:
    work = Work()
    assert list(in_order([], work.opened(), window=4)) == []
    assert work.closed


def test_a_failure_anywhere_ends_it() -> None:
    async def never(number: int) -> int:
        if number == 5:
            raise KeyError(number)
        await asyncio.Event().wait()
        return number

    @asynccontextmanager
    async def opened():
        yield never

    with pytest.raises(KeyError):
        list(in_order(range(100), opened(), window=16))


def test_a_failure_comes_after_what_was_before_it() -> None:
    work = Work(fails_at=50)
    got: list[int] = []
    with pytest.raises(KeyError):
        got.extend(in_order(range(100), work.opened(), window=4))
    assert got == [2 * n for n in range(len(got))]
    assert work.closed
    assert work.begun <= 55


def test_closing_early_cancels_and_closes() -> None:
    work = Work()
    results = in_order(range(1000), work.opened(), window=8)
    assert next(results) == 0
    results.close()
    assert work.closed
    assert work.begun <= 24


def test_an_item_that_cannot_be_had_ends_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    work = Work()
    with pytest.raises(OSError, match="gone"):
        list(in_order(items(), work.opened(), window=8))
    assert work.closed
