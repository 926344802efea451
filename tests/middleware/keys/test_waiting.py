import asyncio
import time
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Timer

import pytest
import trio

from realmgate.flow import Fetched, FetchFailed
from realmgate.keys.waiting import wait, wait_async

FETCHED = Fetched(status=200, headers=(), body=b"", at=0.0)


@pytest.fixture
def future() -> "Future[Fetched]":
    """One that is under way, so that nobody can cancel it."""
    future: Future[Fetched] = Future()
    future.set_running_or_notify_cancel()
    return future


def test_nobody_waits_for_ever(future: "Future[Fetched]") -> None:
    with pytest.raises(FetchFailed, match="no answer in time"):
        wait(future, 0.01)
    with pytest.raises(FetchFailed, match="no answer in time"):
        asyncio.run(wait_async(future, 0.01))
    future.set_result(FETCHED)
    assert wait(future, 0) is FETCHED


def test_a_failure_reaches_everybody_who_waits(future: "Future[Fetched]") -> None:
    future.set_exception(FetchFailed("the connection failed"))
    for _ in range(2):
        with pytest.raises(FetchFailed, match="the connection failed"):
            wait(future, 1)
        with pytest.raises(FetchFailed, match="the connection failed"):
            asyncio.run(wait_async(future, 1))


def test_a_failure_keeps_hold_of_nobody_who_waited(future: "Future[Fetched]") -> None:
    shared = FetchFailed("the connection failed", at=7.0)
    future.set_exception(shared)
    for _ in range(5):
        with pytest.raises(FetchFailed) as blocking:
            wait(future, 1)
        assert blocking.value is not shared
        assert blocking.value.at == 7.0
        assert shared.__traceback__ is None


def test_who_waited_in_vain_says_when_that_was(future: "Future[Fetched]") -> None:
    before = time.monotonic()
    with pytest.raises(FetchFailed) as blocking:
        wait(future, 0.001)
    with pytest.raises(FetchFailed) as awaiting:
        asyncio.run(wait_async(future, 0.001))
    assert before < (blocking.value.at or 0) <= (awaiting.value.at or 0) <= time.monotonic()


def test_a_waiter_that_is_cancelled_leaves_the_answer_to_the_others(future: "Future[Fetched]") -> None:
    async def two() -> Fetched:
        leaving, staying = (asyncio.ensure_future(wait_async(future, 5)) for _ in range(2))
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        assert not future.cancelled()
        Timer(0, future.set_result, [FETCHED]).start()
        return await staying

    assert asyncio.run(two()) is FETCHED
    assert wait(future, 1) is FETCHED


def test_who_does_not_wait_takes_what_is_there_and_leaves_nothing_behind(future: "Future[Fetched]") -> None:
    for seconds in (0, -5):
        for wait_for in (asyncio_wait, in_trio, wait):
            with pytest.raises(FetchFailed, match="no answer in time"):
                wait_for(future, seconds)
    assert not future._done_callbacks, "a crowd would be kept until the answer comes"  # type: ignore[attr-defined]
    future.set_result(FETCHED)
    for seconds in (0, -5):
        assert [wait_for(future, seconds) for wait_for in (asyncio_wait, in_trio, wait)] == [FETCHED] * 3


def asyncio_wait(future: "Future[Fetched]", seconds: float) -> Fetched:
    return asyncio.run(wait_async(future, seconds))


def in_trio(future: "Future[Fetched]", seconds: float) -> Fetched:
    return trio.run(wait_async, future, seconds)


def test_under_trio_nobody_waits_for_ever(future: "Future[Fetched]") -> None:
    with pytest.raises(FetchFailed, match="no answer in time") as failed:
        in_trio(future, 0.01)
    assert failed.value.at is not None
    # The loop that waited is gone when the answer comes, which is nobody's trouble.
    future.set_result(FETCHED)
    assert in_trio(future, 0) is FETCHED


def test_under_trio_an_answer_comes_from_another_thread(future: "Future[Fetched]") -> None:
    Timer(0.05, lambda: future.set_result(FETCHED)).start()
    assert in_trio(future, 10) is FETCHED


def test_under_trio_a_failure_is_everybodys_own(future: "Future[Fetched]") -> None:
    shared = FetchFailed("the connection failed", at=7.0)
    future.set_exception(shared)
    for _ in range(2):
        with pytest.raises(FetchFailed, match="the connection failed") as failed:
            in_trio(future, 1)
        assert failed.value is not shared
        assert failed.value.at == 7.0


def test_under_trio_a_waiter_that_is_cancelled_leaves_the_answer_to_the_others(future: "Future[Fetched]") -> None:
    async def impatient() -> bool:
        with trio.move_on_after(0.01) as scope:
            await wait_async(future, 10)
        return scope.cancelled_caught

    assert trio.run(impatient)
    assert not future.cancelled()
    future.set_result(FETCHED)
    assert in_trio(future, 1) is FETCHED


def test_trio_and_asyncio_wait_side_by_side_in_one_process(future: "Future[Fetched]") -> None:
    Timer(0.1, lambda: future.set_result(FETCHED)).start()
    with ThreadPoolExecutor(3) as pool:
        waiting = [
            pool.submit(in_trio, future, 10),
            pool.submit(lambda: asyncio.run(wait_async(future, 10))),
            pool.submit(wait, future, 10),
        ]
        assert [one.result() for one in waiting] == [FETCHED] * 3
