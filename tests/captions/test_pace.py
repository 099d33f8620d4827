import asyncio

import pytest

from elsa_data.captions.pace import FIRST_LIMIT, LONGEST_PAUSE_S, Bucket, Pace, Traffic


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_budget_is_never_overspent() -> None:
    clock = Clock()
    bucket = Bucket(60, clock())
    spent = 0
    for _ in range(6000):
        clock.now_s += 0.01
        if bucket.wait_s(clock()) == 0:
            bucket.spend(1, clock())
            spent += 1
    assert 58 <= spent <= 61


def test_a_large_cost_is_paid_back() -> None:
    bucket = Bucket(60, 0.0)
    bucket.spend(10, 0.0)
    assert bucket.wait_s(0.0) == pytest.approx(10.0)
    assert bucket.wait_s(4.0) == pytest.approx(6.0)
    bucket.spend(-5, 4.0)
    assert bucket.wait_s(4.0) == pytest.approx(1.0)


def test_savings_end_at_a_second() -> None:
    bucket = Bucket(600, 0.0)
    assert bucket.wait_s(1000.0) == 0
    bucket.spend(20, 1000.0)
    assert bucket.wait_s(1000.0) == pytest.approx(1.0)


def pace(**traffic) -> tuple[Pace, Clock]:
    clock = Clock()
    return Pace(Traffic(**traffic), clock), clock


def test_the_limit_doubles_then_halves_then_creeps() -> None:
    made, _ = pace(max_concurrent=64)
    assert made.limit == FIRST_LIMIT
    for _ in range(4):
        made.went_well()
    assert made.limit == 2 * FIRST_LIMIT
    made.pushed_back(1, None)
    assert made.limit == FIRST_LIMIT
    made.went_well()
    assert made.limit == pytest.approx(FIRST_LIMIT + 1 / FIRST_LIMIT)
    for _ in range(10_000):
        made.went_well()
    assert made.limit == 64


def test_one_round_of_refusals_cuts_once() -> None:
    async def fly() -> float:
        made, _ = pace(max_concurrent=4)
        for _ in range(4):
            async with made.turn(0):
                pass
            made.went_well()
        made.pushed_back(4, None)
        for number in (1, 2, 3):
            made.pushed_back(number, None)
        return made.limit

    assert asyncio.run(fly()) == 2


def test_the_limit_never_falls_below_one() -> None:
    made, _ = pace(max_concurrent=1)
    for number in range(1, 20):
        made.pushed_back(number, None)
    assert made.limit == 1


def test_a_retry_after_holds_everyone_up_to_a_cap() -> None:
    made, clock = pace(max_concurrent=8)
    made.pushed_back(1, 30.0)
    assert made.wait_s() == pytest.approx(30.0)
    made.hold(5.0)
    assert made.wait_s() == pytest.approx(30.0)
    clock.now_s = 31.0
    assert made.wait_s() == 0
    made.hold(1e9)
    assert made.wait_s() == LONGEST_PAUSE_S


def test_budgets_wait_for_requests_and_tokens() -> None:
    async def fly(**traffic) -> float:
        made, _ = pace(**traffic)
        async with made.turn(120):
            return made.wait_s()

    assert asyncio.run(fly(rpm=60)) == pytest.approx(1.0)
    assert asyncio.run(fly(tpm=60)) == pytest.approx(120.0)
    assert asyncio.run(fly()) == 0


def test_turns_come_in_order_and_never_too_many() -> None:
    order, flying, most = [], 0, 0

    async def fly(made: Pace, number: int) -> None:
        nonlocal flying, most
        async with made.turn(1):
            order.append(number)
            flying += 1
            most = max(most, flying)
            await asyncio.sleep(0)
            flying -= 1
        made.went_well()

    async def all_of_them() -> None:
        made = Pace(Traffic(max_concurrent=6))
        await asyncio.gather(*(fly(made, number) for number in range(100)))

    asyncio.run(all_of_them())
    assert order == list(range(100))
    assert FIRST_LIMIT <= most <= 6


def test_a_failed_turn_is_given_back() -> None:
    async def fail() -> None:
        made = Pace(Traffic(max_concurrent=1))
        for _ in range(3):
            with pytest.raises(KeyError):
                async with made.turn(1):
                    raise KeyError

    asyncio.run(fail())


def test_a_build_is_divided_over_its_processes() -> None:
    share = Traffic(max_concurrent=64, rpm=500, tpm=None, timeout_s=30).divided(8)
    assert share == Traffic(max_concurrent=8, rpm=62.5, tpm=None, timeout_s=30)
    assert Traffic(max_concurrent=4).divided(8).max_concurrent == 1
