"""Order is kept, work runs ahead, and an error reaches the reader."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from elsa_data.stages.batches import ahead, batches


def test_batches_hold_everything_in_order() -> None:
    assert list(batches(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches([], 3)) == []


def test_ahead_keeps_the_order_and_runs_ahead() -> None:
    second = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert second.wait(10), "nothing ran beside the first item"
        second.set()
        return item * item

    with ThreadPoolExecutor(2) as pool:
        assert list(ahead(pool, work, range(6))) == [0, 1, 4, 9, 16, 25]


def test_an_error_reaches_the_reader_in_its_place() -> None:
    def work(item: int) -> int:
        if item == 2:
            raise ValueError("the third")
        return item

    with ThreadPoolExecutor(2) as pool:
        results = ahead(pool, work, range(5))
        assert [next(results), next(results)] == [0, 1]
        with pytest.raises(ValueError, match="the third"):
            next(results)


def test_without_an_executor_each_is_called_when_it_is_asked_for() -> None:
    called: list[int] = []
    results = ahead(None, lambda item: called.append(item) or item, range(3))
    assert next(results) == 0
    assert called == [0]
    assert list(results) == [1, 2]
