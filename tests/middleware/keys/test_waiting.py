import asyncio
import time
from concurrent.futures import Future
from threading import Timer

import pytest

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
