"""How both doors wait on one future: bounded, and without taking it along when a waiter goes away."""

import asyncio
import time
from concurrent.futures import Future

from ..flow import Fetched, FetchFailed


def wait(future: "Future[Fetched]", seconds: float) -> Fetched:
    """Wait with blocking; for the WSGI door."""
    try:
        failure = future.exception(seconds)
    except TimeoutError:
        raise _in_vain() from None
    if isinstance(failure, FetchFailed):
        raise _of_its_own(failure)
    return future.result()


async def wait_async(future: "Future[Fetched]", seconds: float) -> Fetched:
    """Wait without blocking; for the ASGI door."""
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
    except TimeoutError:
        raise _in_vain() from None
    except FetchFailed as failure:
        raise _of_its_own(failure) from None


def _in_vain() -> FetchFailed:
    return FetchFailed("no answer in time", at=time.monotonic())


def _of_its_own(failure: FetchFailed) -> FetchFailed:
    """One for each waiter: an error that is shared keeps the frames, and so the requests, of all who raise it."""
    return FetchFailed(failure.reason, at=failure.at)
