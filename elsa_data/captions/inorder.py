"""Many things awaited at once, handed over in the order they were asked for."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterable
from contextlib import AbstractAsyncContextManager
from functools import partial
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Item], Awaitable[Result]]


def in_order(
    items: Iterable[Item], opened: AbstractAsyncContextManager[Work[Item, Result]], *, window: int
) -> Generator[Result]:
    """Yield the result of each item in the order of the items, ``window`` of them under way.

    The event loop belongs to the iterator: at its end, or when it is closed early, what is under
    way is cancelled and ``opened`` is left. The first failure, wherever it is, ends it at once.

    Args:
        items: taken one by one, never further ahead than the window.
        opened: gives the function that makes a result of an item, for as long as it is entered.
        window: items taken and not yet handed over, at most.
    """
    results = _results(items, opened, window)
    with asyncio.Runner() as runner:
        try:
            while ready := runner.run(_next(results)):
                yield from ready
        finally:
            runner.run(results.aclose())


async def _next(results: AsyncIterator[list[Result]]) -> list[Result]:
    return await anext(results, [])


async def _results(
    items: Iterable[Item], opened: AbstractAsyncContextManager[Work[Item, Result]], window: int
):
    """Yield what is ready at the head of the queue, at least one result at a time."""
    source, waiting = iter(items), deque[asyncio.Future[Result]]()
    failed = asyncio.get_running_loop().create_future()
    async with opened as work:
        try:
            while True:
                for item in islice(source, window - len(waiting)):
                    waiting.append(asyncio.ensure_future(work(item)))
                    waiting[-1].add_done_callback(partial(_tell, failed))
                if not waiting:
                    return
                await asyncio.wait([waiting[0], failed], return_when=asyncio.FIRST_COMPLETED)
                if failed.done():
                    raise failed.result()
                ready = []
                while waiting and waiting[0].done():
                    ready.append(waiting.popleft().result())
                yield ready
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


def _tell(failed: asyncio.Future[BaseException], ended: asyncio.Future[Result]) -> None:
    """Tell a failure to whoever waits for the head; the iterator raises it."""
    error = None if ended.cancelled() else ended.exception()
    if error is not None and not failed.done():
        failed.set_result(error)
