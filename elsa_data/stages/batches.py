"""Iterators that group work and overlap it."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of ``size``, the last one shorter."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def ahead(
    executor: Executor | None,
    function: Callable[[Item], Result],
    items: Iterable[Item],
    depth: int = 2,
) -> Iterator[Result]:
    """Yield ``function(item)`` in order, with up to ``depth`` calls running ahead of the reader.

    Without an executor each is called when it is asked for.
    """
    if executor is None:
        yield from map(function, items)
        return
    pending: deque[Future[Result]] = deque()
    for item in items:
        pending.append(executor.submit(function, item))
        if len(pending) > depth:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
