"""How both doors wait on one future: bounded, and without taking it along when a waiter goes away."""

import asyncio
import sys
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from ..flow import FetchFailed

Awaited = TypeVar("Awaited")


def wait(future: "Future[Awaited]", seconds: float) -> Awaited:
    """Wait with blocking; for the WSGI door."""
    try:
        failure = future.exception(seconds)
    except TimeoutError:
        raise _in_vain() from None
    if isinstance(failure, FetchFailed):
        raise _of_its_own(failure)
    return future.result()


async def wait_async(future: "Future[Awaited]", seconds: float) -> Awaited:
    """Wait without blocking; for the ASGI door, under asyncio or trio."""
    if future.done() or seconds <= 0:
        # Who does not wait leaves nothing behind at the future, where a crowd would be kept until it is done.
        return wait(future, 0)
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_task():
        return await _wait_in_trio(trio, future, seconds)
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
    except TimeoutError:
        raise _in_vain() from None
    except FetchFailed as failure:
        raise _of_its_own(failure) from None


async def _wait_in_trio(trio: Any, future: "Future[Awaited]", seconds: float) -> Awaited:
    """The same with what trio has for it, which is imported already where it runs."""
    done, there = trio.Event(), trio.lowlevel.current_trio_token()

    def tell(_: "Future[Awaited]") -> None:
        # Whoever waited may be gone by then, and the whole loop with them.
        with suppress(trio.RunFinishedError):
            there.run_sync_soon(done.set)

    future.add_done_callback(tell)
    with trio.move_on_after(seconds):
        await done.wait()
    if not future.done():
        raise _in_vain()
    return wait(future, 0)


def _in_vain() -> FetchFailed:
    return FetchFailed("no answer in time", at=time.monotonic())


def _of_its_own(failure: FetchFailed) -> FetchFailed:
    """One for each waiter: an error that is shared keeps the frames, and so the requests, of all who raise it."""
    return FetchFailed(failure.reason, at=failure.at)
